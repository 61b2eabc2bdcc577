import { describe, expect, test } from 'vitest';
import { appendProducts } from '../../../lambdas/catalogue/write.ts';
import {
  catalogueKey,
  failedKey,
  interactionsKey,
  manifestKey,
  tombstonesKey,
  windowKey,
} from '../../../lambdas/shared/contract/keys.ts';
import { Model } from '../../../lambdas/shared/contract/model.ts';
import { Window } from '../../../lambdas/shared/contract/schemas.ts';
import { Threshold } from '../../../lambdas/threshold/settings.ts';
import { type Look, threshold } from '../../../lambdas/threshold/threshold.ts';
import { type MemoryLake, memoryLake } from '../../lake.ts';
import { recordingLog } from '../log.ts';

const settings = Threshold.parse({ threshold: 100, growth: 0 });
const model = Model.parse({});

/** Stores a batch at once, because some tests store thousands. @returns Its key. */
function store(
  lake: MemoryLake,
  first: number,
  last: number,
  { partition = 0, source = '0a1b2c3d', firstMs = 1 } = {},
): string {
  const count = last - first + 1;
  const key = interactionsKey({ source, topic: 'sales', partition, first, last, count, firstMs });
  lake.objects.set(key, { bytes: Buffer.from('x'), storedAtMs: lake.nowMs });
  return key;
}

function look(lake: MemoryLake, how: Exclude<Look['how'], 'event'> = 'sweep', log = recordingLog()) {
  return threshold({ how }, { lake, log, settings, model, nowMs: () => lake.nowMs });
}

const windowOf = (lake: MemoryLake, number: number): Window =>
  Window.parse(JSON.parse(lake.text(windowKey(number))));
const finish = (lake: MemoryLake, window: number) => lake.create(manifestKey(window), '{}', '');

test('invariant 3: of 20 concurrent calls one cuts the window', async () => {
  const lake = memoryLake();
  store(lake, 0, 149);
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, (_, index) => look(lake, index % 2 === 0 ? 'sweep' : 'full')),
  );
  expect(outcomes.filter(({ cut }) => cut === 1)).toHaveLength(1);
  expect(lake.keys('windows/')).toEqual([windowKey(1)]);
});

test('no window is cut while a run is in flight; the next one is cut after the run has finished or failed', async () => {
  const lake = memoryLake();
  store(lake, 0, 99);
  await look(lake);
  store(lake, 100, 199, { partition: 1 });
  expect(await look(lake, 'flush')).toMatchObject({ cut: undefined, inFlight: true });
  await lake.create(failedKey(1), '{}', '');
  expect(await look(lake)).toMatchObject({ cut: 2 });
  await finish(lake, 2);
  expect(await look(lake, 'flush')).toMatchObject({ cut: undefined, inFlight: false, newInteractions: 0 });
});

test('invariant 3: exactly one window contains each batch, also a late or repeated one', async () => {
  const lake = memoryLake();
  store(lake, 200, 349);
  await look(lake);
  await finish(lake, 1);
  store(lake, 0, 119);
  store(lake, 220, 240);
  store(lake, 300, 399);
  expect(await look(lake, 'full')).toMatchObject({ cut: 2 });
  const cut = [1, 2].flatMap((number) => windowOf(lake, number).batches.map(({ key }) => key));
  expect(cut.sort()).toEqual(lake.keys('interactions/'));
  expect(windowOf(lake, 2).newInteractions).toBe(170);
});

test('each sweep of a bucket without a batch and a window says so in a metric, until the first sale is stored', async () => {
  const lake = memoryLake();
  const measuredBy = async (how: 'sweep' | 'full') => {
    const log = recordingLog();
    await look(lake, how, log);
    return log.measured;
  };
  const nothing = { Waiting: 0, Needed: 100, WaitedSeconds: 0 };
  expect(await measuredBy('sweep')).toEqual([{ NothingStored: 1, ...nothing }]);
  expect(await measuredBy('full')).toEqual([{ NothingStored: 1, ...nothing }]);
  store(lake, 0, 9);
  expect(await measuredBy('sweep')).toEqual([{ ...nothing, Waiting: 10 }]);
  store(lake, 10, 99);
  await look(lake);
  await finish(lake, 1);
  // Nothing waits, but the window shows that sales were stored.
  expect(await measuredBy('sweep')).toEqual([nothing]);
});

test('a sweep finds the batches after the highest offset cut in every partition', async () => {
  const lake = memoryLake();
  store(lake, 0, 99);
  await look(lake);
  await finish(lake, 1);
  for (const partition of [0, 1, 2]) store(lake, 100, 139, { partition });
  expect(await look(lake, 'sweep')).toMatchObject({ cut: 2 });
});

