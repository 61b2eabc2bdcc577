import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient } from '../../../lambdas/shared/client/client.ts';
import { buyFirst, tryPurchase } from '../../../local/api/purchase.ts';
import { type LocalApi, startApi } from '../../../local/api/server.ts';
import { openShop } from '../../lambdas/serve/shop.ts';
import { createStages } from './stages.ts';

const shop = openShop();
let api: LocalApi;
beforeAll(async () => {
  api = await startApi({ stages: createStages(shop) });
});
afterAll(() => api.stop());

test('buys the first product, and sees the answer change', async () => {
  let nowMs = 0;
  const bought = await buyFirst(createClient({ baseUrl: api.url }), 'ann', { nowMs: () => (nowMs += 5) });
  expect(bought?.before.map(({ product }) => product)).toEqual(['floor', 'wall', 'a/b']);
  expect(bought?.after.map(({ product }) => product)).toEqual(['wall', 'a/b', '🦆']);
  expect(bought).toMatchObject({ user: 'ann', acceptedMs: 5, changedMs: 10 });
});

test('nothing is bought if there is no API, no user, or nothing to recommend', async () => {
  expect(await tryPurchase(undefined, 'ann')).toBeUndefined();
  expect(await tryPurchase(api.url, undefined)).toBeUndefined();
  const none = { ...createClient({ baseUrl: api.url }) };
  const empty = await openShop({ hasRun: false }).ask('/v1/users/ann/recommendations');
  expect(await buyFirst({ ...none, recommendations: async () => empty.json }, 'ann')).toBeUndefined();
});

test('says why the answer did not change', async () => {
  const client = createClient({ baseUrl: api.url });
  const before = await client.recommendations({ user: 'bob' });
  const stale = { ...client, recommendations: async () => before };
  await expect(buyFirst(stale, 'bob', { limitMs: 0 })).rejects.toThrow(
    'Cannot see the purchase of desk: the answer is the same after 0 s',
  );
  const refusing = { ...client, addSales: async () => ({ accepted: 0, refused: 1, sales: [] }) };
  await expect(buyFirst(refusing, 'bob')).rejects.toThrow('Cannot buy a/b: there is no answer');
  expect(await tryPurchase('http://127.0.0.1:1', 'bob')).toEqual({ problem: 'fetch failed' });
});
