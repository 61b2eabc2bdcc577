import { describe, expect, test } from 'vitest';
import type { Problem } from '../../../lambdas/shared/contract/api/problem.ts';
import { catalogueKey } from '../../../lambdas/shared/contract/keys.ts';
import { AS_OF_MS, LAMPS, openShop, publishRun, storedOf, writeRun } from './shop.ts';

const productsOf = (json: { products: { product: string }[] }) => json.products.map(({ product }) => product);

describe('recommendations', () => {
  test('answer from the history of the run, and say which run and where they come from', async () => {
    const { ask } = openShop();
    const { statusCode, json } = await ask('/v1/users/ann/recommendations?list=new&n=2&because=true');
    expect(statusCode).toBe(200);
    expect(json).toEqual({
      user: 'ann',
      list: 'new',
      source: 'model',
      missing: [],
      run: { run: 1, newestSaleMs: AS_OF_MS },
      momentMs: AS_OF_MS,
      newerSales: 0,
      newestSaleMs: AS_OF_MS - 86_400_000,
      unknownProducts: [],
      products: [
        {
          product: 'floor',
          name: 'floor lamp',
          rank: 1,
          score: 1.005,
          because: [{ product: 'desk', name: 'desk lamp', share: 1 }],
        },
        {
          product: 'wall',
          name: 'wall lamp',
          rank: 2,
          score: 1.004,
          because: [{ product: 'desk', name: 'desk lamp', share: 1 }],
        },
      ],
    });
  });

  test('change with a purchase that the run does not know, and not with one that it knows', async () => {
    const { ask, remember } = openShop();
    const url = '/v1/users/ann/recommendations?list=new&n=2';
    remember('ann', 'wall', {
      address: { source: '0a1b2c3d', topic: 'sales', partition: 0, offset: 7, kafkaMs: AS_OF_MS },
    });
    expect(productsOf((await ask(url)).json)).toEqual(['floor', 'wall']);
    remember('ann', 'floor');
    const { json } = await ask(url);
    expect(productsOf(json)).toEqual(['wall', 'a/b']);
    expect(json).toMatchObject({ newerSales: 1, newestSaleMs: AS_OF_MS, momentMs: AS_OF_MS + 1 });
  });

  test('an unknown user gets the cold start, never 404', async () => {
    const { ask } = openShop();
    const { statusCode, json } = await ask('/v1/users/nobody/recommendations');
    expect([statusCode, json.source]).toEqual([200, 'coldStart']);
  });

  test('for a history in the request equal those of a user with the same history', async () => {
    const { ask, remember } = openShop();
    remember('new', 'floor', { atMs: AS_OF_MS - 1 });
    remember('new', 'unheard-of', { atMs: AS_OF_MS - 1 });
    const { user: _, ...known } = (await ask('/v1/users/new/recommendations?list=new')).json;
    const { json } = await ask({
      method: 'POST',
      url: '/v1/recommendations',
      body: JSON.stringify({ list: 'new', history: [{ product: 'floor' }, { product: 'unheard-of' }] }),
    });
    expect(json).toEqual(known);
    expect(json.unknownProducts).toEqual(['unheard-of']);
  });

  test('name products as the catalogue does, and never show those that it hides', async () => {
    const { ask, lake } = openShop();
    writeCatalogue(lake, [
      { productId: 'floor', available: false },
      { productId: 'wall', name: 'Sconce', category: 'Home > Walls', price: 20 },
    ]);
    const { json } = await ask('/v1/users/ann/recommendations?list=new&n=2');
    expect(json.products).toMatchObject([{ product: 'wall', name: 'Sconce' }, { product: 'a/b' }]);
    expect(productsOf((await ask('/v1/popular?category=Home')).json)).toEqual(['wall']);
    expect(productsOf((await ask('/v1/popular?exclude=desk&exclude=wall&n=1')).json)).toEqual(['a/b']);
  });
});

/** Writes the first batch of a catalogue. */
function writeCatalogue(lake: ReturnType<typeof openShop>['lake'], products: readonly object[]): void {
  const text = products.map((product) => `${JSON.stringify(product)}\n`).join('');
  lake.objects.set(catalogueKey('batches', 1), { bytes: Buffer.from(text), storedAtMs: lake.nowMs });
}

