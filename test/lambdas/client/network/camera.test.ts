import { describe, expect, test } from 'vitest';
import { cameraOnAll, type Point, pan, toScreen } from '../../../../lambdas/client/network/camera.ts';

const SIZE = { width: 1000, height: 500 };
const even = (from: number, to: number, length = 101) =>
  Float32Array.from({ length }, (_, index) => from + ((to - from) * index) / (length - 1));
const isOnScreen = ({ x, y }: Point) => x >= 0 && x <= SIZE.width && y >= 0 && y <= SIZE.height;

describe('the first camera', () => {
  test('shows every vertex of a graph without outliers', () => {
    const [x, y] = [even(0, 1), even(0, 0.75)];
    const camera = cameraOnAll(x, y, SIZE);
    for (const [index, at] of x.entries())
      expect(isOnScreen(toScreen(camera, SIZE, { x: at, y: y[index] ?? 0 }))).toBe(true);
    const [top, bottom] = [0, 0.75].map((at) => toScreen(camera, SIZE, { x: 0.5, y: at }).y);
    expect([top, bottom]).toEqual([expect.closeTo(15), expect.closeTo(485)]);
  });

  test('ignores a few outliers, which can be panned to', () => {
    const [x, y] = [even(0.4, 0.6), even(0.4, 0.5)];
    x[0] = 0;
    y[0] = 1;
    const camera = cameraOnAll(x, y, SIZE);
    const [left, right] = [0.41, 0.6].map((at) => toScreen(camera, SIZE, { x: at, y: 0.45 }).x);
    expect((right ?? 0) - (left ?? 0)).toBeGreaterThan(SIZE.width / 2);
    const far = { x: 0, y: 1 };
    const away = toScreen(camera, SIZE, far);
    expect(isOnScreen(away)).toBe(false);
    const panned = pan(camera, SIZE.width / 2 - away.x, SIZE.height / 2 - away.y);
    expect(isOnScreen(toScreen(panned, SIZE, far))).toBe(true);
  });

  test('is finite for one vertex and for none', () => {
    for (const places of [Float32Array.of(0.3), Float32Array.of()]) {
      const { x, y, scale } = cameraOnAll(places, places, SIZE);
      expect([x, y, scale].every(Number.isFinite)).toBe(true);
    }
  });
});
