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

/** Shows everything. Places are between 0 and 1 along the longer side. */
export function cameraOnAll(x: Float32Array, y: Float32Array, { width, height }: Size): Camera {
  let [left, right, top, bottom] = [1, 0, 1, 0];
  for (let index = 0; index < x.length; index++) {
    const [px, py] = [x[index] ?? 0, y[index] ?? 0];
    left = Math.min(left, px);
    right = Math.max(right, px);
    top = Math.min(top, py);
    bottom = Math.max(bottom, py);
  }
  const scale =
    MARGIN * Math.min(width / Math.max(right - left, 1e-3), height / Math.max(bottom - top, 1e-3));
  return { x: (left + right) / 2, y: (top + bottom) / 2, scale: Math.min(scale, 20 * width) };
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