describe('lists of products', () => {
  test('are about a product of the run, and 404 names one that is not', async () => {
    const { ask } = openShop();
    const { json } = await ask('/v1/products/a%2Fb/similar?n=1');
    expect(json).toEqual({
      product: 'a/b',
      name: 'a/b lamp',
      run: { run: 1, newestSaleMs: AS_OF_MS },
      products: [{ product: 'desk', name: 'desk lamp', rank: 1, score: 1.006 }],
    });
    const unknown = await ask('/v1/products/constructor/together');
    expect([unknown.statusCode, (unknown.json as Problem).type]).toEqual([
      404,
      'urn:cartograph:problem:unknown-product',
    ]);
    expect(productsOf((await ask('/v1/products/__proto__/together')).json)).not.toContain('__proto__');
    expect(productsOf((await ask('/v1/trending?n=100')).json)).toEqual(LAMPS);
  });
});

describe('history', () => {
  test('shows what the run knows and the sales since apart, newest first', async () => {
    const { ask, remember, clock } = openShop();
    remember('bob', 'desk', { price: 3, orderId: 'o1', id: 's1' });
    clock.nowMs += 1000;
    remember('bob', 'unheard-of', { quantity: -1, type: 'return' });
    const { json } = await ask('/v1/users/bob/history?n=1');
    expect(json).toEqual({
      user: 'bob',
      run: { run: 1, newestSaleMs: AS_OF_MS },
      missing: [],
      stored: {
        lines: 2,
        newest: [{ product: 'wall', name: 'wall lamp', quantity: 1, atMs: AS_OF_MS - 86_400_000 }],
      },
      recent: {
        lines: 2,
        newest: [{ product: 'unheard-of', quantity: -1, atMs: AS_OF_MS + 1000, type: 'return' }],
      },
    });
    const whole = await ask('/v1/users/bob/history');
    expect(whole.json.recent.newest[1]).toEqual({
      product: 'desk',
      name: 'desk lamp',
      quantity: 1,
      atMs: AS_OF_MS,
      type: 'purchase',
      price: 3,
      orderId: 'o1',
      id: 's1',
    });
    expect((await ask('/v1/users/nobody/history')).json).toMatchObject({
      stored: { lines: 0, newest: [] },
      recent: { lines: 0, newest: [] },
    });
  });
});

describe('entity tags', () => {
  test('hold while nothing changes, and answer 304 without a body', async () => {
    const { ask, clock } = openShop();
    const url = '/v1/users/ann/recommendations';
    const { headers } = await ask(url);
    clock.nowMs += 86_400_000;
    const again = await ask({ url, headers: { 'If-None-Match': `"other", W/${headers.etag}` } });
    expect([again.statusCode, again.body, again.headers.etag]).toEqual([304, '', headers.etag]);
    const other = await ask({ url, headers: { 'if-none-match': '"other"' } });
    expect(other.statusCode).toBe(200);
  });

  test('change with the run, the sales of the user, the catalogue and the query, and with nothing else', async () => {
    const { ask, remember, lake, clock } = openShop();
    const url = '/v1/users/ann/recommendations';
    const tag = async (address = url) => (await ask(address)).headers.etag;
    const tags = [await tag(), await tag(`${url}?n=9`), await tag('/v1/users/bob/recommendations')];
    remember('bob', 'wall');
    expect(await tag()).toBe(tags[0]);
    remember('ann', 'wall');
    tags.push(await tag());
    writeCatalogue(lake, [{ productId: 'floor', available: false }]);
    clock.nowMs += 60_000;
    tags.push(await tag());
    writeRun(lake, { run: 2, products: LAMPS, asOfMs: AS_OF_MS }, {});
    publishRun(lake, 2);
    clock.nowMs += 60_000;
    await tag();
    await settle();
    tags.push(await tag());
    expect(new Set(tags).size).toBe(tags.length);
  });
});

/** Waits for turns of the event loop. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Lets everything happen that needs no clock. */
const settle = (): Promise<void> => turns(20);

describe('without a run', () => {
  test('recommendations say so, lists of products are a problem, and the API is not ready', async () => {
    const { ask, remember } = openShop({ hasRun: false });
    remember('ann', 'desk');
    const { statusCode, json } = await ask('/v1/users/ann/recommendations');
    expect(statusCode).toBe(200);
    expect(json).toMatchObject({ source: 'noRun', run: null, products: [] });
    expect((await ask('/v1/users/ann/history')).json).toMatchObject({
      run: null,
      stored: { lines: 0 },
      recent: { lines: 1, newest: [{ product: 'desk' }] },
    });
    for (const url of ['/v1/popular', '/v1/trending', '/v1/products/p/similar', '/v1/ready']) {
      const { statusCode, json } = await ask(url);
      expect([statusCode, json.type]).toEqual([503, 'urn:cartograph:problem:no-run']);
    }
    expect((await ask('/v1/health')).statusCode).toBe(200);
  });

  test('answers as soon as the first one is published', async () => {
    const { ask, lake, clock } = openShop({ hasRun: false });
    expect((await ask('/v1/ready')).statusCode).toBe(503);
    writeRun(lake, { run: 1, products: LAMPS, asOfMs: AS_OF_MS }, {});
    publishRun(lake, 1);
    clock.nowMs += 60_000;
    expect((await ask('/v1/ready')).json).toEqual({
      status: 'ready',
      run: { run: 1, newestSaleMs: AS_OF_MS },
    });
  });
});