test('a window names the objects of the catalogue as it is when the window is cut; without a catalogue it names none', async () => {
  const lake = memoryLake();
  store(lake, 0, 99);
  await look(lake);
  expect(windowOf(lake, 1).catalogue).toBeUndefined();
  await finish(lake, 1);
  for (const productId of ['lamp', 'vase'])
    await appendProducts([{ productId }], { lake, log: recordingLog() });
  store(lake, 100, 199);
  await look(lake);
  await appendProducts([{ productId: 'mug' }], { lake, log: recordingLog() });
  const objects = [1, 2].map((number) => {
    const key = catalogueKey('batches', number);
    return { key, sizeBytes: lake.text(key).length };
  });
  expect(windowOf(lake, 2).catalogue).toEqual({ through: 2, objects });
});

test('a window names all tombstones when it is cut; new ones alone cut none, not even a flush', async () => {
  const lake = memoryLake();
  store(lake, 0, 99);
  await look(lake);
  expect(windowOf(lake, 1).tombstones).toBeUndefined();
  await finish(lake, 1);
  for (const erasure of [1, 2]) await lake.create(tombstonesKey(erasure), 'x'.repeat(erasure), '');
  for (const how of ['sweep', 'full', 'flush'] as const)
    expect(await look(lake, how)).toMatchObject({ cut: undefined, newInteractions: 0 });
  store(lake, 100, 199);
  await look(lake);
  expect(windowOf(lake, 2).tombstones).toEqual({
    through: 2,
    objects: [1, 2].map((sizeBytes) => ({ key: tombstonesKey(sizeBytes), sizeBytes })),
  });
});

test('no window is cut while tombstones are missing, because it would know a user who was forgotten', async () => {
  const lake = memoryLake();
  store(lake, 0, 99);
  await lake.create(tombstonesKey(2), '{}', '');
  await expect(look(lake)).rejects.toThrow(
    `Cannot name the tombstones: ${tombstonesKey(1)} is missing, but ${tombstonesKey(2)} exists`,
  );
  expect(lake.keys('windows/')).toEqual([]);
  await lake.create(tombstonesKey(1), '{}', '');
  expect(await look(lake)).toMatchObject({ cut: 1 });
});

test('a topic that was created again starts at offset 0 and is another source', async () => {
  const lake = memoryLake();
  store(lake, 0, 149);
  await look(lake);
  await finish(lake, 1);
  store(lake, 0, 149, { source: 'ffffffff' });
  expect(await look(lake, 'sweep')).toMatchObject({ cut: 2 });
});

test('each decision is logged with its reason and the number of interactions that is missing', async () => {
  const lake = memoryLake();
  store(lake, 0, 39);
  const log = recordingLog();
  await look(lake, 'sweep', log);
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
  store(lake, 0, 149);
  const log = recordingLog();
  expect(await look(lake, 'full', log)).toMatchObject({ cut: 1 });
  expect(log.lines).toContainEqual(
    expect.objectContaining({ level: 'error', object: 'interactions/0a1b2c3d/sales/000000/stray.txt' }),
  );
});

test('invariant 5: a window that cannot be read is logged, and its batches are cut again together with the new ones', async () => {
  const lake = memoryLake();
  store(lake, 0, 99);
  await look(lake);
  await finish(lake, 1);
  store(lake, 100, 199);
  await lake.create(windowKey(2), 'not JSON', '');
  await lake.create(failedKey(2), '{}', '');
  store(lake, 200, 299);
  const log = recordingLog();
  expect(await look(lake, 'full', log)).toMatchObject({ cut: 3 });
  expect(windowOf(lake, 3)).toMatchObject({ newInteractions: 200, totalInteractions: 300 });
  expect(log.lines.filter(({ level }) => level === 'error')).toMatchObject([
    { object: windowKey(2), window: 2 },
    { object: windowKey(2), window: 2 },
  ]);
});

test('no window is cut while a window that cannot be read has neither a run nor failed', async () => {
  const lake = memoryLake();
  store(lake, 0, 99);
  await lake.create(windowKey(1), '{"window":1}', '');
  expect(await look(lake)).toMatchObject({ cut: undefined, inFlight: true });
});

