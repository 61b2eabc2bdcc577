import type { Address, RecentSale } from './recent-sale.ts';

/** Two sales of one user with the same id are one sale if their Kafka timestamps are less than this apart. */
export const REPEAT_MS = 24 * 60 * 60 * 1000;

/**
 * Groups the sales of one user into those that count once. Training does the same; see `SaleIds.scala`.
 *
 * A sale without an id is a group of its own. Of sales with the same id, the one with the earliest Kafka timestamp begins a
 * group (of equal timestamps, the one with the lowest address), and every one less than a day after it belongs to that
 * group. The next one begins another group.
 *
 * @param sales Sales of one user, in any order; may be empty. A sale without an address never repeats another.
 * @returns Groups of at least one sale, each with the sale that counts first.
 */
export function groupRepeats<Sale extends RecentSale>(
  sales: readonly Sale[],
): (readonly [Sale, ...Sale[]])[] {
  const groups: [Sale, ...Sale[]][] = [];
  for (const [id, ofId] of Map.groupBy(sales, ({ id, address }) => (address ? id : undefined))) {
    if (id === undefined) {
      groups.push(...ofId.map((sale): [Sale] => [sale]));
      continue;
    }
    let group: [Sale, ...Sale[]] | undefined;
    for (const sale of ofId.toSorted(byKafkaTime)) {
      if (group && kafkaMsOf(sale) - kafkaMsOf(group[0]) < REPEAT_MS) {
        group.push(sale);
        continue;
      }
      group = [sale];
      groups.push(group);
    }
  }
  return groups;
}

const kafkaMsOf = ({ address }: RecentSale): number => address?.kafkaMs ?? -1;

const byKafkaTime = ({ address: a }: RecentSale, { address: b }: RecentSale): number =>
  a && b ? a.kafkaMs - b.kafkaMs || byAddress(a, b) : 0;

/** The order of `Address.ordering` in Scala. */
const byAddress = (a: Address, b: Address): number =>
  a.offset - b.offset || a.partition - b.partition || byText(a.topic, b.topic) || byText(a.source, b.source);

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
