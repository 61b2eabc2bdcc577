import type { BatchName } from '../shared/contract/keys.ts';
import type { MskEvent, PolledRecord } from './msk-event.ts';
import type { createJudge, Sale } from './sale.ts';

/** Where a record lies on the stream. */
export interface Address {
  readonly offset: number;
  /** Kafka's timestamp, epoch ms; -1 if the record has none. */
  readonly kafkaMs: number;
}

export type AddressedSale = Address & { readonly sale: Sale };
export type RejectedRecord = Address & { readonly record: PolledRecord; readonly reason: string };

/** What one partition of one poll becomes. */
export interface Batch {
  /** `topic-partition`, as the poller names it. */
  readonly partitionName: string;
  /** The polled range; without the count, which differs between sales and rejects. */
  readonly range: Omit<BatchName, 'count'>;
  /** In offset order; may be empty. */
  readonly sales: readonly AddressedSale[];
  /** In offset order; may be empty. */
  readonly rejects: readonly RejectedRecord[];
}

/**
 * Plans what one Kafka poll becomes: one batch per partition.
 *
 * Keys are made of offsets, so a retry of the same poll addresses the same objects. A record that stands twice in the
 * event counts once.
 *
 * @returns One batch per partition that holds a record, in the event's order, each in offset order.
 */
export function planBatches(
  { source, partitions }: MskEvent,
  judge: ReturnType<typeof createJudge>,
): Batch[] {
  const batches: Batch[] = [];
  for (const [partitionName, polled] of partitions) {
    const records = inOffsetOrder(polled);
    const [first, last] = [records[0], records.at(-1)];
    if (!first || !last) continue;
    const sales: AddressedSale[] = [];
    const rejects: RejectedRecord[] = [];
    for (const record of records) {
      const { offset, timestamp: kafkaMs } = record;
      const verdict = judge(bytesOf(record.value), kafkaMs);
      if ('rejected' in verdict) rejects.push({ offset, kafkaMs, record, reason: verdict.rejected });
      else sales.push({ offset, kafkaMs, sale: verdict });
    }
    const { topic, partition } = first;
    const range = {
      source,
      topic,
      partition,
      first: first.offset,
      last: last.offset,
      firstMs: Math.max(0, first.timestamp),
    };
    batches.push({ partitionName, range, sales, rejects });
  }
  return batches;
}

const bytesOf = (base64: string | null | undefined): Buffer | undefined =>
  base64 === undefined || base64 === null ? undefined : Buffer.from(base64, 'base64');

function inOffsetOrder(records: readonly PolledRecord[]): readonly PolledRecord[] {
  const isAscending = records.every(
    (record, index) => index === 0 || (records[index - 1]?.offset ?? -1) < record.offset,
  );
  if (isAscending) return records;
  const byOffset = new Map(records.map((record) => [record.offset, record]));
  return [...byOffset.values()].sort((a, b) => a.offset - b.offset);
}
