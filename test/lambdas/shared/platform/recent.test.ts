import { Readable } from 'node:stream';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { dynamoRecentSales, MOST_SALES, type UserSale } from '../../../../lambdas/shared/platform/recent.ts';
import { expiryOf, fromItem, type Item, toItem } from '../../../../lambdas/shared/platform/recent-item.ts';

const AT = Date.UTC(2026, 5, 1);
const DAY_SECONDS = 86_400;

const sale = (offset: number, more: Partial<UserSale> = {}): UserSale => ({
  user: 'ann',
  product: `p${offset}`,
  quantity: 1,
  atMs: AT + offset,
  type: 'purchase',
  address: { source: '0a1b2c3d', topic: 'sales', partition: 0, offset, kafkaMs: AT + offset },
  ...more,
});

/** Everything a sale can have, at its limits. */
const STRANGE = sale(7, {
  user: '__proto__/é😀',
  product: 'p'.repeat(256),
  quantity: -1e300,
  atMs: -5,
  type: 'view',
  orderId: 'o/1',
  price: 5e-324,
  id: '😀'.repeat(128),
});

beforeEach(() => {
  // The SDK and the store wait for a random part of their pauses.
  vi.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

interface Query {
  readonly ConsistentRead: boolean;
  readonly ScanIndexForward: boolean;
  readonly Limit: number;
  readonly ExpressionAttributeValues: { readonly ':user': { readonly S: string } };
  readonly ExclusiveStartKey?: { readonly address: { readonly S: string } };
}
interface Put {
  readonly PutRequest: { readonly Item: Item };
}

/** A table that answers the SDK's requests without a network, in pages of `page` items. */
function table({ page = 3, leaves = (_puts: readonly Put[]): readonly Put[] => [] } = {}) {
  const items = new Map<string, Item>();
  const writes: number[] = [];
  const queries: Query[] = [];
  const keyOf = (item: Item): string => JSON.stringify([item.user?.S, item.address?.S]);
  const answers = {
    BatchWriteItem({ RequestItems: { recent = [] } }: { RequestItems: { recent?: Put[] } }) {
      writes.push(recent.length);
      expect(recent.length).toBeLessThanOrEqual(25);
      expect(new Set(recent.map(({ PutRequest }) => keyOf(PutRequest.Item))).size).toBe(recent.length);
      const left = leaves(recent);
      for (const put of recent)
        if (!left.includes(put)) items.set(keyOf(put.PutRequest.Item), put.PutRequest.Item);
      return { UnprocessedItems: left.length > 0 ? { recent: left } : {} };
    },
    Query(query: Query) {
      queries.push(query);
      const user = query.ExpressionAttributeValues[':user'].S;
      const addressOf = (item: Item): string => item.address?.S ?? '';
      const start = query.ExclusiveStartKey?.address.S;
      const found = [...items.values()]
        .filter((item) => item.user?.S === user)
        .sort((a, b) => (addressOf(a) < addressOf(b) ? 1 : -1))
        .filter((item) => start === undefined || addressOf(item) < start);
      const Items = found.slice(0, Math.min(page, query.Limit));
      const last = Items.at(-1);
      return {
        Items,
        ...(last && Items.length < found.length
          ? { LastEvaluatedKey: { user: last.user, address: last.address } }
          : {}),
      };
    },
  };
  const client = new DynamoDBClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const handle = async ({ headers, body }: { headers: Record<string, string>; body: Uint8Array }) => {
    const name = headers['x-amz-target']?.split('.')[1] as keyof typeof answers;
    const answer = answers[name](JSON.parse(new TextDecoder().decode(body)));
    const text = Buffer.from(JSON.stringify(answer));
    return { response: { statusCode: 200, headers: {}, body: Readable.from([text]) } };
  };
  Object.assign(client.config, { requestHandler: { handle } });
  return { recent: dynamoRecentSales('recent', 90, client), items, writes, queries };
}

describe('items', () => {
  test('a sale is read as it was stored, and the same sale is the same item', () => {
    for (const each of [sale(3), STRANGE]) {
      const { user: _, ...rest } = each;
      expect(fromItem(toItem(each, 90))).toEqual(rest);
      expect(toItem(each, 90)).toEqual(toItem({ ...each }, 90));
    }
  });

  test('a usual sale is stored in few attributes, and without its product name', () => {
    expect(toItem({ ...sale(3), ...{ productName: 'Blue lamp' } }, 90)).toEqual({
      user: { S: 'ann' },
      address: { S: `${AT + 3}/0a1b2c3d/sales/0/3` },
      expires: { N: String(AT / 1000 + 90 * DAY_SECONDS) },
      p: { S: 'p3' },
    });
  });

  test('a sale is forgotten some days after its Kafka timestamp, however old the sale is', () => {
    expect(expiryOf(sale(0, { atMs: 0 }), 1)).toBe(AT / 1000 + DAY_SECONDS);
  });

  test.each([
    ['no timestamp', -1],
    ['nanoseconds', 1_780_000_000_000_000_000],
  ])('of a record with %s, the moment of the sale counts, and the address keeps it', (_, kafkaMs) => {
    const strange = sale(0, { address: { ...sale(0).address, kafkaMs } });
    expect(expiryOf(strange, 1)).toBe(AT / 1000 + DAY_SECONDS);
    expect(fromItem(toItem(strange, 1)).address?.kafkaMs).toBe(kafkaMs);
  });

  test('an item that is damaged is refused by the name of its attribute, without its value', () => {
    const item = toItem(sale(1), 90);
    for (const [damage, message] of [
      [{ p: { N: '1' } }, 'attribute p should be the id of a product'],
      [{ q: { S: 'secret' } }, 'attribute q should be a number'],
      [{ address: { S: 'secret/0' } }, 'attribute address should be MS/SOURCE/TOPIC/PARTITION/OFFSET'],
    ] as const)
      expect(() => fromItem({ ...item, ...damage })).toThrow(`Cannot read a recent sale: its ${message}`);
  });
});

describe('the table', () => {
  test('answers the sales of one user alone, oldest first, over several pages', async () => {
    const { recent, queries } = table();
    const own = Array.from({ length: 10 }, (_, n) => sale(n));
    await recent.remember([...own.toReversed(), sale(4, { user: 'ann2' }), STRANGE]);
    expect((await recent.ofUser('ann')).map(({ product }) => product)).toEqual(
      own.map(({ product }) => product),
    );
    expect(await recent.ofUser(STRANGE.user)).toHaveLength(1);
    expect(await recent.ofUser('nobody')).toEqual([]);
    expect(queries.slice(0, 4).map(({ ConsistentRead, Limit }) => [ConsistentRead, Limit])).toEqual([
      [true, MOST_SALES],
      [true, MOST_SALES - 3],
      [true, MOST_SALES - 6],
      [true, MOST_SALES - 9],
    ]);
  });

  test('answers at most 5,000 sales, the newest ones', async () => {
    const { recent } = table({ page: 4000 });
    await recent.remember(Array.from({ length: MOST_SALES + 10 }, (_, n) => sale(n)));
    const found = await recent.ofUser('ann');
    expect([found.length, found[0]?.product, found.at(-1)?.product]).toEqual([5000, 'p10', 'p5009']);
  });

  test('stores 25 sales with a request, and each address once', async () => {
    const { recent, items, writes } = table();
    const sales = Array.from({ length: 60 }, (_, n) => sale(n));
    await recent.remember([...sales, ...sales.slice(20, 50), sale(0, { user: 'bob' })]);
    expect([items.size, writes.toSorted((a, b) => a - b)]).toEqual([61, [11, 25, 25]]);
    const before = [...items];
    await recent.remember(sales.toReversed());
    expect([...items]).toEqual(before);
    await recent.remember([]);
    expect(writes).toHaveLength(6);
  });

  test('stores again what the table left unprocessed', async () => {
    let requests = 0;
    const { recent, items, writes } = table({ leaves: (puts) => puts.slice(++requests * 10) });
    await recent.remember(Array.from({ length: 25 }, (_, n) => sale(n)));
    expect([items.size, writes]).toEqual([25, [25, 15]]);
  });

  test('fails if the table leaves sales unprocessed for ever, and says how many', async () => {
    const { recent, writes } = table({ leaves: (puts) => puts.slice(-2) });
    await expect(recent.remember(Array.from({ length: 5 }, (_, n) => sale(n)))).rejects.toThrow(
      'Cannot store 2 of 5 recent sales: DynamoDB left them unprocessed 12 times',
    );
    expect(writes).toHaveLength(12);
  });
});
