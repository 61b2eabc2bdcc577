import {
  type ErasedObject,
  type ErasureReceipt,
  type ErasureRequest,
  erasurePartKey,
  erasureRequestKey,
  MOST_LISTED_CHANGES,
  type ObjectCounts,
  PROGRESS_KEY,
  type Progress,
  SWEEP_USERS_KEY,
  SWEEPS_PREFIX,
  SWEPT_KEY,
  type SweepRecord,
  sweepRecordKey,
} from '../shared/contract/erasure.ts';
import { erasureKey, parseNumberedKey } from '../shared/contract/keys.ts';
import { toJson } from '../shared/platform/lake.ts';
import { removeAll } from './bucket.ts';
import { noteKeys, readNotes, toNdjson } from './notes.ts';
import type { WorkerParts } from './parts.ts';

const JSON_TYPE = 'application/json';
const NDJSON_TYPE = 'application/x-ndjson';
const LINES_PER_PART = 5_000;

/** The places that forget cannot reach, for the person who asks. */
export const NOT_REACHED = [
  'The topic in Kafka keeps the sales until its retention ends. They are not stored again as sales of this user: tombstones leave them out, and a sweep removes copies that a replay stores.',
  'Backups that were made outside this stack, such as point-in-time recovery of the table, copies of the bucket and archives of logs, end with their own retention.',
  'Files that people exported or downloaded, and pages that browsers and other caches hold, are not in the bucket.',
  'The messages of an alarm or a mailbox, and the access logs of other services, are not searched.',
] as const;

/**
 * Writes the receipts of the erasures that were done together, then removes the requests, which have the ids, and everything that the worker
 * noted. Every step may be repeated.
 */
export async function finishErasures(
  progress: Progress,
  requests: readonly ErasureRequest[],
  parts: WorkerParts,
): Promise<void> {
  const { lake, bucket } = parts;
  const lines = await readNotes(lake);
  const partKeys = await writeParts(progress.erasures[0] ?? 0, lines, parts);
  for (const request of requests) {
    const receipt = receiptOf(progress, { request, lines, partKeys }, parts);
    await lake.create(erasureKey(request.erasure), toJson(receipt), JSON_TYPE);
  }
  for (const erasure of progress.erasures) await removeAll(bucket, erasureRequestKey(erasure));
  await removeNotes(parts);
  await removeAll(bucket, PROGRESS_KEY);
}

async function writeParts(
  erasure: number,
  lines: readonly ErasedObject[],
  { lake }: WorkerParts,
): Promise<string[]> {
  const keys: string[] = [];
  for (let at = 0; at < lines.length; at += LINES_PER_PART) {
    const key = erasurePartKey(erasure, keys.length + 1);
    await lake.create(key, toNdjson(lines.slice(at, at + LINES_PER_PART)), NDJSON_TYPE);
    keys.push(key);
  }
  return keys;
}

interface ReceiptFacts {
  readonly request: ErasureRequest;
  readonly lines: readonly ErasedObject[];
  readonly partKeys: readonly string[];
}

function receiptOf(
  { erasures, startedAtMs, pass, outside, scan }: Progress,
  { request, lines, partKeys }: ReceiptFacts,
  { key, nowMs }: WorkerParts,
): ErasureReceipt {
  const changes = lines.filter(({ action }) => action !== 'kept');
  return {
    erasure: request.erasure,
    requestedAtMs: request.untilMs,
    requestedBy: request.requestedBy,
    startedAtMs,
    finishedAtMs: nowMs(),
    users: [...new Set(request.users.map((user) => key.forgottenHash(user)))].sort(),
    keyCheck: key.check,
    together: [...erasures],
    passes: pass,
    objects: countsOf(lines),
    changes: changes.length > MOST_LISTED_CHANGES ? null : changes,
    parts: [...partKeys],
    outside,
    scan,
    notReached: [...NOT_REACHED],
  };
}

/** Counts lines by what happened. */
export function countsOf(lines: readonly ErasedObject[]): ObjectCounts {
  const number = (...actions: readonly ErasedObject['action'][]): number =>
    lines.filter(({ action }) => actions.includes(action)).length;
  return {
    read: number('kept', 'changed', 'deleted'),
    changed: number('changed'),
    deleted: number('deleted'),
    // A replaced version goes too.
    versionsDeleted: number('versionDeleted', 'changed'),
    readBytes: lines.reduce((sum, { before }) => sum + before.sizeBytes, 0),
  };
}

/** Records a sweep that had something to do, then removes what it noted. */
export async function finishSweep(progress: Progress, parts: WorkerParts): Promise<void> {
  const { lake, bucket, nowMs } = parts;
  const lines = await readNotes(lake);
  const changes = lines.filter(({ action }) => action !== 'kept');
  if (changes.length > 0) {
    let sweep = 1;
    for await (const { key } of lake.list(SWEEPS_PREFIX))
      sweep = Math.max(sweep, (parseNumberedKey(SWEEPS_PREFIX, key) ?? 0) + 1);
    const { startedAtMs, through, storedFromMs } = progress;
    const record: SweepRecord = {
      ...{ sweep, startedAtMs, finishedAtMs: nowMs(), through, storedFromMs },
      objects: countsOf(lines),
      changes,
    };
    await lake.create(sweepRecordKey(sweep), toJson(record), JSON_TYPE);
  }
  await setSwept(progress.startedAtMs, parts);
  await removeNotes(parts);
  await removeAll(bucket, PROGRESS_KEY);
}

/** Records that everything stored before a moment is swept. */
async function setSwept(startedAtMs: number, { lake, bucket }: WorkerParts): Promise<void> {
  const before = await lake.read(SWEPT_KEY);
  await lake.replace(SWEPT_KEY, toJson({ startedAtMs }), JSON_TYPE, before?.etag);
  for await (const version of bucket.versions(SWEPT_KEY))
    if (version.key === SWEPT_KEY && !version.isLatest)
      await bucket.removeVersion(SWEPT_KEY, version.versionId);
}

async function removeNotes({ lake, bucket }: WorkerParts): Promise<void> {
  await removeAll(bucket, SWEEP_USERS_KEY);
  for (const key of await noteKeys(lake)) await removeAll(bucket, key);
}
