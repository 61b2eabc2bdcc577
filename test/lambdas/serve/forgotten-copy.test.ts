import { describe, expect, test } from 'vitest';
import { createForgotten, MOST_AGE_SECONDS } from '../../../lambdas/serve/forgotten.ts';
import { memoryLake } from '../../lake.ts';
import { recordingLog } from '../log.ts';
import { KEY, writeTombstones } from '../tombstones.ts';
import { AS_OF_MS, openShop } from './shop.ts';

/** Lets everything happen that needs no clock. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** An address that run 1 has not read, with a Kafka timestamp. */
const newer = (offset: number, kafkaMs: number) => ({
  address: { source: '0a1b2c3d', topic: 'sales', partition: 0, offset, kafkaMs },
});

describe('when the tombstones cannot be read', () => {
  /** A shop whose tombstones cannot be read any more. */
  async function openWithout() {
    const shop = openShop();
    writeTombstones(shop.lake, 1, { untilMs: AS_OF_MS, users: ['bob'] });
    await shop.ask('/v1/users/ann/history');
    shop.lake.fault = (_, key) => {
      if (key.startsWith('tombstones/')) throw new Error('AccessDenied');
    };
    return shop;
  }

  test('a recent copy is used', async () => {
    const { ask, clock } = await openWithout();
    clock.nowMs += (MOST_AGE_SECONDS - 1) * 1000;
    expect((await ask('/v1/users/ann/history')).json).toMatchObject({ missing: [], stored: { lines: 1 } });
    expect((await ask('/v1/users/bob/history')).json).toMatchObject({ missing: [], stored: { lines: 0 } });
  });

  test('with an old one, answers leave out what the run knows, say so and are counted; recent sales stay', async () => {
    const { ask, clock, remember, lines, lake } = await openWithout();
    clock.nowMs += MOST_AGE_SECONDS * 1000;
    remember('ann', 'wall', newer(100, AS_OF_MS + 1));
    remember('bob', 'wall', newer(101, AS_OF_MS));
    const { statusCode, json } = await ask('/v1/users/ann/history');
    expect([statusCode, json]).toMatchObject([200, { missing: ['runHistory'], stored: { lines: 0 } }]);
    expect(json.recent).toMatchObject({ lines: 1, newest: [{ product: 'wall' }] });
    expect(lines.some((line) => line.includes('"AnswersWithoutHistory":1'))).toBe(true);
    // The old copy is still used for the users that it has.
    expect((await ask('/v1/users/bob/history')).json).toMatchObject({ missing: [], recent: { lines: 0 } });
    expect((await ask('/v1/popular')).statusCode).toBe(200);
    lake.fault = () => undefined;
    clock.nowMs += 10_000;
    expect((await ask('/v1/users/ann/history')).json).toMatchObject({ missing: [], stored: { lines: 1 } });
  });

  test('without any copy answers do without what the run knows too', async () => {
    const { ask, lake } = openShop();
    lake.fault = (_, key) => {
      if (key.startsWith('tombstones/')) throw new Error('AccessDenied');
    };
    const { statusCode, json } = await ask('/v1/users/ann/recommendations');
    expect([statusCode, json.missing, json.source]).toEqual([200, ['runHistory'], 'coldStart']);
  });

  test('a fault does not slow down every request: the next try is five seconds later', async () => {
    const { ask, clock, lake, lines } = await openWithout();
    let tries = 0;
    lake.fault = (_, key) => {
      if (!key.startsWith('tombstones/')) return;
      tries += 1;
      throw new Error('AccessDenied');
    };
    clock.nowMs += 60_000;
    for (let request = 0; request < 5; request++) await ask('/v1/users/ann/history');
    expect(tries).toBe(1);
    clock.nowMs += 5_000;
    await Promise.all([ask('/v1/users/ann/history'), ask('/v1/users/bob/history')]);
    expect(tries).toBe(2);
    expect(lines.filter((line) => line.includes('The tombstones cannot be read'))).toHaveLength(2);
  });
});

describe('the copy of the forgotten users', () => {
  function open() {
    const lake = memoryLake();
    const clock = { nowMs: 1_000_000 };
    const waits: (() => void)[] = [];
    const forgotten = createForgotten({
      lake,
      key: async () => KEY,
      log: recordingLog(),
      nowMs: () => clock.nowMs,
      wait: () => new Promise<void>((resolve) => waits.push(resolve)),
    });
    return { lake, clock, waits, forgotten };
  }

  test('is refreshed after five seconds beside the requests, and after ten seconds they wait for it', async () => {
    const { lake, clock, forgotten } = open();
    await forgotten.current();
    writeTombstones(lake, 1, { untilMs: 1, users: ['ann'] });
    clock.nowMs += 5_000;
    expect((await forgotten.current()).users?.through).toBe(0);
    await settle();
    expect([(await forgotten.current()).users?.through, forgotten.through]).toEqual([1, 1]);
    writeTombstones(lake, 2, { untilMs: 1, users: ['bob'] });
    clock.nowMs += 10_000;
    expect((await forgotten.current()).users?.through).toBe(2);
  });

  test('makes no request wait without limit, even if a refresh was frozen', async () => {
    const { lake, clock, waits, forgotten } = open();
    await forgotten.current();
    const { list } = lake;
    lake.list = async function* () {
      await new Promise(() => undefined);
      yield* [];
    };
    clock.nowMs += 20_000;
    const waiting = forgotten.current();
    await settle();
    waits.at(-1)?.();
    expect(await waiting).toMatchObject({ isKnown: true, users: { through: 0 } });
    lake.list = list;
    writeTombstones(lake, 1, { untilMs: 1, users: ['ann'] });
    clock.nowMs += 31_000;
    expect((await forgotten.current()).users?.through).toBe(1);
  });

  test('lists once for many requests at the same time', async () => {
    const { lake, forgotten, clock } = open();
    await forgotten.current();
    let listings = 0;
    lake.fault = (operation) => {
      if (operation === 'list') listings += 1;
    };
    clock.nowMs += 10_000;
    await Promise.all(Array.from({ length: 100 }, () => forgotten.current()));
    await Promise.all(Array.from({ length: 100 }, () => forgotten.current()));
    expect(listings).toBe(1);
  });
});