/** Looks because of an event, and returns the keys that were listed too. */
async function lookAt(lake: MemoryLake, ...keys: readonly string[]) {
  const listed: string[] = [];
  lake.fault = (operation, key) => {
    if (operation === 'list') listed.push(key);
  };
  const log = recordingLog();
  const parts = { lake, log, settings, model, nowMs: () => lake.nowMs };
  const outcome = await threshold({ how: 'event', keys }, parts);
  lake.fault = () => undefined;
  return { outcome, listed: listed.filter((key) => key.startsWith('interactions/')), lines: log.lines };
}

describe('an event', () => {
  /** Twelve partitions of 100 sales each are cut and trained. */
  async function twelve(): Promise<MemoryLake> {
    const lake = memoryLake();
    for (let partition = 0; partition < 12; partition++) store(lake, 0, 99, { partition });
    await look(lake);
    await finish(lake, 1);
    return lake;
  }

  test('lists every partition if there are at most ten', async () => {
    const lake = memoryLake();
    store(lake, 0, 49, { partition: 1 });
    const { outcome } = await lookAt(lake, store(lake, 0, 59));
    expect(outcome).toMatchObject({ cut: 1, newInteractions: 110 });
  });

  test('lists only the partitions that it names if there are more', async () => {
    const lake = await twelve();
    store(lake, 100, 149, { partition: 3 });
    const { outcome, listed, lines } = await lookAt(lake, store(lake, 100, 159, { partition: 7 }));
    expect(listed).toEqual(['interactions/0a1b2c3d/sales/000007/']);
    expect(outcome).toMatchObject({ cut: undefined, newInteractions: 60 });
    expect(lines).toMatchObject([{ message: expect.stringContaining('60 of 100 new interactions') }]);
    expect(await look(lake, 'sweep')).toMatchObject({ cut: 2, newInteractions: 110 });
  });

  test('lets a window of all partitions be cut if those that it names have enough', async () => {
    const lake = await twelve();
    store(lake, 100, 149, { partition: 3 });
    const { outcome } = await lookAt(lake, store(lake, 100, 299, { partition: 7 }));
    expect(outcome).toMatchObject({ cut: 2, newInteractions: 250 });
  });

  test('lists nothing while a run is in flight', async () => {
    const lake = memoryLake();
    store(lake, 0, 99);
    await look(lake);
    const { outcome, listed } = await lookAt(lake, store(lake, 100, 299));
    expect(listed).toEqual([]);
    expect(outcome).toMatchObject({ cut: undefined, inFlight: true });
  });
});

