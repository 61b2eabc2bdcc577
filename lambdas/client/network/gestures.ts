import { type Camera, type Point, pan, type Size, zoom } from './camera.ts';

/** A canvas whose camera gestures can move. */
export interface Movable {
  camera: Camera;
  readonly size: Size;
  readonly canvas: HTMLCanvasElement;
  showAll(): void;
}

export interface Gestures {
  /** Called with the position of the pointer while no button is pressed; undefined when it has left the canvas. */
  readonly onHover: (at: Point | undefined) => void;
  /** Called for a click or a tap, and for Enter with the middle of the canvas. */
  readonly onSelect: (at: Point) => void;
}

/** A pointer that moves no further than this while it is pressed makes a click. */
const CLICK_PX = 5;
const STEP_PX = 60;
const ZOOM_STEP = 1.35;

/** Adds the gestures: one pointer pans, two pinch, the wheel and keys zoom, arrow keys pan. */
export function addGestures(target: Movable, { onHover, onSelect }: Gestures): void {
  const { canvas } = target;
  const pointers = new Map<number, Point>();
  let travelledPx = 0;

  const at = (event: PointerEvent | WheelEvent): Point => {
    const { left, top } = canvas.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  canvas.addEventListener('pointerdown', (event) => {
    if (pointers.size === 0) travelledPx = 0;
    pointers.set(event.pointerId, at(event));
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener('pointermove', (event) => {
    const [point, before] = [at(event), pointers.get(event.pointerId)];
    if (!before) return onHover(event.pointerType === 'touch' ? undefined : point);
    const [other] = [...pointers].flatMap(([id, position]) => (id === event.pointerId ? [] : [position]));
    travelledPx += Math.hypot(point.x - before.x, point.y - before.y);
    target.camera = other
      ? pinch(target, before, point, other)
      : pan(target.camera, point.x - before.x, point.y - before.y);
    pointers.set(event.pointerId, point);
  });
  const release = (event: PointerEvent): void => {
    const wasLast = pointers.delete(event.pointerId) && pointers.size === 0;
    if (wasLast && event.type === 'pointerup' && travelledPx < CLICK_PX) onSelect(at(event));
  };
  canvas.addEventListener('pointerup', release);
  canvas.addEventListener('pointercancel', release);
  canvas.addEventListener('pointerleave', () => onHover(undefined));
  // The wheel zooms only while the canvas has the focus; otherwise it must scroll the page past the graph.
  canvas.addEventListener(
    'wheel',
    (event) => {
      if (document.activeElement !== canvas && !event.ctrlKey) return;
      event.preventDefault();
      const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 * event.deltaY : event.deltaY;
      target.camera = zoom(target.camera, target.size, Math.exp(-pixels / 400), at(event));
    },
    { passive: false },
  );
  canvas.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || !press(target, event.key, onSelect)) return;
    event.preventDefault();
  });
}

const middle = ({ width, height }: Size): Point => ({ x: width / 2, y: height / 2 });

function pinch({ camera, size }: Movable, before: Point, after: Point, other: Point): Camera {
  const distance = (point: Point) => Math.max(1, Math.hypot(point.x - other.x, point.y - other.y));
  const between = { x: (after.x + other.x) / 2, y: (after.y + other.y) / 2 };
  const moved = pan(camera, (after.x - before.x) / 2, (after.y - before.y) / 2);
  return zoom(moved, size, distance(after) / distance(before), between);
}

/** Zooms around the middle of the canvas by one step. */
export const zoomBy = (target: Movable, direction: 1 | -1): void => {
  target.camera = zoom(target.camera, target.size, ZOOM_STEP ** direction, middle(target.size));
};

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [STEP_PX, 0],
  ArrowRight: [-STEP_PX, 0],
  ArrowUp: [0, STEP_PX],
  ArrowDown: [0, -STEP_PX],
};

/** @returns whether the graph uses this key */
function press(target: Movable, key: string, onSelect: Gestures['onSelect']): boolean {
  const arrow = ARROWS[key];
  if (arrow) target.camera = pan(target.camera, ...arrow);
  else if (key === '+' || key === '=') zoomBy(target, 1);
  else if (key === '-') zoomBy(target, -1);
  else if (key === '0') target.showAll();
  else if (key === 'Enter') onSelect(middle(target.size));
  else return false;
  return true;
}
