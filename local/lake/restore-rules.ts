import { createKindOf } from '../../lambdas/forget/kinds.ts';
import {
  ErasureReceipt,
  erasureRequestKey,
  parseErasureRequestKey,
} from '../../lambdas/shared/contract/erasure.ts';
import {
  CURRENT_KEY,
  erasureKey,
  INDEX_KEY,
  PREFIX,
  PRIVACY_KEY,
  parseNumberedKey,
  tombstonesKey,
} from '../../lambdas/shared/contract/keys.ts';
import { type Lake, readJson } from '../../lambdas/shared/platform/lake.ts';
import { mapBounded } from '../../lambdas/shared/platform/map-bounded.ts';
import type { RestorableBucket } from './restorable-bucket.ts';

/** What restoring must know of the users who were forgotten. */
export interface Forgetting {
  /** The newest erasure, finished or not; 0 without one. */
  readonly newest: number;
  /** Why objects that may hold users cannot be restored now; undefined if they can. */
  readonly obstacle: string | undefined;
  /** Objects in which a finished erasure still found a user. */
  readonly found: ReadonlySet<string>;
  /** When the last erasure was finished, epoch ms; 0 without one. */
  readonly finishedAtMs: number;
}

/** Objects that are read at the same time. */
const AT_ONCE = 16;

/**
 * Reads which erasures there are, and whether each of them is finished. Only then has the worker read all versions of all objects, the
 * deleted ones included, and removed those that hold the users.
 */
export async function readForgetting(
  lake: Lake,
  bucket: Pick<RestorableBucket, 'versions'>,
): Promise<Forgetting> {
  const erasures = new Set<number>();
  for await (const { key } of bucket.versions(PREFIX.tombstones)) {
    const erasure = parseNumberedKey(PREFIX.tombstones, key);
    if (erasure !== undefined) erasures.add(erasure);
  }
  const requested = new Set<number>();
  for await (const { key } of lake.list(PREFIX.erasures)) {
    const erasure = parseErasureRequestKey(key);
    if (erasure !== undefined) requested.add(erasure);
  }
  const states = await mapBounded([...erasures], AT_ONCE, async (erasure) => ({
    erasure,
    hasTombstones: (await lake.read(tombstonesKey(erasure))) !== undefined,
    receipt: await readJson(lake, erasureKey(erasure), ErasureReceipt),
  }));
  const deleted = states.find(({ hasTombstones }) => !hasTombstones);
  const open = states.find(({ receipt }) => !receipt)?.erasure ?? [...requested][0];
  return {
    newest: Math.max(0, ...erasures, ...requested),
    obstacle: deleted
      ? `${tombstonesKey(deleted.erasure)}, which says who was forgotten, was deleted; restore --below ${PREFIX.tombstones} first`
      : open !== undefined
        ? `erasure ${open} is not finished, and may not have removed its users from it yet; repeat this command when ${erasureKey(open)} is written`
        : undefined,
    found: new Set(states.flatMap(({ receipt }) => receipt?.scan.found ?? [])),
    finishedAtMs: Math.max(0, ...states.map(({ receipt }) => receipt?.finishedAtMs ?? 0)),
  };
}

/** Returns true if there are requests to forget users after erasure `newest`. */
export async function hasNewErasure(lake: Lake, newest: number): Promise<boolean> {
  const after = newest === 0 ? '' : tombstonesKey(newest);
  for await (const { key } of lake.list(PREFIX.tombstones, after))
    if (parseNumberedKey(PREFIX.tombstones, key) !== undefined) return true;
  return (await lake.read(erasureRequestKey(newest + 1))) !== undefined;
}

/** Objects that hold no user, and those that make users forgotten. */
const HARMLESS_PREFIXES: readonly string[] = [
  PREFIX.windows,
  PREFIX.publications,
  PREFIX.catalogue,
  PREFIX.receipts,
  PREFIX.tombstones,
  PREFIX.erasures,
];
const HARMLESS_KEYS: readonly string[] = [CURRENT_KEY, INDEX_KEY, PRIVACY_KEY];

/** Returns true if an object may hold a user. */
export const mayHoldUser = (key: string): boolean =>
  !HARMLESS_KEYS.includes(key) && !HARMLESS_PREFIXES.some((prefix) => key.startsWith(prefix));

/** Requests, receipts and their parts. The other objects of `erasures/` are the state of the worker, which it removes itself. */
const RECEIPTS = /^erasures\/(?:\d{8,}\.json|\d{8,}\/.+|sweeps\/.+)$/;
/** Objects that a rule of the bucket deletes when they are old. */
const EXPIRING: readonly string[] = [PREFIX.rejected, PREFIX.logs];

const kindOf = createKindOf({});

/**
 * Returns why a deleted object is not restored, as the end of a sentence; undefined if it may be.
 *
 * @param storedAtMs When its newest version was stored, epoch ms.
 */
export function refusalOf(
  key: string,
  storedAtMs: number,
  { obstacle, found, finishedAtMs }: Forgetting,
): string | undefined {
  if (EXPIRING.some((prefix) => key.startsWith(prefix)))
    return 'a rule of the bucket deletes such objects when they are old, so it may have expired';
  if (key.startsWith(PREFIX.erasures) && !RECEIPTS.test(key)) return 'forget removes such objects itself';
  if (!mayHoldUser(key)) return undefined;
  if (obstacle !== undefined) return obstacle;
  if (found.has(key)) return 'an erasure found a forgotten user in it and could not remove it';
  // Erasures of earlier versions left the old versions of deleted pictures as they were.
  if (kindOf(key)?.isDrawn && storedAtMs <= finishedAtMs)
    return 'it was drawn before users were forgotten, and may show them; the sweep of render draws a run whose page is missing';
  return undefined;
}
