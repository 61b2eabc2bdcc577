import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { createModelEngine } from '../../../lambdas/serve/model-engine.ts';
import { manifestKey } from '../../../lambdas/shared/contract/keys.ts';
import manifest from '../../fixtures/manifest.json' with { type: 'json' };
import { openShop, publishRun } from './shop.ts';

/** A model that the Spark job wrote, and the lists that it published. */
const DIRECTORY = 'test/fixtures/answer';
const Lists = z.object({
  users: z.array(
    z.object({
      user: z.string(),
      any: z.array(z.tuple([z.int(), z.number()])),
      new: z.array(z.tuple([z.int(), z.number()])),
    }),
  ),
});
const { users } = Lists.parse(
  JSON.parse(gunzipSync(readFileSync(`${DIRECTORY}/expected.json.gz`)).toString()),
);

/** A shop that serves the saved model. */
function openFixture() {
  const shop = openShop({ hasRun: false, createEngine: createModelEngine });
  const { lake } = shop;
  const names = readdirSync(`${DIRECTORY}/model`).map((name) => `model/${name}`);
  for (const name of names)
    lake.objects.set(`runs/1/1/${name}`, {
      bytes: readFileSync(`${DIRECTORY}/${name}`),
      storedAtMs: lake.nowMs,
    });
  const files = names.map((name) => ({
    name,
    key: `runs/1/1/${name}`,
    sizeBytes: 1,
    rows: 1,
    sha256: '0'.repeat(64),
  }));
  const text = JSON.stringify({ ...manifest, run: 1, files });
  lake.objects.set(manifestKey(1), { bytes: Buffer.from(text), storedAtMs: lake.nowMs });
  publishRun(lake, 1);
  return shop;
}

test('a user without newer sales gets the lists that the run published', async () => {
  const { ask } = openFixture();
  const { engine } = createModelEngine(
    JSON.parse(readFileSync(`${DIRECTORY}/model/answer.json`, 'utf8')),
    readFileSync(`${DIRECTORY}/model/answer.safetensors`),
  );
  for (const published of users)
    for (const list of ['any', 'new'] as const) {
      const { json } = await ask(
        `/v1/users/${published.user}/recommendations?list=${list}&n=20&because=true`,
      );
      expect(json).toMatchObject({ source: 'model', missing: [], newerSales: 0 });
      expect(json.products.map(({ product }: { product: string }) => product)).toEqual(
        published[list].map(([number]) => engine.products.id(number)),
      );
    }
});

test('a purchase takes the product off the list of what is new', async () => {
  const { ask, remember } = openFixture();
  const user = users[0]?.user ?? '';
  const url = `/v1/users/${user}/recommendations?list=new`;
  const [first] = (await ask(url)).json.products;
  remember(user, first.product);
  const { json } = await ask(url);
  expect(json.newerSales).toBe(1);
  expect(json.products.map(({ product }: { product: string }) => product)).not.toContain(first.product);
});

test('every operation answers from the saved model as the document says', async () => {
  const { ask } = openFixture();
  const [first] = (await ask('/v1/popular?n=100')).json.products;
  for (const url of [
    '/v1/trending',
    `/v1/products/${first.product}/similar?n=100`,
    `/v1/products/${first.product}/together`,
    `/v1/users/${users[0]?.user}/history`,
    '/v1/users/nobody/recommendations?because=true',
  ])
    expect((await ask(url)).statusCode).toBe(200);
  const posted = await ask({
    method: 'POST',
    url: '/v1/recommendations',
    body: JSON.stringify({ history: [{ product: first.product }], because: true, exclude: [first.product] }),
  });
  expect(posted.json.source).toBe('model');
});
