import { grouped } from './numbers.ts';
import type { Manifest } from './schemas.ts';

/** What a page and a report call the sales that are dated after the "now" of a run. */
export const AFTER_NOW = 'Sales dated long after all others';

/**
 * Says how many sales are dated after "now", how far, and when they count as made.
 *
 * @returns undefined if there are none.
 * @example
 * describeAfterNow({ asOfMs: 0, inputs: { afterNow: { interactions: 1, added: 1, newestMs: 86_400_000 } } })
 * // 'Sales dated long after all others: 1 (up to 1970-01-02T00:00:00.000Z); each counts as made at 1970-01-01T00:00:00.000Z'
 */
export function describeAfterNow({
  asOfMs,
  inputs,
}: {
  readonly asOfMs: number;
  readonly inputs: Pick<Manifest['inputs'], 'afterNow'>;
}): string | undefined {
  const { afterNow } = inputs;
  if (!afterNow) return undefined;
  return `${AFTER_NOW}: ${grouped(afterNow.interactions)} (up to ${iso(afterNow.newestMs)}); each counts as made at ${iso(asOfMs)}`;
}

const iso = (ms: number): string => new Date(ms).toISOString();
