import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { SWEEP_USERS_KEY, SWEPT_KEY, SweepUsers, Swept } from '../shared/contract/erasure.ts';
import { PREFIX, parseNumberedKey } from '../shared/contract/keys.ts';
import { Tombstones } from '../shared/contract/schemas.ts';
import { type Lake, parseJson, readJson, toJson } from '../shared/platform/lake.ts';
import { type ErasureUsers, usersOfTombstones } from './erased.ts';
import { CLOCKS_MS, firstProgress } from './first-progress.ts';
import type { WorkerParts } from './parts.ts';
import { beginWork, type Work } from './progress.ts';
import { setSwept } from './receipt.ts';

/**
 * Begins a sweep over what was stored since the last one: accumulate does not look at tombstones, so a replay of the topic stores sales of
 * forgotten users again. Requests with their ids are gone, so the users are recognised by the hashes of their tombstones.
 *
 * @returns undefined if no forgotten user was stored again.
 */
export async function beginSweep(parts: WorkerParts): Promise<Work | undefined> {
  const { lake, nowMs } = parts;
  const tombstones = await readTombstones(lake);
  const newest = tombstones.at(-1);
  if (!newest) return undefined;
  const startedAtMs = nowMs();
  const swept = await readJson(lake, SWEPT_KEY, Swept);
  // What is older than the first request was passed over when that was done.
  const fromMs = (swept?.startedAtMs ?? Math.min(...tombstones.map(({ untilMs }) => untilMs))) - CLOCKS_MS;
  const storedFromMs = Math.max(0, fromMs);
  const users = usersOfTombstones(tombstones, await usersStoredSince(storedFromMs, parts), parts.key);
  if (users.length === 0) {
    await setSwept(startedAtMs, parts);
    return undefined;
  }
  const text = toJson(users.map((one) => ({ ...one, users: [...one.users] })));
  const stale = await lake.read(SWEEP_USERS_KEY);
  await lake.replace(SWEEP_USERS_KEY, text, 'application/json', stale?.etag);
  return beginWork(
    await firstProgress({ erasures: [], through: newest.erasure, storedFromMs }, parts),
    parts,
  );
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

/** Returns all users with sales in objects that were stored at a moment or later. */
async function usersStoredSince(storedFromMs: number, { bucket }: WorkerParts): Promise<ReadonlySet<string>> {
  const users = new Set<string>();
  for (const prefix of [PREFIX.interactions, PREFIX.runs])
    for await (const { key, versionId, isMarker, storedAtMs } of bucket.versions(prefix)) {
      if (isMarker || storedAtMs < storedFromMs || !isSales(key)) continue;
      const content = await bucket.content(key, versionId);
      if (!content) continue;
      const file = new Uint8Array(content.bytes).buffer;
      for (const { user } of await parquetReadObjects({ file, columns: ['user'], compressors }))
        if (typeof user === 'string') users.add(user);
    }
  return users;
}
