import type { BatchName } from '../shared/contract/keys.ts';
import type { PersonIds } from '../shared/privacy/person-ids.ts';
import type { PersonalField } from '../shared/sales/looks-personal.ts';
import type { MskEvent, PolledRecord } from '../shared/sales/msk-event.ts';
import { parseRecord } from '../shared/sales/record.ts';
import type { ParseSale, Sale } from '../shared/sales/sale.ts';
import { storedSale } from '../shared/sales/stored-sale.ts';

/** The position of a record in its partition. */
export interface Address {
  readonly offset: number;
  /** Kafka's timestamp, epoch ms; -1 if the record has none. */
  readonly kafkaMs: number;
}

export type AddressedSale = Address & { readonly sale: Sale };
export interface RejectedRecord extends Address {
  readonly record: PolledRecord;
  readonly reason: string;
  /** If set, what looks personal in the record is masked before it is stored. */
  readonly isMasked?: true | undefined;
  /** The fields for which it was rejected, if that is because they look personal. */
  readonly looksPersonal?: readonly PersonalField[] | undefined;
}

/** The records of one partition in one poll. */
export interface Batch {
  /** `topic-partition`, the poller's name of the partition. */
  readonly partitionName: string;
  /** The polled range, without the count, because sales and rejects have different counts. */
  readonly range: Omit<BatchName, 'count'>;
  /** In offset order; may be empty. */
  readonly sales: readonly AddressedSale[];
  /** In offset order; may be empty. */
  readonly rejects: readonly RejectedRecord[];
}

/**
 * Groups the records of one Kafka poll into batches, one for each partition.
 *
 * Keys are made of offsets, so a retry of the same poll writes to the same keys. A record that is twice in the event counts
 * once. If a topic was deleted and created again while the poller gathered records, the partition has one batch of each.
 *
 * @param ids How ids of people are stored; sales of the batches have them in this form.
 * @returns At least one batch for each partition with a record, in the order of the event, each in offset order.
 */
export function planBatches({ source, partitions }: MskEvent, parseSale: ParseSale, ids: PersonIds): Batch[] {
  const batches: Batch[] = [];
  const runs = [...partitions].flatMap(([name, polled]) =>
    splitTopics(polled).map((run) => [name, run] as const),
  );
  for (const [partitionName, polled] of runs) {
    const records = inOffsetOrder(polled);
    const [first, last] = [records[0], records.at(-1)];
    if (!first || !last) continue;
    const sales: AddressedSale[] = [];
    const rejects: RejectedRecord[] = [];
    for (const record of records) {
      const { offset, timestamp: kafkaMs } = record;
      const parsed = parseRecord(record, parseSale);
      if ('rejected' in parsed) {
        const { rejected: reason, ...rest } = parsed;
        rejects.push({ offset, kafkaMs, record, reason, ...rest });
      } else sales.push({ offset, kafkaMs, sale: storedSale(parsed, ids) });
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

/**
 * Splits the records of a partition where its offsets start again although the timestamps continue: there the topic was
 * created again, and the same offset is another record.
 */
function splitTopics(records: readonly PolledRecord[]): PolledRecord[][] {
  const runs: PolledRecord[][] = [];
  let newestMs = Number.NEGATIVE_INFINITY;
  let previous: PolledRecord | undefined;
  for (const record of records) {
    const startsAgain = previous && record.offset <= previous.offset && record.timestamp > newestMs;
    if (!previous || startsAgain) runs.push([]);
    runs.at(-1)?.push(record);
    newestMs = Math.max(newestMs, record.timestamp);
    previous = record;
  }
  return runs;
}

function inOffsetOrder(records: readonly PolledRecord[]): readonly PolledRecord[] {
  const isAscending = records.every(
    (record, index) => index === 0 || (records[index - 1]?.offset ?? -1) < record.offset,
  );
  if (isAscending) return records;
  const byOffset = new Map(records.map((record) => [record.offset, record]));
  return [...byOffset.values()].sort((a, b) => a.offset - b.offset);
}
