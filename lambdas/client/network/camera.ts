/** The visible part of the graph: the point in the middle of the screen, and the pixels per unit of the graph. */
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

/** The share of the canvas that the whole graph takes at first. */
const FILL = 0.94;
const MAX_ZOOM = 60;

/** The share of the vertices at each side that may be off the screen: a few far outside would make all others small. */
const OUTLIERS = 0.02;
/** Outliers are shown if they are this near, as a share of the range of the others. */
const NEAR = 0.1;

/** Returns the camera that shows all vertices but a few far outside. Coordinates are between 0 and 1. */
export function cameraOnAll(x: Float32Array, y: Float32Array, { width, height }: Size): Camera {
  const [[left, right], [top, bottom]] = [extent(x), extent(y)];
  const scale = FILL * Math.min(width / Math.max(right - left, 1e-3), height / Math.max(bottom - top, 1e-3));
  return { x: (left + right) / 2, y: (top + bottom) / 2, scale: Math.min(scale, 20 * width) };
}

/** Returns the range of nearly all coordinates in one direction. */
function extent(coordinates: Float32Array): [number, number] {
  const sorted = coordinates.toSorted();
  const last = sorted.length - 1;
  const at = (index: number): number => sorted[index] ?? 0.5;
  const outliers = Math.floor(OUTLIERS * sorted.length);
  const [low, high] = [at(outliers), at(last - outliers)];
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

/** Moves the graph by pixels. */
export const pan = (camera: Camera, dx: number, dy: number): Camera => ({
  ...camera,
  x: Math.min(1.5, Math.max(-0.5, camera.x - dx / camera.scale)),
  y: Math.min(1.5, Math.max(-0.5, camera.y - dy / camera.scale)),
});

/** Zooms around the point `at` of the screen, which keeps its place. */
export function zoom(camera: Camera, size: Size, factor: number, at: Point): Camera {
  const minScale = size.width / 3;
  const scale = Math.min(MAX_ZOOM * size.width, Math.max(minScale, camera.scale * factor));
  const before = toGraph(camera, size, at);
  const after = toGraph({ ...camera, scale }, size, at);
  return { x: camera.x + before.x - after.x, y: camera.y + before.y - after.y, scale };
}

/** Returns the zoom of the camera: about 1 shows the whole graph, whatever the shape of the canvas. */
export const zoomOf = ({ scale }: Camera, { width, height }: Size): number => scale / Math.max(width, height);
