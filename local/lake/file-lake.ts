import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { planBatches } from '../../lambdas/accumulate/batches.ts';
import { toParquet } from '../../lambdas/accumulate/parquet.ts';
import { interactionsKey, tombstonesKey, windowKey } from '../../lambdas/shared/contract/keys.ts';
import { Model } from '../../lambdas/shared/contract/model.ts';
import { highest } from '../../lambdas/shared/contract/numbers.ts';
import type { Tombstones, Window } from '../../lambdas/shared/contract/schemas.ts';
import { PLAIN_IDS } from '../../lambdas/shared/privacy/person-ids.ts';
import type { PersonKey } from '../../lambdas/shared/privacy/person-key.ts';
import type { PolledRecord } from '../../lambdas/shared/sales/msk-event.ts';
import { createSaleParser } from '../../lambdas/shared/sales/sale.ts';
import { decide, type UncutBatch } from '../../lambdas/threshold/decide.ts';
import { Threshold } from '../../lambdas/threshold/settings.ts';
import type { OutgoingRecord } from '../shop/simulate.ts';

/** Returns records of partition 0 as the poller passes them to accumulate, with consecutive offsets. */
export const polled = (records: readonly OutgoingRecord[], firstOffset = 0): PolledRecord[] =>
  records.map(({ value, timestampMs }, index) => ({
    topic: 'sales',
    partition: 0,
    offset: firstOffset + index,
    timestamp: timestampMs ?? 0,
    value: value?.toString('base64') ?? null,
  }));

/**
 * Writes batches and a window into a directory, as accumulate and threshold write them to the bucket, for jobs that run
 * without S3.
 *
 * @param polls The records of each poll; all are of partition 0, with consecutive offsets across polls. One poll is kept in memory
 *   at a time.
 * @returns The window, which contains all of them.
 * @throws {Error} If there is no valid sale.
 */
export function writeFileLake(
  directory: string,
  polls: Iterable<readonly OutgoingRecord[]>,
  model: Partial<Model> = {},
): Window {
  return writePolls(directory, consecutive(polls), model);
}

function* consecutive(polls: Iterable<readonly OutgoingRecord[]>): Generator<PolledRecord[]> {
  let offset = 0;
  for (const poll of polls) {
    yield polled(poll, offset);
    offset += poll.length;
  }
}

/** Adds a window to such a directory. Its offsets follow those of the earlier windows. */
export function addToFileLake(directory: string, records: readonly OutgoingRecord[], last: Window): Window {
  const ends = Object.values(last.partitions).flatMap(({ ranges }) => ranges.map(([, end]) => end));
  return writePolls(directory, [polled(records, highest(ends) + 1)], last.model, last);
}

/**
 * Does the same for polls that have offsets already. Offsets may repeat, overlap and be in any order.
 *
 * @param last The previous window; if undefined, the new one is the first.
 */
export function writePolls(
  directory: string,
  polls: Iterable<readonly PolledRecord[]>,
  model: Partial<Model> = {},
  last?: Window,
): Window {
  const parseSale = createSaleParser({});
  const uncut = new Map<string, Omit<UncutBatch, 'storedAtMs'>>();
  let storedAtMs = 0;
  for (const poll of polls) {
    storedAtMs = highest(
      poll.map(({ timestamp }) => timestamp),
      storedAtMs,
    );
    for (const batch of planBatches(
      { source: '0a1b2c3d', partitions: new Map([['sales-0', poll]]) },
      parseSale,
      PLAIN_IDS,
    )) {
      if (batch.sales.length === 0) continue;
      const name = { ...batch.range, count: batch.sales.length };
      const key = interactionsKey(name);
      const bytes = toParquet(batch);
      write(join(directory, key), bytes);
      uncut.set(key, { key, name, sizeBytes: bytes.length });
    }
  }
  // All count as stored at the end: threshold compares batches by these times.
  const sorted = [...uncut.values()]
    .map((batch) => ({ ...batch, storedAtMs }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const situation = {
    last: { number: last?.window ?? 0, window: last },
    inFlight: false,
    uncut: sorted,
    flush: true,
    nowMs: 0,
  };
  const { cut } = decide(situation, Threshold.parse({}), Model.parse(model));
  if (!cut) throw new Error('Cannot write the lake: there is no valid sale');
  write(join(directory, windowKey(cut.window)), JSON.stringify(cut));
  return cut;
}

/**
 * Writes the tombstones of one erasure into such a directory, and lets a window name them. The job then needs the secret: the
 * setting `spark.cartograph.personSecret`.
 *
 * @param users As they are stored.
 * @param untilMs Later sales are kept, epoch ms by Kafka timestamps.
 */
export function addTombstones(
  directory: string,
  window: Window,
  {
    key,
    users,
    untilMs,
  }: { readonly key: PersonKey; readonly users: Iterable<string>; readonly untilMs: number },
): Window {
  const hashes = [...users].map((user) => key.forgottenHash(user)).sort();
  const tombstones: Tombstones = { erasure: 1, untilMs, keyCheck: key.check, users: hashes };
  const text = JSON.stringify(tombstones);
  write(join(directory, tombstonesKey(1)), text);
  const objects = [{ key: tombstonesKey(1), sizeBytes: Buffer.byteLength(text) }];
  const named: Window = { ...window, tombstones: { through: 1, objects } };
  write(join(directory, windowKey(window.window)), JSON.stringify(named));
  return named;
}

function write(path: string, body: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, body);
}
