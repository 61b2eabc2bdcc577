import {
  ErasureReceipt,
  ErasureRequest,
  erasureRequestKey,
  MOST_FORGOTTEN_USERS,
} from '../shared/contract/erasure.ts';
import { erasureKey, PREFIX, parseNumberedKey, tombstonesKey } from '../shared/contract/keys.ts';
import { Tombstones } from '../shared/contract/schemas.ts';
import { type Lake, readJson, toJson } from '../shared/platform/lake.ts';
import { checkTombstones } from '../shared/platform/tombstones.ts';
import type { PersonIds } from '../shared/privacy/person-ids.ts';
import type { PersonKey } from '../shared/privacy/person-key.ts';

export interface RequestParts {
  readonly lake: Pick<Lake, 'read' | 'list' | 'create'>;
  readonly key: PersonKey;
  readonly ids: PersonIds;
  readonly nowMs: () => number;
}

const JSON_TYPE = 'application/json';

/**
 * Stores a request to forget users, and their tombstones. From then on remember, serve and the next runs leave them out; the worker
 * does the rest. Users that are not known are stored like those that are.
 *
 * Requests are numbered without gaps: each number is taken by writing the request on the condition that there is none. If a process
 * ended between its request and its tombstones, the next request completes them. A number whose erasure was finished in between has
 * tombstones of others and no request; then the next number is taken, and the worker removes the request that was too late.
 *
 * @param users As the shop spells them, in any order; repeats count once.
 * @param requestedBy The role, or the kind of token, that asks.
 * @returns The number of the erasure.
 * @throws {RangeError} If there are no users, more than 10,000, or one is empty or longer than 256 characters.
 * @throws {Error} If the newest tombstones were made with another key.
 */
export async function requestErasure(
  users: readonly string[],
  requestedBy: string,
  { lake, key, ids, nowMs }: RequestParts,
): Promise<number> {
  checkUsers(users);
  const stored = [...new Set(users.map((user) => ids.stored(user)))].sort();
  for (let erasure = (await newestTombstones(lake, key)) + 1; ; erasure++) {
    const request: ErasureRequest = { erasure, untilMs: nowMs(), requestedBy, users: stored };
    const isOurs = await lake.create(erasureRequestKey(erasure), toJson(request), JSON_TYPE);
    const winner = isOurs ? request : await readJson(lake, erasureRequestKey(erasure), ErasureRequest);
    // Without a request the erasure is finished, and so has its tombstones.
    const hasTombstones = winner !== undefined && (await writeTombstones(lake, winner, key));
    if (isOurs && hasTombstones) return erasure;
  }
}

function checkUsers(users: readonly string[]): void {
  if (users.length === 0 || users.length > MOST_FORGOTTEN_USERS)
    throw new RangeError(
      `Cannot forget users: the request names ${users.length}, should name 1 to ${MOST_FORGOTTEN_USERS}`,
    );
  for (const [index, { length }] of users.entries())
    if (length === 0 || length > 256)
      throw new RangeError(
        `Cannot forget users: the id at position ${index + 1} has ${length} characters, should have 1 to 256`,
      );
}

/**
 * Writes the tombstones of a request. They are a function of the request, so that every writer writes the same.
 *
 * @returns false if there are tombstones of another request with its number; they stay.
 */
export async function writeTombstones(
  lake: RequestParts['lake'],
  request: ErasureRequest,
  key: PersonKey,
): Promise<boolean> {
  const { erasure, untilMs, users } = request;
  const hashes = [...new Set(users.map((user) => key.forgottenHash(user)))].sort();
  const tombstones: Tombstones = { erasure, untilMs, keyCheck: key.check, users: hashes };
  const text = toJson(tombstones);
  if (await lake.create(tombstonesKey(erasure), text, JSON_TYPE)) return true;
  return (await lake.read(tombstonesKey(erasure)))?.text === text;
}

/**
 * Returns the number of the newest tombstones; 0 if there are none.
 *
 * @throws {Error} If they were made with another key. Tombstones of two keys in one bucket could never be read together again.
 */
async function newestTombstones(lake: RequestParts['lake'], { check }: PersonKey): Promise<number> {
  let newest = 0;
  for await (const { key } of lake.list(PREFIX.tombstones))
    newest = Math.max(newest, parseNumberedKey(PREFIX.tombstones, key) ?? 0);
  const tombstones = newest > 0 ? await readJson(lake, tombstonesKey(newest), Tombstones) : undefined;
  if (tombstones) checkTombstones(tombstones, check);
  return newest;
}

/** The state of an erasure. */
export interface ErasureOutcome {
  readonly tombstones: Tombstones;
  /** Undefined while the work is not finished. */
  readonly receipt: ErasureReceipt | undefined;
}

/** Reads the state of an erasure. @returns undefined if there is no erasure of this number. */
export async function readErasure(
  lake: RequestParts['lake'],
  erasure: number,
): Promise<ErasureOutcome | undefined> {
  const tombstones = await readJson(lake, tombstonesKey(erasure), Tombstones);
  return tombstones && { tombstones, receipt: await readJson(lake, erasureKey(erasure), ErasureReceipt) };
}
