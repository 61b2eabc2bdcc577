import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { accumulate } from '../lambdas/accumulate/accumulate.ts';
import { appendProducts } from '../lambdas/catalogue/write.ts';
import { catalogueKey, tombstonesKey, windowKey } from '../lambdas/shared/contract/keys.ts';
import { Model } from '../lambdas/shared/contract/model.ts';
import { Manifest, Tombstones, Window } from '../lambdas/shared/contract/schemas.ts';
import { toJson } from '../lambdas/shared/platform/lake.ts';
import { PLAIN_IDS } from '../lambdas/shared/privacy/person-ids.ts';
import { createPersonKey } from '../lambdas/shared/privacy/person-key.ts';
import { createSaleParser } from '../lambdas/shared/sales/sale.ts';
import { Threshold } from '../lambdas/threshold/settings.ts';
import { threshold } from '../lambdas/threshold/threshold.ts';
import { memoryLake } from './lake.ts';
import { recordingLog } from './lambdas/log.ts';

/**
 * `test/fixtures` holds one event and the files that the stages make from it. `FixturesTest.scala` reads the same files:
 * the batch and the window as its input, the manifest as its own output.
 *
 * The tests of both languages only compare. With `UPDATE_FIXTURES=1` they write the files first:
 * `UPDATE_FIXTURES=1 npx vitest run test/fixtures.test.ts`. `interactions-before-ids.parquet` is a batch of version 0.2, without
 * the column `sale_id`; it never changes.
 */
const path = (name: string): string => join(import.meta.dirname, 'fixtures', name);
const json = (name: string): unknown => JSON.parse(readFileSync(path(name), 'utf8'));

function expectSaved(name: string, bytes: Uint8Array): void {
  if (process.env.UPDATE_FIXTURES === '1') writeFileSync(path(name), bytes);
  expect(readFileSync(path(name)), name).toEqual(bytes);
}

const Key = z.strictObject({
  secret: z.string(),
  check: z.string(),
  users: z.array(z.strictObject({ user: z.string(), forgottenHash: z.string() })),
});

test('the hashes of users by which they are recognised when they were forgotten are those that are saved', () => {
  const secret = 'a secret of a test, é🛒, and long enough';
  const key = createPersonKey(secret);
  const ids = ['ann', 'bob', '1', '11', '', ' ann ', 'émoji 🛒', 'a\u0000b', 'x'.repeat(256)];
  const users = ids.map((user) => ({ user, forgottenHash: key.forgottenHash(user) }));
  expectSaved('person-key.json', Buffer.from(toJson({ secret, check: key.check, users })));
});

test('the event becomes the batch, the rejected record and the window that are saved, to the byte', async () => {
  const lake = memoryLake();
  const log = recordingLog();
  await accumulate(json('msk-event.json'), { lake, log, parseSale: createSaleParser({}), ids: PLAIN_IDS });
  await appendProducts(
    [
      { productId: 'lamp', name: 'Lamp of the catalogue, “blue”', category: 'Home > Lighting', price: 9.5 },
      { productId: 'vase', available: false, untilMs: 1_782_820_800_000, attributes: { colour: 'green' } },
      { productId: 'never sold', fromMs: 0, price: 0 },
    ],
    { lake, log },
  );
  const settings = Threshold.parse({});
  await threshold({ how: 'flush' }, { lake, log, settings, model: Model.parse({}), nowMs: () => lake.nowMs });
  const [batch = '', rejected = ''] = [...lake.keys('interactions/'), ...lake.keys('rejected/')];
  const bytesOf = (key: string) => lake.objects.get(key)?.bytes ?? Buffer.alloc(0);
  for (const [name, key] of [
    ['interactions.parquet', batch],
    ['rejected.ndjson', rejected],
    ['window.json', windowKey(1)],
    ['catalogue.ndjson', catalogueKey('batches', 1)],
  ] as const)
    expectSaved(name, bytesOf(key));
});

test('a user who was forgotten has tombstones, which the window names that is saved, to the byte', async () => {
  const lake = memoryLake();
  const log = recordingLog();
  const key = createPersonKey(Key.parse(json('person-key.json')).secret);
  await accumulate(json('msk-event.json'), { lake, log, parseSale: createSaleParser({}), ids: PLAIN_IDS });
  const tombstones: Tombstones = {
    erasure: 1,
    untilMs: 1_782_907_200_000,
    keyCheck: key.check,
    users: [key.forgottenHash('ann')],
  };
  const saved = toJson(tombstones);
  await lake.create(tombstonesKey(1), saved, 'application/json');
  const settings = Threshold.parse({});
  await threshold({ how: 'flush' }, { lake, log, settings, model: Model.parse({}), nowMs: () => lake.nowMs });
  expectSaved('tombstones.json', Buffer.from(saved));
  expectSaved('window-tombstones.json', Buffer.from(lake.text(windowKey(1))));
});

test('the documents fit their schemas', () => {
  Window.parse(json('window.json'));
  expect(Window.parse(json('window-tombstones.json')).tombstones).toEqual({
    through: 1,
    objects: [{ key: tombstonesKey(1), sizeBytes: readFileSync(path('tombstones.json')).length }],
  });
  Tombstones.parse(json('tombstones.json'));
  Manifest.parse(json('manifest.json'));
});

test('the batch holds the four sales of the event', async () => {
  const file = new Uint8Array(readFileSync(path('interactions.parquet'))).buffer;
  const rows = await parquetReadObjects({ file, compressors });
  expect(rows.map(({ user, product, quantity, sale_id }) => [user, product, quantity, sale_id])).toEqual([
    ['ann', 'lamp', 1, 'sale-é1'],
    ['ann', 'vase', 2, null],
    ['bob', 'lamp', 1, null],
    ['bob', 'lamp', -1, null],
  ]);
});

test('the Scala tests write files only into their own lake, or on request', () => {
  const folder = join(import.meta.dirname, '../spark/src/test/scala');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.scala'),
  );
  const writing = sources.filter((name) => /Files\.write/.test(readFileSync(join(folder, name), 'utf8')));
  expect(writing.map((name) => basename(name)).toSorted()).toEqual(['FileLake.scala', 'Fixtures.scala']);
});
