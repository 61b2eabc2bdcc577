import { expect, test } from 'vitest';
import { failedKey, interactionsKey, manifestKey, windowKey } from '../../../lambdas/shared/contract/keys.ts';
import { Model } from '../../../lambdas/shared/contract/model.ts';
import { Window } from '../../../lambdas/shared/contract/schemas.ts';
import { Threshold } from '../../../lambdas/threshold/settings.ts';
import { type Look, threshold } from '../../../lambdas/threshold/threshold.ts';
import { type MemoryLake, memoryLake } from '../../lake.ts';
import { recordingLog } from '../log.ts';

const settings = Threshold.parse({ threshold: 100, growth: 0 });
const model = Model.parse({});

async function store(
  lake: MemoryLake,
  first: number,
  last: number,
  { partition = 0, source = '0a1b2c3d' } = {},
) {
  await lake.create(
    interactionsKey({ source, topic: 'sales', partition, first, last, count: last - first + 1, firstMs: 1 }),
    'x',
    '',
  );
}

function look(lake: MemoryLake, how: Look = 'event', log = recordingLog()) {
  return threshold(how, { lake, log, settings, model, nowMs: () => lake.nowMs });
}

const windowOf = (lake: MemoryLake, number: number): Window =>
  Window.parse(JSON.parse(lake.text(windowKey(number))));
const finish = (lake: MemoryLake, window: number) => lake.create(manifestKey(window), '{}', '');

test('invariant 3: of 20 concurrent calls one cuts the window', async () => {
  const lake = memoryLake();
  await store(lake, 0, 149);
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, (_, index) => look(lake, index % 2 === 0 ? 'event' : 'sweep')),
  );
  expect(outcomes.filter(({ cut }) => cut === 1)).toHaveLength(1);
  expect(lake.keys('windows/')).toEqual([windowKey(1)]);
});

test('no window is cut while a run is in flight; the next one is cut after the run has finished or failed', async () => {
  const lake = memoryLake();
  await store(lake, 0, 99);
  await look(lake);
  await store(lake, 100, 199, { partition: 1 });
  expect(await look(lake, 'flush')).toMatchObject({ cut: undefined, inFlight: true });
  await lake.create(failedKey(1), '{}', '');
  expect(await look(lake)).toMatchObject({ cut: 2 });
  await finish(lake, 2);
  expect(await look(lake, 'flush')).toMatchObject({ cut: undefined, inFlight: false, newInteractions: 0 });
});

test('invariant 3: exactly one window contains each batch, also a late or repeated one', async () => {
  const lake = memoryLake();
  await store(lake, 200, 349);
  await look(lake);
  await finish(lake, 1);
  await store(lake, 0, 119);
  await store(lake, 220, 240);
  await store(lake, 300, 399);
  expect((await look(lake, 'event')).newInteractions).toBe(0);
  expect(await look(lake, 'sweep')).toMatchObject({ cut: 2 });
  const cut = [1, 2].flatMap((number) => windowOf(lake, number).batches.map(({ key }) => key));
  expect(cut.sort()).toEqual(lake.keys('interactions/'));
  expect(windowOf(lake, 2).newInteractions).toBe(170);
});

test('an event finds the batches after the highest offset cut in every partition', async () => {
  const lake = memoryLake();
  await store(lake, 0, 99);
  await look(lake);
  await finish(lake, 1);
  for (const partition of [0, 1, 2]) await store(lake, 100, 139, { partition });
  expect(await look(lake, 'event')).toMatchObject({ cut: 2 });
});

test('a topic that was created again starts at offset 0 and is another source', async () => {
  const lake = memoryLake();
  await store(lake, 0, 149);
  await look(lake);
  await finish(lake, 1);
  await store(lake, 0, 149, { source: 'ffffffff' });
  expect(await look(lake, 'event')).toMatchObject({ cut: 2 });
});

test('each decision is logged with its reason and the number of interactions that is missing', async () => {
  const lake = memoryLake();
  await store(lake, 0, 39);
  const log = recordingLog();
  await look(lake, 'event', log);
  expect(log.lines).toMatchObject([
    {
      level: 'info',
      message: expect.stringContaining('a window is cut after 60 more'),
      newInteractions: 40,
      needed: 100,
    },
  ]);
});

test('an object that is not a batch is logged and skipped', async () => {
  const lake = memoryLake();
  await lake.create('interactions/0a1b2c3d/sales/000000/stray.txt', 'x', '');
  await store(lake, 0, 149);
  const log = recordingLog();
  expect(await look(lake, 'sweep', log)).toMatchObject({ cut: 1 });
  expect(log.lines).toContainEqual(
    expect.objectContaining({ level: 'error', object: 'interactions/0a1b2c3d/sales/000000/stray.txt' }),
  );
});

test('invariant 5: a window that cannot be read is logged, and its batches are cut again together with the new ones', async () => {
  const lake = memoryLake();
  await store(lake, 0, 99);
  await look(lake);
  await finish(lake, 1);
  await store(lake, 100, 199);
  await lake.create(windowKey(2), 'not JSON', '');
  await lake.create(failedKey(2), '{}', '');
  await store(lake, 200, 299);
  const log = recordingLog();
  expect(await look(lake, 'sweep', log)).toMatchObject({ cut: 3 });
  expect(windowOf(lake, 3)).toMatchObject({ newInteractions: 200, totalInteractions: 300 });
  expect(log.lines.filter(({ level }) => level === 'error')).toMatchObject([
    { object: windowKey(2), window: 2 },
    { object: windowKey(2), window: 2 },
  ]);
});

test('no window is cut while a window that cannot be read has neither a run nor failed', async () => {
  const lake = memoryLake();
  await store(lake, 0, 99);
  await lake.create(windowKey(1), '{"window":1}', '');
  expect(await look(lake)).toMatchObject({ cut: undefined, inFlight: true });
});
