import { lowest, sum } from '../shared/contract/numbers.ts';
import type { Log } from '../shared/platform/log.ts';
import { expiryOf } from '../shared/platform/recent-item.ts';
import type { RecentSales, UserSale } from '../shared/platform/recent-sale.ts';
import { type ForgottenUsers, isForgotten, type TombstoneReader } from '../shared/platform/tombstones.ts';
import type { PersonIds } from '../shared/privacy/person-ids.ts';
import { type PolledRecord, parseMskEvent } from '../shared/sales/msk-event.ts';
import type { PartialBatchResponse } from '../shared/sales/partial-batch.ts';
import { parseRecord } from '../shared/sales/record.ts';
import type { ParseSale } from '../shared/sales/sale.ts';
import { storedSale } from '../shared/sales/stored-sale.ts';

export interface Parts {
  readonly recent: Pick<RecentSales, 'remember'>;
  readonly tombstones: Pick<TombstoneReader, 'current'>;
  /** How long recent sales are kept, counted from their Kafka timestamps. */
  readonly days: number;
  readonly log: Log;
  readonly parseSale: ParseSale;
  /** Determines how ids of people are stored. */
  readonly ids: PersonIds;
  readonly nowMs: () => number;
}

/** The result for the records of one partition. */
interface Outcome {
  readonly stored: number;
  readonly ignored: number;
  readonly failure: PartialBatchResponse['batchItemFailures'][number] | undefined;
}

/**
 * Stores the sales of one poll by user. A record that is not a valid sale is ignored: accumulate, which reads the same topic,
 * keeps it with the reason. A sale that is older than recent sales are kept is ignored too, so that a replay of the topic
 * changes nothing. So is a sale of a forgotten user, unless its Kafka timestamp is later than the erasure.
 *
 * A storage fault fails all records of its partition, but of no other. If the tombstones cannot be read, all records fail: nothing is
 * stored that may have to be forgotten.
 *
 * @returns The partitions that could not be stored; may be empty.
 * @throws {TypeError} If the event is not from a Kafka event source mapping.
 */
export async function remember(event: unknown, parts: Parts): Promise<PartialBatchResponse> {
  const { source, partitions } = parseMskEvent(event);
  const outcomes = await Promise.all(
    [...partitions]
      .filter(([, records]) => records.length > 0)
      .map(([name, records]) => rememberPartition(name, records, { ...parts, source })),
  );
  const failures = outcomes.flatMap(({ failure }) => failure ?? []);
  parts.log.measure({
    SalesRemembered: sum(outcomes.map(({ stored }) => stored)),
    SalesIgnored: sum(outcomes.map(({ ignored }) => ignored)),
    RememberFailures: failures.length,
  });
  return { batchItemFailures: failures };
}

/** @param partition The poller's name of the partition, `topic-partition`. */
async function rememberPartition(
  partition: string,
  records: readonly PolledRecord[],
  { source, recent, tombstones, days, log, parseSale, ids, nowMs }: Parts & { readonly source: string },
): Promise<Outcome> {
  const nowSeconds = nowMs() / 1000;
  const valid = records.flatMap((record) => toUserSale(record, { source, parseSale, ids }) ?? []);
  const unexpired = valid.filter((sale) => expiryOf(sale, days) > nowSeconds);
  let sales: readonly UserSale[];
  try {
    sales = withoutForgotten(unexpired, await tombstones.current());
    await recent.remember(sales);
  } catch (error) {
    const offset = lowest(records.map((record) => record.offset));
    log.error('Cannot store the recent sales of this partition; its records are delivered again', {
      partition,
      offset,
      error,
    });
    return { stored: 0, ignored: 0, failure: { itemIdentifier: { partition, offset } } };
  }
  const [invalid, expired] = [records.length - valid.length, valid.length - unexpired.length];
  const forgotten = unexpired.length - sales.length;
  log.info('Remembered', { partition, stored: sales.length, invalid, expired, forgotten });
  return { stored: sales.length, ignored: records.length - sales.length, failure: undefined };
}

const withoutForgotten = (sales: readonly UserSale[], users: ForgottenUsers): readonly UserSale[] =>
  sales.filter(({ user, address }) => !isForgotten(address.kafkaMs, users.erasureOf(user)));

/** @returns The part of a sale that an answer needs; undefined if the record is not a valid sale. */
function toUserSale(
  record: PolledRecord,
  { source, parseSale, ids }: Pick<Parts, 'parseSale' | 'ids'> & { readonly source: string },
): UserSale | undefined {
  const parsed = parseRecord(record, parseSale);
  if ('rejected' in parsed) return undefined;
  const { user, product, quantity, atMs, type, orderId, price, id } = storedSale(parsed, ids);
  const { topic, partition, offset, timestamp: kafkaMs } = record;
  return {
    user,
    product,
    quantity,
    atMs,
    type,
    ...(orderId === undefined ? {} : { orderId }),
    ...(price === undefined ? {} : { price }),
    ...(id === undefined ? {} : { id }),
    address: { source, topic, partition, offset, kafkaMs },
  };
}
