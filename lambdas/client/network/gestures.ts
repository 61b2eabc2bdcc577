import { type Camera, type Point, pan, type Size, zoom } from './camera.ts';

/** What a canvas with gestures is told and asked. */
export interface Moved {
  camera: Camera;
  readonly size: Size;
  readonly canvas: HTMLCanvasElement;
  showAll(): void;
}

export interface Gestures {
  /** The pointer is somewhere without a button; undefined: it has left. */
  readonly onHover: (at: Point | undefined) => void;
  /** A click or tap, or Enter for the middle. */
  readonly onPick: (at: Point) => void;
}

/** Pixels that a press may tremble and still be a click. */
const CLICK_PX = 5;
const STEP_PX = 60;
const ZOOM_STEP = 1.35;

/** Pan with one pointer, pinch with two, zoom with the wheel or keys, pan with arrow keys. */
export function listen(stage: Moved, { onHover, onPick }: Gestures): void {
  const { canvas } = stage;
  const pointers = new Map<number, Point>();
  let travelled = 0;

  const at = (event: PointerEvent | WheelEvent): Point => {
    const { left, top } = canvas.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  canvas.addEventListener('pointerdown', (event) => {
    if (pointers.size === 0) travelled = 0;
    pointers.set(event.pointerId, at(event));
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener('pointermove', (event) => {
    const [point, before] = [at(event), pointers.get(event.pointerId)];
    if (!before) return onHover(event.pointerType === 'touch' ? undefined : point);
    const [other] = [...pointers].flatMap(([id, place]) => (id === event.pointerId ? [] : [place]));
    travelled += Math.hypot(point.x - before.x, point.y - before.y);
    stage.camera = other
      ? pinch(stage, before, point, other)
      : pan(stage.camera, point.x - before.x, point.y - before.y);
    pointers.set(event.pointerId, point);
  });
  const release = (event: PointerEvent): void => {
    const wasLast = pointers.delete(event.pointerId) && pointers.size === 0;
    if (wasLast && event.type === 'pointerup' && travelled < CLICK_PX) onPick(at(event));
  };
  canvas.addEventListener('pointerup', release);
  canvas.addEventListener('pointercancel', release);
  canvas.addEventListener('pointerleave', () => onHover(undefined));
  // A page that is scrolled past the graph must not stop there: the wheel zooms once the graph has the focus.
  canvas.addEventListener(
    'wheel',
    (event) => {
      if (document.activeElement !== canvas && !event.ctrlKey) return;
      event.preventDefault();
      const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 * event.deltaY : event.deltaY;
      stage.camera = zoom(stage.camera, stage.size, Math.exp(-pixels / 400), at(event));
    },
    { passive: false },
  );
  canvas.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || !press(stage, event.key, onPick)) return;
    event.preventDefault();
  });
}

const middle = ({ width, height }: Size): Point => ({ x: width / 2, y: height / 2 });

function pinch({ camera, size }: Moved, before: Point, after: Point, other: Point): Camera {
  const distance = (point: Point) => Math.max(1, Math.hypot(point.x - other.x, point.y - other.y));
  const between = { x: (after.x + other.x) / 2, y: (after.y + other.y) / 2 };
  const moved = pan(camera, (after.x - before.x) / 2, (after.y - before.y) / 2);
  return zoom(moved, size, distance(after) / distance(before), between);
}

/** Zooms about the middle, as the buttons do. */
export const zoomBy = (stage: Moved, direction: 1 | -1): void => {
  stage.camera = zoom(stage.camera, stage.size, ZOOM_STEP ** direction, middle(stage.size));
};

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [STEP_PX, 0],
  ArrowRight: [-STEP_PX, 0],
  ArrowUp: [0, STEP_PX],
  ArrowDown: [0, -STEP_PX],
};

/** @returns whether the key is one of the graph's */
function press(stage: Moved, key: string, onPick: Gestures['onPick']): boolean {
  const arrow = ARROWS[key];
  if (arrow) stage.camera = pan(stage.camera, ...arrow);
  else if (key === '+' || key === '=') zoomBy(stage, 1);
  else if (key === '-') zoomBy(stage, -1);
  else if (key === '0') stage.showAll();
  else if (key === 'Enter') onPick(middle(stage.size));
  else return false;
  return true;
}
