import { describe, expect, test } from 'vitest';
import { writeTombstones } from '../tombstones.ts';
import { AS_OF_MS, LAMPS, openShop, publishRun, storedOf, writeRun } from './shop.ts';

/** Lets everything happen that needs no clock. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** An address that run 1 has not read, with a Kafka timestamp. */
const newer = (offset: number, kafkaMs: number) => ({
  address: { source: '0a1b2c3d', topic: 'sales', partition: 0, offset, kafkaMs },
});

const NEW_LIST = '/v1/users/ann/recommendations?list=new&n=2';

describe('a forgotten user', () => {
  test('gets the answer of an unknown user, from neither the run nor the recent sales', async () => {
    const { ask, remember, lake } = openShop();
    remember('ann', 'floor', newer(100, AS_OF_MS));
    writeTombstones(lake, 1, { untilMs: AS_OF_MS, users: ['ann'] });
    for (const path of ['recommendations?n=2', 'recommendations?list=new&n=2', 'history']) {
      const { user: _, ...forgotten } = (await ask(`/v1/users/ann/${path}`)).json;
      const { user: __, ...stranger } = (await ask(`/v1/users/stranger/${path}`)).json;
      expect(forgotten).toEqual(stranger);
    }
    expect((await ask(NEW_LIST)).json).toMatchObject({ source: 'coldStart', missing: [], newerSales: 0 });
  });

  test('who buys again is a new user with the later sales alone', async () => {
    const { ask, remember, lake } = openShop();
    writeTombstones(lake, 1, { untilMs: AS_OF_MS, users: ['ann'] });
    remember('ann', 'floor', newer(100, AS_OF_MS));
    remember('ann', 'wall', newer(101, AS_OF_MS + 1));
    const { json } = await ask('/v1/users/ann/history');
    expect(json.stored).toEqual({ lines: 0, newest: [] });
    expect(json.recent).toMatchObject({ lines: 1, newest: [{ product: 'wall' }] });
    expect((await ask(NEW_LIST)).json).toMatchObject({
      source: 'model',
      newerSales: 1,
      products: [{ product: 'desk' }, { product: 'floor' }],
    });
  });

  test('has the later sales also if the run has read them, because its history is not used', async () => {
    const { ask, remember, lake } = openShop();
    writeTombstones(lake, 1, { untilMs: AS_OF_MS - 1000, users: ['ann'] });
    remember('ann', 'floor', newer(7, AS_OF_MS - 1000));
    remember('ann', 'wall', newer(8, AS_OF_MS - 999));
    const { json } = await ask('/v1/users/ann/history');
    expect([json.stored.lines, json.recent.newest]).toMatchObject([0, [{ product: 'wall' }]]);
  });

  test('keeps what a run knows that was trained without the forgotten sales, and gets only newer sales beside it', async () => {
    const { ask, remember, lake, clock } = openShop();
    writeTombstones(lake, 1, { untilMs: AS_OF_MS, users: ['ann'] });
    expect((await ask('/v1/users/ann/history')).json.stored.lines).toBe(0);
    const run = { run: 2, products: LAMPS, asOfMs: AS_OF_MS + 9 };
    writeRun(lake, run, { ann: storedOf(2) }, { through: 1, interactions: 1 });
    publishRun(lake, 2);
    clock.nowMs += 60_000;
    await ask('/v1/ready');
    await settle();
    remember('ann', 'wall', newer(7, AS_OF_MS + 1));
    remember('ann', 'floor', newer(150, AS_OF_MS + 2));
    const { json } = await ask('/v1/users/ann/history');
    expect(json.stored).toMatchObject({ lines: 1, newest: [{ product: 'wall' }] });
    expect(json.recent).toMatchObject({ lines: 1, newest: [{ product: 'floor' }] });
    // A second erasure, which the run does not know.
    writeTombstones(lake, 2, { untilMs: AS_OF_MS + 1, users: ['ann'] });
    clock.nowMs += 60_000;
    const later = (await ask('/v1/users/ann/history')).json;
    expect(later.stored.lines).toBe(0);
    expect(later.recent).toMatchObject({ lines: 1, newest: [{ product: 'floor' }] });
  });

  test('is left out again after a rollback to a run that was trained before', async () => {
    const { ask, lake, clock } = openShop();
    writeTombstones(lake, 1, { untilMs: AS_OF_MS, users: ['ann'] });
    const run = { run: 2, products: LAMPS, asOfMs: AS_OF_MS };
    writeRun(lake, run, { ann: storedOf(2) }, { through: 1, interactions: 1 });
    for (const [served, lines] of [
      [2, 1],
      [1, 0],
    ] as const) {
      publishRun(lake, served);
      clock.nowMs += 60_000;
      await ask('/v1/ready');
      await settle();
      const { json } = await ask('/v1/users/ann/history');
      expect([json.run.run, json.stored.lines]).toEqual([served, lines]);
    }
  });

  test('does not change the answers for others: not for an id that begins alike, nor for a product of the same id', async () => {
    const { ask, lake, clock } = openShop();
    const urls = [
      '/v1/users/bob/recommendations?list=new',
      '/v1/users/bob/history',
      '/v1/users/annabel/history',
      '/v1/popular',
      '/v1/trending',
      '/v1/products/desk/similar',
    ];
    const before = await Promise.all(urls.map((url) => ask(url)));
    writeTombstones(lake, 1, { untilMs: AS_OF_MS, users: ['ann', 'desk', 'bo', '1'] });
    clock.nowMs += 60_000;
    const after = await Promise.all(urls.map((url) => ask(url)));
    expect(after.map(({ headers, body }) => [headers.etag, body])).toEqual(
      before.map(({ headers, body }) => [headers.etag, body]),
    );
  });

  test.each([NEW_LIST, '/v1/users/ann/history'])(
    'changes the entity tag, so that no cache keeps the earlier answer: %s',
    async (url) => {
      const { ask, lake, clock } = openShop();
      const { etag = '' } = (await ask(url)).headers;
      expect((await ask({ url, headers: { 'if-none-match': etag } })).statusCode).toBe(304);
      writeTombstones(lake, 1, { untilMs: AS_OF_MS, users: ['ann'] });
      clock.nowMs += 60_000;
      expect((await ask({ url, headers: { 'if-none-match': etag } })).statusCode).toBe(200);
    },
  );

  test('is seen at the latest ten seconds after the tombstone is written, by the first request already', async () => {
    const { ask, lake, clock } = openShop();
    expect((await ask('/v1/users/ann/history')).json.stored.lines).toBe(1);
    writeTombstones(lake, 1, { untilMs: AS_OF_MS, users: ['ann'] });
    clock.nowMs += 10_000;
    expect((await ask('/v1/users/ann/history')).json.stored.lines).toBe(0);
  });

  test('is not in the log', async () => {
    const { ask, lake, lines, clock } = openShop();
    writeTombstones(lake, 1, { untilMs: AS_OF_MS, users: ['ann-the-shopper'] });
    await ask('/v1/users/ann-the-shopper/history');
    lake.fault = () => {
      throw new Error('the bucket is away');
    };
    clock.nowMs += 86_400_000;
    await ask('/v1/users/ann-the-shopper/history');
    expect(lines.join()).toContain('The tombstones cannot be read');
    expect(lines.join()).not.toContain('ann-the-shopper');
  });
});
