import { interactionsKey, rejectedKey } from '../shared/contract/keys.ts';
import { lowest, sum } from '../shared/contract/numbers.ts';
import type { Lake } from '../shared/platform/lake.ts';
import type { Log } from '../shared/platform/log.ts';
import type { PersonIds } from '../shared/privacy/person-ids.ts';
import { parseMskEvent } from '../shared/sales/msk-event.ts';
import type { PartialBatchResponse } from '../shared/sales/partial-batch.ts';
import type { ParseSale } from '../shared/sales/sale.ts';
import { type Batch, planBatches } from './batches.ts';
import { countFields, countPersonal } from './field-counts.ts';
import { toParquet } from './parquet.ts';
import { toNdjson } from './rejected.ts';

export interface Parts {
  readonly lake: Pick<Lake, 'create'>;
  readonly log: Log;
  readonly parseSale: ParseSale;
  /** Determines how ids of people are stored. */
  readonly ids: PersonIds;
}

/**
 * Stores the records of one poll: for each partition one Parquet object of the sales and one NDJSON object of the rejected
 * records; two of each if the topic was created again in between.
 *
 * An invalid record never fails its batch. A storage fault fails all records of its partition, but of no other.
 *
 * @returns The partitions that could not be stored; may be empty.
 * @throws {TypeError} If the event is not from a Kafka event source mapping.
 */
export async function accumulate(
  event: unknown,
  { lake, log, parseSale, ids }: Parts,
): Promise<PartialBatchResponse> {
  const batches = planBatches(parseMskEvent(event), parseSale, ids);
  const byPartition = Map.groupBy(batches, ({ partitionName }) => partitionName);
  const results = await Promise.all(
    [...byPartition.values()].map((list) => storeInOrder(list, { lake, log, ids })),
  );
  const stored = results.flatMap((result) => result.stored);
  log.measure({
    SalesStored: sum(stored.map(({ sales }) => sales.length)),
    SalesRejected: sum(stored.map(({ rejects }) => rejects.length)),
    FieldsLeftOut: sum(stored.flatMap(({ sales }) => sales.map(({ sale }) => sale.leftOut?.length ?? 0))),
    LooksPersonal: sum(stored.map(countPersonal)),
  });
  return { batchItemFailures: results.flatMap(({ failure }) => failure ?? []) };
}

/**
 * Stores the batches of one partition until one of them cannot be stored. The poller then delivers again from the lowest offset
 * that is not stored: if the topic was created again in between, that is one of a later batch.
 */
async function storeInOrder(
  batches: readonly Batch[],
  { lake, log, ids }: Omit<Parts, 'parseSale'>,
): Promise<{
  readonly stored: readonly Batch[];
  readonly failure: PartialBatchResponse['batchItemFailures'][number] | undefined;
}> {
  const stored: Batch[] = [];
  for (const [index, batch] of batches.entries()) {
    const { partitionName: partition, range, sales, rejects } = batch;
    const { first, last } = range;
    try {
      await store(batch, { lake, ids });
    } catch (error) {
      const offset = lowest(batches.slice(index).map(({ range }) => range.first));
      log.error('Cannot store this partition; its records are delivered again', { partition, offset, error });
      return { stored, failure: { itemIdentifier: { partition, offset } } };
    }
    stored.push(batch);
    log.info('Stored', {
      partition,
      first,
      last,
      stored: sales.length,
      rejected: rejects.length,
      ...countFields(batch),
    });
  }
  return { stored, failure: undefined };
}

/**
 * Stores a batch. An object that exists already is from an earlier delivery of the same records, so `create` may return
 * false.
 */
async function store(batch: Batch, { lake, ids }: Pick<Parts, 'lake' | 'ids'>): Promise<void> {
  const { range, sales, rejects } = batch;
  if (rejects.length > 0)
    await lake.create(
      rejectedKey({ ...range, count: rejects.length }),
      toNdjson(batch, ids),
      'application/x-ndjson',
    );
  if (sales.length > 0)
    await lake.create(
      interactionsKey({ ...range, count: sales.length }),
      toParquet(batch),
      'application/vnd.apache.parquet',
    );
}
