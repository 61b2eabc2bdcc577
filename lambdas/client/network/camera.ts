/** What part of the graph is looked at: the point in the middle, and pixels per unit of the graph. */
export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

const MARGIN = 0.94;
const MOST_ZOOM = 60;

/** Share of the places that may lie outside at each side: a few far away would make all the others small. */
const OUTSIDE = 0.02;
/** How much further than the others these are still near, as a share of what the others take. */
const NEAR = 0.1;

/** Shows the graph but for a few places far away. Places are between 0 and 1 along the longer side. */
export function cameraOnAll(x: Float32Array, y: Float32Array, { width, height }: Size): Camera {
  const [[left, right], [top, bottom]] = [bulk(x), bulk(y)];
  const scale =
    MARGIN * Math.min(width / Math.max(right - left, 1e-3), height / Math.max(bottom - top, 1e-3));
  return { x: (left + right) / 2, y: (top + bottom) / 2, scale: Math.min(scale, 20 * width) };
}

/** From where to where nearly all places lie along one direction, with what is near them. */
function bulk(places: Float32Array): [number, number] {
  const sorted = places.toSorted();
  const last = sorted.length - 1;
  const at = (index: number): number => sorted[index] ?? 0.5;
  const outside = Math.floor(OUTSIDE * sorted.length);
  const [low, high] = [at(outside), at(last - outside)];
  const near = NEAR * (high - low);
  return [Math.max(at(0), low - near), Math.min(at(last), high + near)];
}

export const toScreen = ({ x, y, scale }: Camera, { width, height }: Size, point: Point): Point => ({
  x: (point.x - x) * scale + width / 2,
  y: (point.y - y) * scale + height / 2,
});

export const toGraph = ({ x, y, scale }: Camera, { width, height }: Size, point: Point): Point => ({
  x: (point.x - width / 2) / scale + x,
  y: (point.y - height / 2) / scale + y,
});

/** Moves by pixels. */
export const pan = (camera: Camera, dx: number, dy: number): Camera => ({
  ...camera,
  x: Math.min(1.5, Math.max(-0.5, camera.x - dx / camera.scale)),
  y: Math.min(1.5, Math.max(-0.5, camera.y - dy / camera.scale)),
});

/** Zooms so that what lies under `at` stays there. */
export function zoom(camera: Camera, size: Size, factor: number, at: Point): Camera {
  const least = size.width / 3;
  const scale = Math.min(MOST_ZOOM * size.width, Math.max(least, camera.scale * factor));
  const before = toGraph(camera, size, at);
  const after = toGraph({ ...camera, scale }, size, at);
  return { x: camera.x + before.x - after.x, y: camera.y + before.y - after.y, scale };
}