describe('a topic that was deleted and created again on the same cluster', () => {
  const HOUR = 3_600_000;

  /** The first topic has so many batches that a page of keys does not show all of them. */
  async function firstTopic(): Promise<MemoryLake> {
    const lake = memoryLake();
    const startMs = lake.nowMs;
    lake.nowMs += 60_000;
    for (let first = 0; first < 6000; first += 4) store(lake, first, first + 3, { firstMs: startMs + first });
    await look(lake);
    await finish(lake, 1);
    lake.nowMs += HOUR;
    return lake;
  }
  const again = (lake: MemoryLake, first: number, last: number) =>
    store(lake, first, last, { firstMs: lake.nowMs + first });

  test.each(['sweep', 'full', 'flush'] as const)('is found by a %s', async (how) => {
    const lake = await firstTopic();
    for (let first = 0; first < 2500; first += 50) again(lake, first, first + 49);
    expect(await look(lake, how)).toMatchObject({ cut: 2, newInteractions: 2500 });
    await finish(lake, 2);
    expect(await look(lake, how)).toMatchObject({ cut: undefined, newInteractions: 0 });
    for (let first = 2500; first < 4000; first += 50) again(lake, first, first + 49);
    expect(await look(lake, how)).toMatchObject({ cut: 3, newInteractions: 1500 });
  });

  test('is found by an event, also if earlier events of it were lost, and is reported once', async () => {
    const lake = await firstTopic();
    again(lake, 0, 49);
    const { outcome, lines } = await lookAt(lake, again(lake, 50, 119));
    expect(outcome).toMatchObject({ cut: 2, newInteractions: 120 });
    expect(lines.filter(({ level }) => level === 'warn')).toMatchObject([
      { window: 2, generation: `0a1b2c3d/sales/000000@${lake.nowMs}` },
    ]);
    await finish(lake, 2);
    const next = await lookAt(lake, again(lake, 120, 239));
    expect(next.outcome).toMatchObject({ cut: 3, newInteractions: 120 });
    expect(next.lines.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  test('is not what a late event of a batch that was cut before means', async () => {
    const lake = await firstTopic();
    const { outcome } = await lookAt(lake, store(lake, 40, 43, { firstMs: lake.nowMs - HOUR - 60_000 + 40 }));
    expect(outcome).toMatchObject({ cut: undefined, newInteractions: 0 });
  });
});

describe('the full sweep of an old lake', () => {
  const DAY = 24 * 3_600_000;

  /** One window a day. @param gap First offset of a batch that is not stored. */
  async function days(count: number, gap?: number): Promise<MemoryLake> {
    const lake = memoryLake();
    for (let day = 0; day < count; day++) {
      for (let batch = 0; batch < 100; batch++)
        if (day * 1000 + batch * 10 !== gap)
          store(lake, day * 1000 + batch * 10, day * 1000 + batch * 10 + 9, {
            firstMs: lake.nowMs + batch,
          });
      await look(lake);
      await finish(lake, day + 1);
      lake.nowMs += DAY;
    }
    return lake;
  }

  /** Makes a lake large, so that not all of it is listed each time: white space in a window counts. */
  function enlarge(lake: MemoryLake): void {
    const key = windowKey(1);
    const bytes = Buffer.from(lake.text(key) + ' '.repeat(33 * 1024 * 1024));
    lake.objects.set(key, { bytes, storedAtMs: lake.objects.get(key)?.storedAtMs ?? 0 });
  }

  /** Stores the batch that fills the gap at offset 10,900, long after its neighbours were cut. @returns Its key. */
  const fillGap = (lake: MemoryLake): string =>
    store(lake, 10_900, 10_909, { firstMs: lake.nowMs - 8 * DAY });

  const windowsWith = (lake: MemoryLake, key: string) =>
    lake.keys('windows/').filter((window) => lake.text(window).includes(key));

  test('reads the windows and lists the batches of the last week only, and finds what is late there', async () => {
    const lake = await days(30);
    enlarge(lake);
    const firstMs = lake.nowMs - 3 * DAY;
    // A sale of three days ago was stored late, and a batch of that day was delivered again with other boundaries.
    store(lake, 30_000, 30_099, { firstMs });
    store(lake, 27_005, 27_034, { firstMs });
    const read: string[] = [];
    let keys = 0;
    lake.fault = (operation, key) => {
      if (operation === 'read') read.push(key);
    };
    const { list } = lake;
    const counting = {
      ...lake,
      async *list(prefix: string, after?: string) {
        for await (const object of list(prefix, after)) {
          if (prefix.startsWith('interactions/')) keys++;
          yield object;
        }
      },
    };
    // With this period it is not the turn of the only partition.
    const notNow = Threshold.parse({ ...settings, fullSweepHours: 25 });
    const parts = { lake: counting, log: recordingLog(), settings: notNow, model, nowMs: () => lake.nowMs };
    expect(await threshold({ how: 'full' }, parts)).toMatchObject({ cut: 31, newInteractions: 100 });
    expect(read.filter((key) => key.startsWith('windows/'))).toHaveLength(1 + 1 + 6);
    expect(windowOf(lake, 31).batches.map(({ key }) => key)).toHaveLength(2);
    // Those of the last days, and one page at the start.
    expect(keys).toBeLessThan(2000);
  });

  test('invariant 1: a batch that fills a gap of last week is found by its event, wherever it is', async () => {
    const lake = await days(18, 10_900);
    enlarge(lake);
    const { outcome } = await lookAt(lake, fillGap(lake));
    expect(outcome).toMatchObject({ cut: undefined, newInteractions: 10 });
  });

  test.each(['full', 'flush'] as const)(
    'invariant 5: if its event was lost, a %s finds it in a small lake',
    async (how) => {
      const lake = await days(18, 10_900);
      const key = fillGap(lake);
      expect(await look(lake, 'sweep')).toMatchObject({ newInteractions: 0 });
      expect(await look(lake, how)).toMatchObject({ newInteractions: 10 });
      lake.nowMs += DAY;
      if (how === 'full') expect(await look(lake, how)).toMatchObject({ cut: 19 });
      expect(windowsWith(lake, key)).toEqual([windowKey(19)]);
    },
  );

  test('invariant 5: in a large lake it is found once each partition has had its turn', async () => {
    const lake = await days(18, 10_900);
    enlarge(lake);
    fillGap(lake);
    const found: number[] = [];
    for (let day = 0; day < 7; day++) {
      found.push((await look(lake, 'full')).newInteractions);
      lake.nowMs += DAY;
    }
    expect(found.filter((count) => count > 0)).toEqual([10]);
  });

  test('invariant 3: each way to cut a window takes repeats too, however old, and each repeat once', async () => {
    const lake = await days(9);
    for (const how of ['event', 'sweep', 'full', 'flush'] as const) {
      // The same offsets with more rows, as after an upgrade of the parser, and with other boundaries.
      const firstMs = lake.nowMs - 9 * DAY;
      const shift = ['event', 'sweep', 'full', 'flush'].indexOf(how);
      const repeats = [
        store(lake, 3, 10 + shift, { firstMs }),
        store(lake, 8_003, 8_020 + shift, { firstMs }),
      ];
      const { outcome } = await lookAt(lake, ...repeats);
      expect(outcome).toMatchObject({ cut: undefined, newInteractions: 0 });
      const first = 9_000 + shift * 100;
      const key = store(lake, first, first + 99, { firstMs: lake.nowMs });
      const cut = how === 'event' ? (await lookAt(lake, key)).outcome : await look(lake, how);
      expect(cut).toMatchObject({ cut: 10 + shift, newInteractions: 100 });
      expect(windowOf(lake, 10 + shift).batches.map((batch) => batch.key)).toEqual([...repeats, key]);
      await finish(lake, 10 + shift);
      lake.nowMs += DAY;
    }
  });

  describe('after the objects of all batches were replaced, because users were forgotten', () => {
    /** Replaces objects in place, as forget does. @returns Their keys. */
    function replaceAll(lake: MemoryLake, prefix: string): string[] {
      const keys = lake.keys(prefix);
      for (const key of keys)
        lake.objects.set(key, { bytes: Buffer.from('smaller or larger'), storedAtMs: lake.nowMs });
      return keys;
    }

    const steps = ['event', 'sweep', 'full', 'flush'] as const;

    test.each([
      ['small', () => undefined],
      ['large', enlarge],
    ] as const)('the events and every look change nothing in a %s lake', async (_size, makeLarge) => {
      const lake = await days(12);
      makeLarge(lake);
      const keys = replaceAll(lake, 'interactions/');
      const before = lake.keys();
      for (const how of steps) {
        const outcome = how === 'event' ? (await lookAt(lake, ...keys)).outcome : await look(lake, how);
        expect(outcome, how).toMatchObject({ cut: undefined, newInteractions: 0 });
        lake.nowMs += 3 * DAY;
      }
      expect(lake.keys()).toEqual(before);
    });

    test.each(steps)(
      'a window that is cut by an event or a look has only the new batches: %s',
      async (how) => {
        const lake = await days(12);
        replaceAll(lake, 'interactions/');
        const key = store(lake, 12_000, 12_099, { firstMs: lake.nowMs });
        const { cut } = how === 'event' ? (await lookAt(lake, key)).outcome : await look(lake, how);
        expect(cut).toBe(13);
        expect(windowOf(lake, 13).batches.map((batch) => batch.key)).toEqual([key]);
        expect(windowOf(lake, 13)).toMatchObject({ newInteractions: 100, totalInteractions: 12_100 });
      },
    );

    test('a repeat that is in no window is found among them', async () => {
      const lake = await days(12);
      replaceAll(lake, 'interactions/');
      const repeat = store(lake, 3, 17, { firstMs: lake.nowMs - 12 * DAY });
      const key = store(lake, 12_000, 12_099, { firstMs: lake.nowMs });
      expect(await look(lake, 'full')).toMatchObject({ cut: 13, newInteractions: 100 });
      expect(windowOf(lake, 13).batches.map((batch) => batch.key)).toEqual([repeat, key]);
    });

    test('older windows are read only then, and no further than needed', async () => {
      const lake = await days(30);
      const read: string[] = [];
      lake.fault = (operation, key) => {
        if (operation === 'read' && key.startsWith('windows/')) read.push(key);
      };
      const windowsRead = async (): Promise<number> => {
        read.length = 0;
        await look(lake, 'full');
        return read.length;
      };
      const usual = await windowsRead();
      const [, , third = ''] = lake
        .keys('interactions/')
        .filter((key) => key.includes('/000000000000000220'));
      lake.objects.set(third, { bytes: Buffer.from('y'), storedAtMs: lake.nowMs });
      // Day 22 is the newest one that is a week old; eight windows are read at a time.
      expect((await windowsRead()) - usual).toBe(8);
    });
  });

  test('a flush of a large lake says that it may leave out repeats', async () => {
    const lake = await days(2);
    const log = recordingLog();
    await look(lake, 'flush', log);
    expect(log.lines.filter(({ level }) => level === 'warn')).toEqual([]);
    enlarge(lake);
    await look(lake, 'flush', log);
    expect(log.lines).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        message: expect.stringContaining('too large to list in whole'),
      }),
    );
  });
});
