import { PREFIX, parseNumberedKey, tombstonesKey } from '../contract/keys.ts';
import { Tombstones } from '../contract/schemas.ts';
import { type Erasure, ForgottenTable } from './forgotten-users.ts';
import { type Lake, parseJson } from './lake.ts';

export { type Erasure, isForgotten } from './forgotten-users.ts';

/** A copy of the tombstones is read again after this time. */
export const TOMBSTONE_REFRESH_SECONDS = 5;
/** The Lambda of remember ends after this time at the latest. */
export const REMEMBER_TIMEOUT_SECONDS = 60;
/** For a write that was on its way to the table when the Lambda ended. */
const MARGIN_SECONDS = 15;
/**
 * Once tombstones have existed for this long, remember no longer stores any sale that they cover: each of its calls has read them
 * before it began to store, or has ended. forget empties the table of recent sales once more after this time.
 */
export const REMEMBER_SETTLES_SECONDS = TOMBSTONE_REFRESH_SECONDS + REMEMBER_TIMEOUT_SECONDS + MARGIN_SECONDS;

/** The part of `PersonKey` that recognises forgotten users. */
export interface ErasureKey {
  readonly check: string;
  forgottenHash(storedUser: string): string;
}

/** The users who were forgotten. */
export interface ForgottenUsers {
  /** Number of the newest erasure that is known; 0 without one. */
  readonly through: number;
  /**
   * Looks up a user by hash.
   *
   * @param storedUser The user as stored: the id, or its pseudonym if ids are keyed.
   * @returns undefined for a user who was not forgotten.
   */
  erasureOf(storedUser: string): Erasure | undefined;
}

export interface TombstoneReader {
  /** The newest copy, however old it is; undefined before the first one. */
  readonly latest: ForgottenUsers | undefined;
  /** Time since the listing began that the newest copy is made of; infinite without a copy. */
  readonly ageSeconds: number;
  /**
   * Reads what is new. Calls at the same time share one listing.
   *
   * @throws {Error} If the tombstones cannot be read, are not valid, or were made with another key.
   */
  refresh(): Promise<void>;
  /**
   * Returns a copy whose listing began at most {@link TOMBSTONE_REFRESH_SECONDS} before the call, and reads one if there is none.
   *
   * @throws {Error} As `refresh`.
   */
  current(): Promise<ForgottenUsers>;
}

export interface TombstoneReaderOptions {
  readonly lake: Pick<Lake, 'list' | 'read'>;
  /** Loads the key. It is called when there are tombstones, and again only after it has failed. */
  readonly key: () => Promise<ErasureKey>;
  /** The clock, epoch ms. */
  readonly nowMs: () => number;
}

/** Objects that are read at the same time. */
const READS_AT_ONCE = 32;
/** A listing that takes longer will never end: its process was frozen in between, and its connections are gone. */
export const STUCK_MS = 30_000;

/** Creates a reader that keeps all tombstones in memory. It lists only what follows those that it knows. */
export function createTombstones({ lake, key, nowMs }: TombstoneReaderOptions): TombstoneReader {
  const copy = createCopy(key);
  let asOfMs: number | undefined;
  let running: { readonly startedMs: number; readonly end: Promise<void> } | undefined;

  const isOlderThan = (ms: number): boolean => asOfMs === undefined || asOfMs < ms;
  const read = async (startedMs: number): Promise<void> => {
    await addNew(lake, copy);
    if (isOlderThan(startedMs)) asOfMs = startedMs;
  };
  const refresh = (): Promise<void> => {
    const startedMs = nowMs();
    if (running && startedMs - running.startedMs <= STUCK_MS) return running.end;
    const started = {
      startedMs,
      end: read(startedMs).finally(() => {
        if (running === started) running = undefined;
      }),
    };
    running = started;
    return started.end;
  };

  return {
    get latest() {
      return asOfMs === undefined ? undefined : copy.users;
    },
    get ageSeconds() {
      return asOfMs === undefined ? Number.POSITIVE_INFINITY : (nowMs() - asOfMs) / 1000;
    },
    refresh,
    async current() {
      const oldestMs = nowMs() - TOMBSTONE_REFRESH_SECONDS * 1000;
      if (isOlderThan(oldestMs)) await refresh();
      // The listing may have been one that another call began long ago.
      if (isOlderThan(oldestMs)) await refresh();
      return copy.users;
    },
  };
}

interface Copy {
  readonly users: ForgottenUsers;
  /** All tombstones up to this number are in the copy. A later one may be too, if it was stored before its neighbour. */
  readonly complete: number;
  has(erasure: number): boolean;
  /** @throws {Error} If one of them was made with another key. Then none of them is added. */
  add(found: readonly Tombstones[]): Promise<void>;
}

function createCopy(loadKey: TombstoneReaderOptions['key']): Copy {
  const table = new ForgottenTable();
  let [complete, newest] = [0, 0];
  const later = new Set<number>();
  let key: ErasureKey | undefined;
  const has = (erasure: number): boolean => erasure <= complete || later.has(erasure);
  return {
    users: {
      get through() {
        return newest;
      },
      erasureOf: (user) => (key === undefined ? undefined : table.get(key.forgottenHash(user))),
    },
    get complete() {
      return complete;
    },
    has,
    async add(found) {
      key ??= await loadKey();
      for (const tombstones of found) checkTombstones(tombstones, key.check);
      // Nothing waits from here on, so a lookup never finds half of an erasure.
      for (const { erasure, untilMs, users } of found) {
        if (has(erasure)) continue;
        for (const hash of users) table.add(hash, { erasure, untilMs });
        later.add(erasure);
        newest = Math.max(newest, erasure);
      }
      while (later.delete(complete + 1)) complete += 1;
    },
  };
}

/**
 * Checks that forgotten users are recognised with a key: all tombstones of a bucket were made with the same one.
 *
 * @param check `PersonKey.check` of the key.
 * @throws {Error} If the tombstones were made with another key.
 */
export function checkTombstones({ erasure, keyCheck }: Tombstones, check: string): void {
  if (keyCheck !== check)
    throw new Error(
      `Cannot use ${tombstonesKey(erasure)}: it was made with the key ${keyCheck}, should be ${check}, the key of this function. Restore the secret that made it (docs/privacy.md)`,
    );
}

/** Reads the tombstones that the copy does not have, and adds them to it. */
async function addNew(lake: TombstoneReaderOptions['lake'], copy: Copy): Promise<void> {
  const wanted: number[] = [];
  for await (const { key } of lake.list(PREFIX.tombstones, tombstonesKey(copy.complete))) {
    const erasure = parseNumberedKey(PREFIX.tombstones, key);
    if (erasure !== undefined && !copy.has(erasure)) wanted.push(erasure);
  }
  for (let at = 0; at < wanted.length; at += READS_AT_ONCE) {
    const some = wanted.slice(at, at + READS_AT_ONCE);
    await copy.add(await Promise.all(some.map((erasure) => readOne(lake, erasure))));
  }
}

async function readOne(lake: TombstoneReaderOptions['lake'], erasure: number): Promise<Tombstones> {
  const key = tombstonesKey(erasure);
  const object = await lake.read(key);
  if (!object) throw new Error(`Cannot read ${key}: it was listed but does not exist`);
  const tombstones = parseJson(object.text, key, Tombstones);
  if (tombstones.erasure !== erasure)
    throw new TypeError(`Cannot read ${key}: erasure: is ${tombstones.erasure}, should be ${erasure}`);
  return tombstones;
}
