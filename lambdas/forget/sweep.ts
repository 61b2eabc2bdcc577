import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { SWEEP_USERS_KEY, SWEPT_KEY, SweepUsers, Swept } from '../shared/contract/erasure.ts';
import { PREFIX, parseNumberedKey } from '../shared/contract/keys.ts';
import { Tombstones } from '../shared/contract/schemas.ts';
import { type Lake, parseJson, readJson, toJson } from '../shared/platform/lake.ts';
import type { History } from './bucket.ts';
import { faultOf } from './fault.ts';
import { wordsOfRejected } from './files/rejected.ts';
import { CLOCKS_MS, firstProgress } from './first-progress.ts';
import { type ErasureUsers, usersOfTombstones } from './forgotten.ts';
import type { KindOf } from './kinds.ts';
import type { WorkerParts } from './parts.ts';
import { beginWork, type Work } from './progress.ts';
import { inParts, unitsOf } from './units.ts';

/**
 * Begins a sweep over what was stored since the last one: accumulate does not look at tombstones, so a replay of the topic stores sales of
 * forgotten users again.
 *
 * @returns undefined if there are no tombstones.
 */
export async function beginSweep(parts: WorkerParts): Promise<Work | undefined> {
  const tombstones = await readTombstones(parts.lake);
  const newest = tombstones.at(-1);
  if (!newest) return undefined;
  const swept = await readJson(parts.lake, SWEPT_KEY, Swept);
  // What is older than the first request was passed over when that was done.
  const fromMs = swept?.startedAtMs ?? Math.min(...tombstones.map(({ untilMs }) => untilMs));
  const storedFromMs = Math.max(0, fromMs - CLOCKS_MS);
  const start = { step: 'users', through: newest.erasure, storedFromMs } as const;
  return beginWork(await firstProgress({ ...start, erasures: [] }, parts), parts);
}

/** Prefixes with objects that accumulate stores, and copies of them. */
const SWEPT_PREFIXES: readonly string[] = [PREFIX.interactions, PREFIX.rejected, PREFIX.runs];

/**
 * Finds the forgotten users in what was stored since the last sweep, from where the work is. Requests with their ids are gone, so they are
 * recognised by the hashes of their tombstones.
 *
 * @returns false if the time is over before the end.
 */
export async function findSweepUsers(work: Work, parts: WorkerParts): Promise<boolean> {
  const tombstones = await readTombstones(parts.lake);
  const from = Math.max(0, SWEPT_PREFIXES.indexOf(work.at.prefix));
  for (const [index, prefix] of SWEPT_PREFIXES.slice(from).entries())
    for await (const unit of unitsOf(parts.bucket, prefix, index === 0 ? work.at.after : '')) {
      if (parts.isLate()) return false;
      const found = unit.histories.filter(({ key, versions }) => {
        const isNew = versions.some(({ storedAtMs }) => storedAtMs >= work.at.storedFromMs);
        return isNew && (isSales(key) || isRejected(key));
      });
      if (found.length === 0) continue;
      const task = async (part: readonly History[]) => {
        const stored = await usersIn(part, work.at.storedFromMs, parts);
        await addSweepUsers(usersOfTombstones(tombstones, stored, parts.key), parts.lake);
        return {};
      };
      if (!(await inParts(unit, found, { work, isLate: parts.isLate, task }))) return false;
    }
  return true;
}

/** Adds users to those of the sweep; each counts once. */
async function addSweepUsers(found: readonly ErasureUsers[], lake: Lake): Promise<void> {
  if (found.length === 0) return;
  const before = await lake.read(SWEEP_USERS_KEY);
  const byErasure = new Map((await readSweepUsers(lake)).map((one) => [one.erasure, one]));
  for (const { erasure, untilMs, users } of found) {
    const known = byErasure.get(erasure)?.users ?? [];
    byErasure.set(erasure, { erasure, untilMs, users: new Set([...known, ...users]) });
  }
  const text = toJson([...byErasure.values()].map((one) => ({ ...one, users: [...one.users] })));
  await lake.replace(SWEEP_USERS_KEY, text, 'application/json', before?.etag);
}

/** Reads the users of the sweep that goes on. */
export async function readSweepUsers(lake: Lake): Promise<ErasureUsers[]> {
  const object = await lake.read(SWEEP_USERS_KEY);
  if (!object) return [];
  return parseJson(object.text, SWEEP_USERS_KEY, SweepUsers).map((one) => ({
    ...one,
    users: new Set(one.users),
  }));
}

async function readTombstones(lake: Lake): Promise<Tombstones[]> {
  const found: Tombstones[] = [];
  for await (const { key } of lake.list(PREFIX.tombstones)) {
    if (parseNumberedKey(PREFIX.tombstones, key) === undefined) continue;
    const tombstones = await readJson(lake, key, Tombstones);
    if (tombstones) found.push(tombstones);
  }
  return found;
}

/** Batches of sales, and those that runs keep. */
const isSales = (key: string): boolean =>
  key.endsWith('.parquet') && (key.startsWith(PREFIX.interactions) || key.includes('/compacted/'));

const isRejected = (key: string): boolean => key.startsWith(PREFIX.rejected);

/** Returns all users of versions that were stored at a moment or later. */
async function usersIn(
  part: readonly History[],
  storedFromMs: number,
  { bucket, kindOf, log }: WorkerParts,
): Promise<ReadonlySet<string>> {
  const users = new Set<string>();
  for (const { key, versions } of part)
    for (const { versionId, isMarker, storedAtMs } of versions) {
      if (isMarker || storedAtMs < storedFromMs) continue;
      const content = await bucket.content(key, versionId);
      if (!content) continue;
      try {
        const found = isSales(key)
          ? usersOfSales(content.bytes)
          : usersOfRejected(key, content.bytes, kindOf);
        for (const user of await found) users.add(user);
      } catch (error) {
        // The work continues with the others.
        log.error('Cannot look for forgotten users in an object', { object: key, fault: faultOf(error) });
      }
    }
  return users;
}

async function usersOfSales(bytes: Uint8Array): Promise<string[]> {
  const file = new Uint8Array(bytes).buffer;
  const rows = await parquetReadObjects({ file, columns: ['user'], compressors });
  return rows.map(({ user }) => user).filter((user) => typeof user === 'string');
}

/** Returns everything that the kind would compare with a user, and the words of records that it would search. */
async function usersOfRejected(key: string, bytes: Uint8Array, kindOf: KindOf): Promise<ReadonlySet<string>> {
  const users = new Set(wordsOfRejected(bytes));
  const isForgotten = (user: string): boolean => {
    users.add(user);
    return false;
  };
  await kindOf(key)?.rewrite(bytes, { users: new Set(), isForgotten }, { key });
  return users;
}