describe('a run that is switched', () => {
  test('is loaded beside the old one: the request that starts it is not slower', async () => {
    const { ask, lake, clock } = openShop();
    await ask('/v1/ready');
    writeRun(lake, { run: 2, products: LAMPS, asOfMs: AS_OF_MS }, {});
    publishRun(lake, 2);
    // Within the interval nothing is read.
    expect((await ask('/v1/ready')).json.run.run).toBe(1);
    clock.nowMs += 60_000;
    let reads = 0;
    lake.fault = (_, key) => {
      if (key.startsWith('runs/2/')) reads += 1;
    };
    expect((await ask('/v1/ready')).json.run.run).toBe(1);
    expect(reads).toBe(0);
    await settle();
    expect((await ask('/v1/ready')).json.run.run).toBe(2);
  });

  test('a thousand times under requests is never mixed with another', async () => {
    // The table takes a while, so that runs are switched while requests wait for it.
    const { ask, lake, clock } = openShop({
      recent: async () => {
        await turns(4);
        return [];
      },
    });
    writeRun(lake, { run: 2, products: [...LAMPS].reverse(), asOfMs: AS_OF_MS + 5 }, { ann: storedOf(3) });
    const seen = new Map<string, number>();
    const urls = [
      '/v1/users/ann/recommendations?list=new&because=true',
      '/v1/users/bob/history',
      '/v1/popular',
      '/v1/products/desk/similar',
    ];
    const expected = new Map<string, string>();
    for (let turn = 0; turn < 1000; turn++) {
      publishRun(lake, 1 + (turn % 2));
      clock.nowMs += 10_000;
      const asked: Promise<readonly [url: string, json: { run: { run: number } }]>[] = [];
      for (let request = 0; request < 12; request++) {
        const url = urls[(turn + request) % urls.length] ?? '';
        asked.push(ask(url).then(({ json }) => [url, json] as const));
        await turns(1);
      }
      for (const [url, json] of await Promise.all(asked)) {
        const key = `${url} ${json.run.run}`;
        seen.set(key, (seen.get(key) ?? 0) + 1);
        // An answer of a run is always the same: nothing of the other run is in it.
        const text = JSON.stringify(json);
        expect(expected.get(key) ?? text).toBe(text);
        expected.set(key, text);
      }
    }
    expect([...seen.values()].every((count) => count > 100)).toBe(true);
    expect(seen.size).toBe(2 * urls.length);
    expect(JSON.parse(expected.get('/v1/popular 2') ?? '').products[0].score).toBeGreaterThan(2);
  }, 180_000);

  test('keeps answering if the files of the new one are gone, and says in the log what is missing', async () => {
    const { ask, lake, clock, lines } = openShop();
    await ask('/v1/ready');
    writeRun(lake, { run: 2, products: LAMPS, asOfMs: AS_OF_MS }, {});
    lake.objects.delete('runs/2/1/model/answer.safetensors');
    publishRun(lake, 2);
    clock.nowMs += 60_000;
    await ask('/v1/ready');
    await settle();
    expect((await ask('/v1/ready')).json.run.run).toBe(1);
    expect(lines.join()).toContain('runs/2/1/model/answer.safetensors does not exist');
  });

  test('that a version without model files has made is not ready, and the reason is in the log', async () => {
    const { ask, lake, lines } = openShop({ hasRun: false });
    writeRun(lake, { run: 1, products: LAMPS, asOfMs: AS_OF_MS }, {});
    lake.objects.set(
      'manifests/00000001.json',
      ((stored) => ({
        ...stored,
        bytes: Buffer.from(JSON.stringify({ ...JSON.parse(stored.bytes.toString()), files: [] })),
      }))(lake.objects.get('manifests/00000001.json') ?? { bytes: Buffer.from('{}'), storedAtMs: 0 }),
    );
    publishRun(lake, 1);
    expect((await ask('/v1/ready')).json.detail).toBe(
      'The published run could not be loaded; the log says why',
    );
    expect(lines.join()).toContain('it has no model/answer.json');
  });
});

