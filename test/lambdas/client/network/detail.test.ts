import { expect, test } from 'vitest';
import {
  detailLevels,
  levelFor,
  MAX_LEVEL,
  MAX_UNTHINNED,
} from '../../../../lambdas/client/network/detail.ts';

const SIZE = { width: 1000, height: 500 };

/** One user in the community of half of the products; its edges are of one kind, strongest first. */
function star(edges: number) {
  const all = Array.from({ length: edges }, (_, edge) => edge);
  const products = all.map((edge) => edge + 1);
  return {
    byVertex: [all, ...all.map((edge) => [edge])],
    edges: {
      length: edges,
      sources: new Uint16Array(edges),
      targets: Uint16Array.from(products),
      kinds: new Uint8Array(edges),
    },
    communities: Int32Array.from([0, ...products], (vertex) => vertex % 2),
  };
}

test('a small graph has all its edges from the start', () => {
  const { byVertex, edges, communities } = star(MAX_UNTHINNED);
  expect(new Set(detailLevels(byVertex, edges, communities))).toEqual(new Set([0]));
});

test('a large graph begins with the strongest edge of each vertex within its community', () => {
  const { byVertex, edges, communities } = star(MAX_UNTHINNED + 2);
  const levels = detailLevels(byVertex, edges, communities);
  // Each product has one edge, its strongest: even products are in the community of the user.
  expect([...levels.slice(0, 4)]).toEqual([2, 0, 2, 0]);
});

test('every vertex has its strongest edge of each kind', () => {
  const { byVertex, edges, communities } = star(MAX_UNTHINNED + 2);
  communities.fill(0);
  edges.kinds[1] = 2;
  const levels = detailLevels([byVertex[0] ?? []], edges, communities);
  expect([...levels.slice(0, 5)]).toEqual([0, 0, 1, 1, 2]);
  expect(levels.at(-1)).toBe(MAX_LEVEL);
});

test('more edges are drawn the nearer the camera is, on any shape of canvas', () => {
  const at = (zoom: number) => levelFor({ x: 0.5, y: 0.5, scale: zoom * 1000 }, SIZE);
  expect([0.8, 2, 5, 10].map(at)).toEqual([0, 1, 2, MAX_LEVEL]);
  expect(levelFor({ x: 0.5, y: 0.5, scale: 800 }, { width: 500, height: 1000 })).toBe(0);
});
