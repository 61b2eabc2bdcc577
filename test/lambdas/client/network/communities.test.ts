import { expect, test } from 'vitest';
import { bandsBetween, communitiesOf, spacingOf } from '../../../../lambdas/client/network/communities.ts';

/** Two communities, of three products and of a user and a product, and a vertex without community. */
const members = {
  x: Float32Array.of(0, 0.25, 0.5, 0.75, 1, 0.5),
  y: Float32Array.of(0.5, 0.5, 0.5, 0.5, 0.5, 0),
  users: Uint8Array.of(0, 0, 0, 1, 0, 1),
  communities: Int32Array.of(7, 7, 7, 2, 2, -1),
  sales: Uint32Array.of(1, 3, 2, 9, 4, 0),
};
const communities = communitiesOf(members, new Map([[7, 'lamps']]));

test('communities are listed by size, with their name, circle and bestsellers', () => {
  expect(communities).toEqual([
    { number: 7, name: 'lamps', size: 3, x: 0.25, y: 0.5, radius: 0.25, bestsellers: [1, 2, 0] },
    { number: 2, name: '', size: 2, x: 0.875, y: 0.5, radius: 0.125, bestsellers: [4] },
  ]);
});

test('a graph without vertices or communities has a spacing', () => {
  expect(spacingOf([], 0)).toBeGreaterThan(0);
  expect(spacingOf(communities, 6)).toBeCloseTo(0.25);
});

test('bands count the visible links between communities in both directions', () => {
  const links = { sources: Uint16Array.of(0, 3, 0, 0, 5), targets: Uint16Array.of(3, 1, 1, 4, 0) };
  const bands = bandsBetween(communities, members.communities, links, Uint8Array.of(1, 1, 1, 0, 1));
  expect(bands.map(({ from, to, share }) => [from.number, to.number, share])).toEqual([[2, 7, 1]]);
  expect(bandsBetween(communities, members.communities, links, new Uint8Array(5))).toEqual([]);
});