describe('when a store is away', () => {
  test('DynamoDB: the answer comes from the run alone and says so, and a metric counts it', async () => {
    const { ask, lines } = openShop({ recent: () => Promise.reject(new Error('no connection')) });
    const { statusCode, json, headers } = await ask('/v1/users/ann/recommendations?list=new&n=1');
    expect(statusCode).toBe(200);
    expect(json).toMatchObject({
      source: 'model',
      missing: ['recentSales'],
      products: [{ product: 'floor' }],
    });
    expect(lines.some((line) => line.includes('"AnswersWithoutRecent":1'))).toBe(true);
    const whole = await openShop().ask('/v1/users/ann/recommendations?list=new&n=1');
    expect(headers.etag).not.toBe(whole.headers.etag);
  });

  test('DynamoDB: after three failures it is left alone for five seconds', async () => {
    let calls = 0;
    const { ask, clock } = openShop({
      recent: async () => {
        calls += 1;
        throw new Error('no connection');
      },
    });
    for (let request = 0; request < 10; request++) await ask('/v1/users/ann/history');
    expect(calls).toBe(3);
    clock.nowMs += 5000;
    await ask('/v1/users/ann/history');
    expect(calls).toBe(4);
  });

  test('S3: the answer comes from recent sales and says so; blocks that were read before are kept', async () => {
    const { ask, lake, remember, lines } = openShop();
    await ask('/v1/ready');
    lake.fault = () => {
      throw new Error('S3 does not answer');
    };
    remember('ann', 'wall');
    // The catalogue was never read, so nobody knows what is hidden.
    expect((await ask('/v1/users/ann/recommendations')).json.type).toBe(
      'urn:cartograph:problem:catalogue-unavailable',
    );
    lake.fault = () => undefined;
    const { clock, ...shop } = openShop();
    await shop.ask('/v1/users/ann/recommendations');
    shop.lake.fault = () => {
      throw new Error('S3 does not answer');
    };
    clock.nowMs += 290_000;
    expect((await shop.ask('/v1/users/bob/recommendations')).json).toMatchObject({
      source: 'model',
      missing: [],
    });
    expect(lines.join()).toContain('The catalogue cannot be read');
  });

  test('S3: a user whose block cannot be read is answered from recent sales', async () => {
    const { ask, lake, remember, lines } = openShop();
    await ask('/v1/users/a/recommendations');
    lake.fault = (_, key) => {
      if (key.includes('histories')) throw new Error('S3 does not answer');
    };
    remember('bob', 'desk');
    const { json } = await ask('/v1/users/bob/recommendations?list=new&n=1');
    expect(json).toMatchObject({
      source: 'model',
      missing: ['runHistory'],
      newerSales: 1,
      products: [{ product: 'floor' }],
    });
    expect(lines.some((line) => line.includes('"AnswersWithoutHistory":1'))).toBe(true);
    lake.fault = () => undefined;
    expect((await ask('/v1/users/bob/recommendations?list=new&n=1')).json.missing).toEqual([]);
  });

  test('the catalogue: requests with filters fail once the copy is too old, and others still hide products', async () => {
    const { ask, lake, clock } = openShop();
    writeCatalogue(lake, [{ productId: 'desk', available: false }]);
    expect(productsOf((await ask('/v1/popular?n=1')).json)).toEqual(['floor']);
    lake.fault = (_, key) => {
      if (key.startsWith('catalogue/')) throw new Error('S3 does not answer');
    };
    clock.nowMs += 299_000;
    expect((await ask('/v1/popular?maxPrice=3')).statusCode).toBe(200);
    clock.nowMs += 2_000;
    await settle();
    const { statusCode, json } = await ask('/v1/popular?maxPrice=3');
    expect([statusCode, json.type]).toEqual([503, 'urn:cartograph:problem:catalogue-unavailable']);
    expect(productsOf((await ask('/v1/popular?n=1&exclude=wall')).json)).toEqual(['floor']);
  });
});

describe('users', () => {
  test('are not in the log', async () => {
    const { ask, lines, lake } = openShop({ recent: () => Promise.reject(new Error('no connection')) });
    lake.fault = (_, key) => {
      if (key.includes('histories')) throw new Error('S3 does not answer');
    };
    await ask('/v1/users/ann-the-shopper/recommendations');
    await ask('/v1/users/ann-the-shopper/history?n=0');
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.join()).not.toContain('ann-the-shopper');
  });
});
