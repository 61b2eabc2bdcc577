import type { DegreeSummary, GraphFacts } from '../../shared/contract/summaries.ts';

/** A point of a degree distribution: a degree, and the share or number of vertices. */
export interface Place {
  readonly degree: number;
  readonly y: number;
}

/** By degree, the share of vertices that have that degree or a higher one. */
export function exceeding(rows: DegreeSummary['users']): Place[] {
  const all = rows.reduce((sum, { vertices }) => sum + vertices, 0);
  let left = all;
  return rows.map(({ degree, vertices }) => {
    const y = left / all;
    left -= vertices;
    return { degree, y };
  });
}

/** At most eight points per doubling: more cover each other. */
export function thinned(points: readonly Place[]): Place[] {
  let next = 0;
  return points.filter(({ degree }, index) => {
    const isShown = degree >= next || index === points.length - 1;
    if (isShown) next = degree * 2 ** (1 / 8);
    return isShown;
  });
}

/** Ends of the fitted line: shares fall like degree^(1 - exponent). */
export function tailOf(points: readonly Place[], tail: GraphFacts['tails']['users']): Place[] {
  const first = tail && points.find(({ degree }) => degree >= tail.from);
  const last = points.at(-1);
  if (!first || !last || last.degree <= first.degree) return [];
  const fallen = (last.degree / first.degree) ** (1 - tail.exponent);
  return [first, { degree: last.degree, y: Math.max(first.y * fallen, lowest(points)) }];
}

/** The power of ten below all shares. */
export const lowest = (points: readonly Place[]): number =>
  10 ** Math.min(-1, Math.floor(Math.log10(points.at(-1)?.y ?? 0.1)));
