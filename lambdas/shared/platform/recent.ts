import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AttributeValue,
  BatchWriteItemCommand,
  DynamoDBClient,
  QueryCommand,
  type QueryCommandOutput,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { fromItem, RECENT_TABLE, toItem } from './recent-item.ts';
import type { RecentSale, RecentSales, UserSale } from './recent-sale.ts';

export { RECENT_TABLE } from './recent-item.ts';
export { outsideOf } from './recent-outside.ts';
export type { Address, RecentSale, RecentSales, UserSale } from './recent-sale.ts';

/** The most sales of one user that an answer uses. Beyond them it uses the newest ones. */
export const MOST_SALES = 5_000;
/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
const ITEMS_PER_WRITE = 25;
const WRITES_AT_ONCE = 8;
/** DynamoDB leaves items unprocessed while it adapts to more of them; with these pauses it has up to 30 seconds. */
const MAX_TRIES = 12;
const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 6_000;

/**
 * The recent sales in a DynamoDB table with the keys of {@link RECENT_TABLE}.
 *
 * @param days How long a sale is kept, counted from its Kafka timestamp.
 * @param client By default, one that takes endpoint, region and credentials from the SDK's own environment variables.
 */
export function dynamoRecentSales(
  table: string,
  days: number,
  client: DynamoDBClient = new DynamoDBClient({ maxAttempts: 5 }),
): RecentSales {
  return {
    async ofUser(user, signal) {
      const newestFirst: RecentSale[] = [];
      let start: Record<string, AttributeValue> | undefined;
      do {
        const page: QueryCommandOutput = await client.send(
          new QueryCommand({
            TableName: table,
            KeyConditionExpression: '#user = :user',
            ExpressionAttributeNames: { '#user': RECENT_TABLE.user },
            ExpressionAttributeValues: { ':user': { S: user } },
            ConsistentRead: true,
            ScanIndexForward: false,
            Limit: MOST_SALES - newestFirst.length,
            ExclusiveStartKey: start,
          }),
          signal ? { abortSignal: signal } : {},
        );
        newestFirst.push(...(page.Items ?? []).map(fromItem));
        start = page.LastEvaluatedKey;
      } while (start !== undefined && newestFirst.length < MOST_SALES);
      return newestFirst.reverse();
    },
    async remember(sales) {
      const writes = toWrites(sales, days);
      const workers = Array.from({ length: Math.min(WRITES_AT_ONCE, writes.length) }, async () => {
        for (let write = writes.shift(); write; write = writes.shift()) await writeAll(client, table, write);
      });
      // All of them end before this does: a Lambda that answers while it still writes is frozen in the middle.
      const results = await Promise.allSettled(workers);
      const failure = results.find((result) => result.status === 'rejected');
      if (failure) throw failure.reason;
    },
  };
}

/** Splits sales into writes. A write must not name one item twice. */
function toWrites(sales: readonly UserSale[], days: number): WriteRequest[][] {
  const items = new Map<string, WriteRequest>();
  for (const sale of sales) {
    const Item = toItem(sale, days);
    items.set(`${Item[RECENT_TABLE.address]?.S}/${sale.user}`, { PutRequest: { Item } });
  }
  const puts = [...items.values()];
  return Array.from({ length: Math.ceil(puts.length / ITEMS_PER_WRITE) }, (_, index) =>
    puts.slice(index * ITEMS_PER_WRITE, (index + 1) * ITEMS_PER_WRITE),
  );
}

/** Writes items, and those that DynamoDB leaves unprocessed again, after a pause that doubles. */
async function writeAll(client: DynamoDBClient, table: string, items: WriteRequest[]): Promise<void> {
  let left = items;
  for (let pauseMs = FIRST_PAUSE_MS, tries = 1; ; pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS), tries++) {
    const { UnprocessedItems } = await client.send(
      new BatchWriteItemCommand({ RequestItems: { [table]: left } }),
    );
    left = UnprocessedItems?.[table] ?? [];
    if (left.length === 0) return;
    if (tries === MAX_TRIES)
      throw new Error(
        `Cannot store ${left.length} of ${items.length} recent sales: DynamoDB left them unprocessed ${MAX_TRIES} times`,
      );
    // Of several writers, each waits for another part of the pause.
    await sleep(pauseMs * Math.random());
  }
}
