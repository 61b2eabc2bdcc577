import type { Camera, Size } from './camera.ts';
import { zoomOf } from './camera.ts';

/** Up to this many edges, all are drawn from the start. */
export const MAX_UNTHINNED = 3_000;
/** By detail level: the strongest edges of each vertex, kind and side (within its community, or out of it). */
const KEPT_WITHIN = [1, 3, 8] as const;
const KEPT_ACROSS = [0, 0, 1] as const;
/** The zoom at which each further level begins. */
const LEVEL_ZOOMS = [1.6, 3.5, 7] as const;
/** The level at which every edge is drawn. */
export const MAX_LEVEL = LEVEL_ZOOMS.length;

interface Edges {
  readonly length: number;
  readonly sources: Uint16Array;
  readonly targets: Uint16Array;
  readonly kinds: Uint8Array;
}

/**
 * Decides for each edge from which detail level on it is drawn, so that a large graph is not a single ball of lines.
 * Level 0 has the strongest edges within communities, higher levels more edges and those between communities, level
 * {@link MAX_LEVEL} every edge. An edge has the lower of the levels that its two ends give it.
 *
 * @param byVertex Edges of each vertex, strongest first.
 */
export function detailLevels(
  byVertex: readonly (readonly number[])[],
  { length, sources, targets, kinds }: Edges,
  communities: Int32Array,
): Uint8Array {
  const levels = new Uint8Array(length);
  if (length <= MAX_UNTHINNED) return levels;
  levels.fill(MAX_LEVEL);
  // Edges seen so far by kind, within the community and across its border.
  const seen = new Uint32Array(6);
  for (const edges of byVertex) {
    seen.fill(0);
    for (const edge of edges) {
      const isWithin = communities[sources[edge] ?? 0] === communities[targets[edge] ?? 0];
      const slot = 2 * (kinds[edge] ?? 0) + (isWithin ? 0 : 1);
      const rank = seen[slot] ?? 0;
      seen[slot] = rank + 1;
      const level = (isWithin ? KEPT_WITHIN : KEPT_ACROSS).findIndex((kept) => rank < kept);
      if (level >= 0 && level < (levels[edge] ?? 0)) levels[edge] = level;
    }
  }
  return levels;
}

/** Returns the detail level for a camera: the nearer, the more edges. */
export function levelFor(camera: Camera, size: Size): number {
  const zoom = zoomOf(camera, size);
  return LEVEL_ZOOMS.filter((start) => zoom >= start).length;
}
