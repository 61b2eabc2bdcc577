import { erasureKey } from '../shared/contract/keys.ts';
import type { Lake } from '../shared/platform/lake.ts';
import type { TombstoneReader } from '../shared/platform/tombstones.ts';
import type { PersonIds } from '../shared/privacy/person-ids.ts';

export interface OpenParts {
  readonly lake: Pick<Lake, 'read'>;
  readonly ids: PersonIds;
  /** Reads the tombstones of the same bucket. */
  readonly tombstones: Pick<TombstoneReader, 'refresh' | 'latest'>;
}

/**
 * Returns the newest erasure of a user, if the work on it has not ended. A repeated request then needs no erasure of its own, so that
 * a user cannot make the worker pass over the bucket for each request.
 *
 * Two requests that arrive at the same moment may both find none. The worker does their erasures in the same passes.
 *
 * @param user As the shop spells it.
 * @returns The number of the erasure; undefined if the user has none, or has its receipt.
 * @throws {Error} If the tombstones cannot be read, or were made with another key.
 */
export async function openErasureOf(
  user: string,
  { lake, ids, tombstones }: OpenParts,
): Promise<number | undefined> {
  await tombstones.refresh();
  const newest = tombstones.latest?.erasureOf(ids.stored(user))?.erasure;
  if (newest === undefined) return undefined;
  return (await lake.read(erasureKey(newest))) === undefined ? newest : undefined;
}
