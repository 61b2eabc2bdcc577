import { expect, test } from 'vitest';
import { manifestKey } from '../../../lambdas/shared/contract/keys.ts';
import { writeTombstones } from '../tombstones.ts';
import { AS_OF_MS, openShop } from './shop.ts';

const URL = '/v1/users/bob/explorer';
const UNKNOWN = 'urn:cartograph:problem:unknown-user';

test('shows what the run has of a user, with the names of these products and no others', async () => {
  const { statusCode, json } = await openShop().ask(URL);
  expect(statusCode).toBe(200);
  const because = [{ product: 'floor', share: 1 }];
  expect(json).toEqual({
    user: 'bob',
    run: { run: 1, newestSaleMs: AS_OF_MS },
    products: 2,
    history: [
      { product: 'wall', times: 1, lastMs: AS_OF_MS - 86_400_000 },
      { product: 'floor', times: 1, lastMs: AS_OF_MS - 2 * 86_400_000 },
    ],
    any: [
      { product: 'desk', because },
      { product: 'floor', because },
    ],
    new: [{ product: 'desk', because }],
    names: [
      { product: 'wall', name: 'wall lamp' },
      { product: 'floor', name: 'floor lamp' },
      { product: 'desk', name: 'desk lamp' },
    ],
  });
});

test('a user whom the run does not know is a 404, and without a run no user can be looked up', async () => {
  const { ask } = openShop();
  for (const user of ['nobody', 'bo', 'bobby', '__proto__', 'constructor']) {
    const { statusCode, json } = await ask(`/v1/users/${user}/explorer`);
    expect([statusCode, json.type, json.detail]).toEqual([404, UNKNOWN, 'Run 1 does not know the user']);
  }
  const { json } = await openShop({ hasRun: false }).ask(URL);
  expect(json.type).toBe('urn:cartograph:problem:no-run');
});

test('a run of an earlier version, without these files, knows no user', async () => {
  const { ask, lake } = openShop();
  const manifest = JSON.parse(lake.text(manifestKey(1)));
  manifest.files = manifest.files.filter(({ name }: { name: string }) => !name.startsWith('explorer/'));
  lake.objects.set(manifestKey(1), { bytes: Buffer.from(JSON.stringify(manifest)), storedAtMs: 0 });
  expect((await ask(URL)).json.type).toBe(UNKNOWN);
});

test.each(['explorer/index.json', 'explorer/users-00000.json.gz'])(
  'while %s cannot be read, requests are a 503; the next one reads it again',
  async (broken) => {
    const { ask, lake, lines } = openShop();
    await ask('/v1/ready');
    lake.fault = (_, key) => {
      if (key.endsWith(broken)) throw new Error('S3 does not answer');
    };
    expect((await ask(URL)).statusCode).toBe(503);
    lake.fault = () => undefined;
    expect((await ask(URL)).statusCode).toBe(200);
    expect(lines.join('\n')).not.toContain('bob');
  },
);

test('a run that was trained with the sales of a forgotten user does not know the user; one without them does', async () => {
  const { ask, lake, clock } = openShop();
  expect((await ask(URL)).statusCode).toBe(200);
  writeTombstones(lake, 1, { untilMs: AS_OF_MS, users: ['bob'] });
  clock.nowMs += 10_000;
  const { statusCode, json } = await ask(URL);
  expect([statusCode, json.type]).toEqual([404, UNKNOWN]);
  expect((await ask('/v1/users/ann/explorer')).statusCode).toBe(200);
  const manifest = JSON.parse(lake.text(manifestKey(1)));
  manifest.inputs.tombstones = { through: 1, interactions: 2 };
  lake.objects.set(manifestKey(1), { bytes: Buffer.from(JSON.stringify(manifest)), storedAtMs: 0 });
  clock.nowMs += 60_000;
  await ask('/v1/ready');
  for (let turn = 0; turn < 30; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect((await ask(URL)).statusCode).toBe(200);
});

test('while it is not known which users were forgotten, no entry is shown', async () => {
  const { ask, lake, clock } = openShop();
  await ask(URL);
  lake.fault = (_, key) => {
    if (key.startsWith('tombstones/')) throw new Error('AccessDenied');
  };
  clock.nowMs += 300_000;
  expect((await ask(URL)).statusCode).toBe(503);
});
