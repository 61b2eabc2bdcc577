import { interactionsKey, rejectedKey } from '../shared/contract/keys.ts';
import type { Lake } from '../shared/platform/lake.ts';
import type { Log } from '../shared/platform/log.ts';
import { sum } from '../shared/platform/numbers.ts';
import { type Batch, planBatches } from './batches.ts';
import { parseMskEvent } from './msk-event.ts';
import { toParquet } from './parquet.ts';
import type { createJudge } from './sale.ts';

export interface Parts {
  readonly lake: Lake;
  readonly log: Log;
  readonly judge: ReturnType<typeof createJudge>;
}

/**
 * Which records the poller must deliver again: per partition all from this offset on. The identifier is an object; a
 * string would make Lambda retry everything.
 */
export interface PartialBatchResponse {
  readonly batchItemFailures: readonly {
    readonly itemIdentifier: { readonly partition: string; readonly offset: number };
  }[];
}

/**
 * Stores one poll: per partition one Parquet object of its sales and one NDJSON object of its rejected records.
 *
 * A record never fails its batch. A storage fault fails the partition that it hit, from its first offset on, and no other.
 *
 * @throws {TypeError} If the event does not come from a Kafka event source mapping.
 */
export async function accumulate(event: unknown, { lake, log, judge }: Parts): Promise<PartialBatchResponse> {
  const batches = planBatches(parseMskEvent(event), judge);
  const batchItemFailures: { itemIdentifier: { partition: string; offset: number } }[] = [];
  const stored: Batch[] = [];
  await Promise.all(
    batches.map(async (batch) => {
      const { partitionName, range } = batch;
      try {
        await store(lake, batch);
        stored.push(batch);
        log.info('Stored', {
          partition: partitionName,
          first: range.first,
          last: range.last,
          stored: batch.sales.length,
          rejected: batch.rejects.length,
        });
      } catch (error) {
        log.error('Cannot store this partition; its records come again', {
          partition: partitionName,
          offset: range.first,
          error,
        });
        batchItemFailures.push({ itemIdentifier: { partition: partitionName, offset: range.first } });
      }
    }),
  );
  log.measure({
    SalesStored: sum(stored.map(({ sales }) => sales.length)),
    SalesRejected: sum(stored.map(({ rejects }) => rejects.length)),
  });
  return { batchItemFailures };
}

/**
 * Fails the whole invocation where the poller does not read partial answers: it would take any answer for success and
 * commit. What is stored comes again too, under the same keys.
 *
 * @throws {Error} If a partition could not be stored; the message names each and its first offset.
 */
export function throwFailures({ batchItemFailures }: PartialBatchResponse): void {
  if (batchItemFailures.length === 0) return;
  const failed = batchItemFailures.map(
    ({ itemIdentifier: { partition, offset } }) => `${partition} from offset ${offset}`,
  );
  throw new Error(`Cannot store ${failed.join(', ')}: the whole batch must come again`);
}

/** Objects that exist already are those of an earlier delivery: the same range of the same records. */
async function store(lake: Lake, batch: Batch): Promise<void> {
  const { range, sales, rejects } = batch;
  if (rejects.length > 0)
    await lake.create(
      rejectedKey({ ...range, count: rejects.length }),
      toNdjson(batch),
      'application/x-ndjson',
    );
  if (sales.length > 0)
    await lake.create(
      interactionsKey({ ...range, count: sales.length }),
      toParquet(batch),
      'application/vnd.apache.parquet',
    );
}

/** One line per rejected record: its address, the reason, and key and value as they came, base64. */
function toNdjson({ range, rejects }: Batch): string {
  const { source, topic, partition } = range;
  const lines = rejects.map(({ offset, kafkaMs, reason, record }) =>
    JSON.stringify({
      source,
      topic,
      partition,
      offset,
      kafkaMs,
      reason,
      key: record.key ?? null,
      value: record.value ?? null,
    }),
  );
  return `${lines.join('\n')}\n`;
}
