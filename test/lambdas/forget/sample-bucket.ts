import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { expect } from 'vitest';
import { toParquet } from '../../../lambdas/accumulate/parquet.ts';
import { requestErasure } from '../../../lambdas/erasures/request.ts';
import { createKindOf } from '../../../lambdas/forget/kinds.ts';
import type { WorkerParts } from '../../../lambdas/forget/parts.ts';
import { workOnErasures } from '../../../lambdas/forget/worker.ts';
import { ErasureReceipt } from '../../../lambdas/shared/contract/erasure.ts';
import {
  erasureKey,
  interactionsKey,
  manifestKey,
  rejectedKey,
  windowKey,
} from '../../../lambdas/shared/contract/keys.ts';
import { Manifest, Window } from '../../../lambdas/shared/contract/schemas.ts';
import { readJson, toJson } from '../../../lambdas/shared/platform/lake.ts';
import { PLAIN_IDS } from '../../../lambdas/shared/privacy/person-ids.ts';
import { createPersonKey } from '../../../lambdas/shared/privacy/person-key.ts';
import { type VersionedLake, versionedLake } from '../../../local/lake/versioned-lake.ts';
import { recordingLog } from '../log.ts';

/** A shop in which the user 1 is forgotten: there are a product 1, a user 11, and a product whose name is that of the user. */

export const NOW = Date.UTC(2026, 5, 30);
export const KEY = createPersonKey('0123456789abcdef0123456789abcdef');
const FIXTURES = join(import.meta.dirname, '..', '..', 'fixtures');

export const range = (first: number) => ({
  ...{
    source: '0a1b2c3d',
    topic: 'sales',
    partition: 0,
    first,
    last: first + 3,
    count: 4,
    firstMs: NOW - 9_000,
  },
});

/** Four sales, as accumulate stores them. */
export function batch(first: number, users: readonly string[], kafkaMs = NOW - 9_000): [string, Uint8Array] {
  const sales = users.map((user, index) => ({
    ...{ topic: 'sales', partition: 0, offset: first + index, kafkaMs },
    sale: { user, product: '1', quantity: 1, atMs: kafkaMs, type: 'purchase' },
  }));
  return [interactionsKey(range(first)), toParquet({ range: range(first), sales, rejected: [] } as never)];
}

export const rejectedLine = (offset: number, value: string): string =>
  `${JSON.stringify({ topic: 'sales', partition: 0, offset, kafkaMs: NOW - 9_000, reason: 'productId: is missing, should be an id', key: null, value: Buffer.from(value).toString('base64') })}\n`;

const LISTS = 'user,product,list,rank,score\n1,1,any,1,0.5\n11,1,any,1,0.5\n';
const RUN = 'runs/00000001/00000001/';
export const LISTS_KEY = `${RUN}recommendations.csv`;

/** @param knownThrough The newest erasure that window 1 names; 0 for none. */
export function sampleBucket(knownThrough = 0): VersionedLake {
  const lake = versionedLake();
  lake.nowMs = NOW - 5_000;
  lake.put(...batch(0, ['1', '11', '2', '1']));
  lake.put(...batch(4, ['11', '2', '2', '3']));
  lake.put(
    rejectedKey(range(8)),
    rejectedLine(8, '{"userId":"1"}') + rejectedLine(9, '{"userId":"11","quantity":1}'),
  );
  lake.put(`logs/applications/a/jobs/b/SPARK_DRIVER/stderr.gz`, gzipSync('1 of 11 tasks\n'));
  // An earlier version of the lists is left over, and an object that was deleted.
  lake.put(LISTS_KEY, `${LISTS}1,2,any,2,0.4\n`);
  lake.put(LISTS_KEY, LISTS);
  lake.put(`${RUN}recommendations-00000002.csv`, LISTS);
  lake.mark(`${RUN}recommendations-00000002.csv`);
  lake.put(windowKey(1), toJson(window(knownThrough)));
  lake.put(manifestKey(1), toJson(manifest()));
  return lake;
}

function window(knownThrough: number): Window {
  const saved = Window.parse(JSON.parse(readFileSync(join(FIXTURES, 'window.json'), 'utf8')));
  const { tombstones: _, ...rest } = saved;
  const objects = [{ key: 'tombstones/00000001.json', sizeBytes: 1 }];
  return { ...rest, window: 1, ...(knownThrough > 0 && { tombstones: { through: knownThrough, objects } }) };
}

function manifest(): Manifest {
  const saved = Manifest.parse(JSON.parse(readFileSync(join(FIXTURES, 'manifest.json'), 'utf8')));
  const file = { name: 'recommendations.csv', key: LISTS_KEY, rows: 2, ...factsOf(LISTS) };
  return { ...saved, run: 1, attempt: 1, files: [file], erased: [] };
}

/** Size and hash of a text, as a manifest has them. */
export const factsOf = (text: string) => ({
  sizeBytes: Buffer.byteLength(text),
  sha256: createHash('sha256').update(text).digest('hex'),
});

/** The worker's parts, for a bucket in memory. */
export function workerParts({ lake, bucket }: VersionedLake): WorkerParts & { ids: typeof PLAIN_IDS } {
  return {
    ...{ lake, bucket, key: KEY, ids: PLAIN_IDS, log: recordingLog() },
    kindOf: createKindOf({}),
    hasPseudonyms: false,
    places: [],
    settlesSeconds: 0,
    nowMs: () => NOW,
    isLate: () => false,
    holder: 'worker-1',
  };
}

/** Returns the users of sales, in their order. */
export const usersIn = async (bytes: Uint8Array): Promise<unknown[]> =>
  (await parquetReadObjects({ file: new Uint8Array(bytes).buffer, compressors })).map(({ user }) => user);

/** Does an erasure that nothing interrupts. */
export async function forget(bucket: VersionedLake, ...users: string[]): Promise<ErasureReceipt> {
  const parts = workerParts(bucket);
  const erasure = await requestErasure(users, 'a test', parts);
  expect(await workOnErasures(false, parts)).toEqual({ state: 'idle', finished: [erasure] });
  return receiptOf(bucket, erasure);
}

export async function receiptOf({ lake }: VersionedLake, erasure: number): Promise<ErasureReceipt> {
  const receipt = await readJson(lake, erasureKey(erasure), ErasureReceipt);
  if (!receipt) throw new Error(`There is no receipt of erasure ${erasure}`);
  return receipt;
}

/**
 * Works with calls that end after a number of reads, as a Lambda does whose time is over.
 *
 * @returns The number of calls.
 * @throws {Error} If the work does not end.
 */
export async function workEndingEarly(
  parts: WorkerParts,
  { sweeps, mostReads }: { readonly sweeps: boolean; readonly mostReads: number },
): Promise<number> {
  for (let calls = 1; calls <= 20; calls++) {
    let reads = 0;
    const content: WorkerParts['bucket']['content'] = (key, versionId) => {
      if (++reads > mostReads) throw new Error('ended');
      return parts.bucket.content(key, versionId);
    };
    const nowMs = () => NOW + calls * 600_000;
    try {
      await workOnErasures(sweeps, { ...parts, nowMs, bucket: { ...parts.bucket, content } });
      return calls;
    } catch (error) {
      if ((error as Error).message !== 'ended') throw error;
    }
  }
  throw new Error('The work does not end');
}
