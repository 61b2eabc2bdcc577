import { expect, test } from 'vitest';
import {
  type Answer,
  ApiError,
  type Client,
  type History,
  Unreachable,
} from '../../../../lambdas/client/shop/client.ts';
import { type Trade, trade } from '../../../../lambdas/client/shop/purchase.ts';
import type { Timing } from '../../../../lambdas/client/shop/until-known.ts';

const answer = (newerSales: number, run = 2): Answer => ({
  user: 'ann',
  list: 'any',
  source: 'model',
  missing: [],
  run: { run, newestSaleMs: 1 },
  momentMs: 1,
  newerSales,
  newestSaleMs: newerSales === 0 ? null : 1000 * newerSales,
  unknownProducts: [],
  products: [],
});

const history = (recent: string[]): History => ({
  user: 'ann',
  run: { run: 3, newestSaleMs: 1 },
  missing: [],
  stored: { lines: 0, newest: [] },
  recent: {
    lines: recent.length,
    newest: recent.map((id) => ({ product: 'lamp', quantity: 1, atMs: 1, type: 'purchase', id })),
  },
});

const ACCEPTED = { accepted: true, address: { topic: 'sales', partition: 2, offset: 7 } } as const;
const timing: Timing = { now: () => 0, wait: async () => undefined };

interface Scripted {
  readonly addSales: (id: string) => unknown;
  readonly recommendations?: () => Answer;
  readonly history?: () => History;
}

/** A client whose operations are scripted; the ids of the sales that it was given. */
function scripted({ addSales, recommendations, history }: Scripted) {
  const ids: string[] = [];
  const sent: unknown[] = [];
  const client = {
    addSales: async ({ body }: { body: { id: string } }) => {
      ids.push(body.id);
      sent.push(body);
      return { accepted: 1, refused: 0, sales: [addSales(body.id)] };
    },
    recommendations: async () => recommendations?.(),
    history: async () => history?.(),
  } as unknown as Client;
  return { client, ids, sent };
}

const sold = (before: Answer | undefined): Trade => ({
  person: { kind: 'known', user: 'ann' },
  product: { product: 'lamp', name: 'Desk lamp' },
  quantity: -1,
  filters: {},
  before: before && { any: before, new: before },
});

test('a sale is sent with an id of its own, and the lists are asked for until both know it', async () => {
  let questions = 0;
  const { client, sent } = scripted({
    addSales: () => ACCEPTED,
    recommendations: () => answer(++questions > 5 ? 1 : 0),
  });
  expect(await trade(client, sold(answer(0)), timing)).toMatchObject({
    kind: 'accepted',
    isKnown: true,
    address: 'sales, partition 2, offset 7',
    lists: { any: { newerSales: 1 }, new: { newerSales: 1 } },
  });
  // Two questions each time. The third time only one of the two lists knew the sale.
  expect(questions).toBe(8);
  expect(sent).toEqual([
    {
      userId: 'ann',
      productId: 'lamp',
      quantity: -1,
      id: expect.stringMatching(/^shop-[0-9a-f]{32}$/),
      productName: 'Desk lamp',
    },
  ]);
});

test('where the sales are of another time, a sale is dated by the lists before it', async () => {
  const { client, sent } = scripted({ addSales: () => ACCEPTED, recommendations: () => answer(1) });
  await trade(
    client,
    { ...sold({ ...answer(0), momentMs: 1_782_820_923_001 }), isDatedByLists: true },
    timing,
  );
  expect(sent).toMatchObject([{ timestamp: 1_782_820_923_001 }]);
});

test.each([
  ['the answer is lost', new Unreachable('away')],
  ['the answer is a fault', new ApiError('503', 503, undefined)],
])('if %s, the sale is sent once more with the same id', async (_what, failure) => {
  const { client, ids } = scripted({
    addSales: () => {
      if (ids.length === 1) throw failure;
      return ACCEPTED;
    },
    recommendations: () => answer(1),
  });
  expect(await trade(client, sold(answer(0)), timing)).toMatchObject({ kind: 'accepted' });
  expect(ids).toHaveLength(2);
  expect(new Set(ids).size).toBe(1);
});

test('a sale that may be sent again is sent again, and a refused one is not', async () => {
  const retried = scripted({
    addSales: () =>
      retried.ids.length === 1 ? { accepted: false, reason: 'no broker', mayRetry: true } : ACCEPTED,
    recommendations: () => answer(1),
  });
  expect(await trade(retried.client, sold(answer(0)), timing)).toMatchObject({ kind: 'accepted' });
  const refused = scripted({
    addSales: () => ({ accepted: false, reason: 'quantity: is 0', mayRetry: false }),
  });
  expect(await trade(refused.client, sold(answer(0)), timing)).toEqual({
    kind: 'refused',
    reason: 'quantity: is 0',
  });
  expect(refused.ids).toHaveLength(1);
});

test('a caller who may not send sales is told so at once', async () => {
  const { client, ids } = scripted({
    addSales: () => {
      throw new ApiError('403', 403, undefined);
    },
  });
  await expect(trade(client, sold(answer(0)), timing)).rejects.toThrow('403');
  expect(ids).toHaveLength(1);
});

test('if another run is served meanwhile, the history decides by the id of the sale', async () => {
  let reads = 0;
  const { client, ids } = scripted({
    addSales: () => ACCEPTED,
    recommendations: () => answer(0, 3),
    history: () => history(++reads < 3 ? [] : [ids[0] ?? '']),
  });
  expect(await trade(client, sold(answer(4)), timing)).toMatchObject({ isKnown: true });
  expect(reads).toBe(3);
});

test('the sale of a product that the run does not know is known when the answer names it', async () => {
  const { client } = scripted({
    addSales: () => ACCEPTED,
    recommendations: () => ({ ...answer(0), unknownProducts: ['lamp'] }),
  });
  expect(await trade(client, sold(answer(0)), timing)).toMatchObject({ isKnown: true });
});
