import { expect, test } from 'vitest';
import type { LoadedRun } from '../../../lambdas/serve/load-run.ts';
import { createServedRun } from '../../../lambdas/serve/served-run.ts';
import type { Versioned } from '../../../lambdas/shared/platform/lake.ts';
import { recordingLog } from '../log.ts';

/** A pointer and loads that end when the test says so. */
function setUp() {
  const clock = { nowMs: 0 };
  const log = recordingLog();
  const pointer = { run: 1 };
  const loads: { run: number; end: () => void; fail: (error: Error) => void }[] = [];
  const patience: (() => void)[] = [];
  const current = (): Versioned => ({
    text: JSON.stringify({ publication: 1, run: pointer.run, previous: null, decidedThrough: pointer.run }),
    etag: `"${pointer.run}"`,
  });
  const served = createServedRun({
    objects: {
      readUnless: async (_, etag) => (etag === current().etag ? 'same' : current()),
      bytes: async () => undefined,
      part: async () => undefined,
    },
    load: (run) =>
      new Promise((resolve, reject) => {
        loads.push({ run, end: () => resolve({ run } as LoadedRun), fail: reject });
      }),
    log,
    nowMs: () => clock.nowMs,
    wait: () => new Promise<void>((resolve) => patience.push(resolve)),
  });
  const get = async () => (await served.get())?.run;
  const errors = () => log.lines.filter(({ level }) => level === 'error');
  return { served, get, clock, log, pointer, loads, patience, errors };
}

/** Lets everything happen that needs no clock. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The same with run 1 loaded, and the refresh begun that finds run 2. */
async function setUpSwitch() {
  const shop = setUp();
  const first = shop.get();
  await settle();
  shop.loads[0]?.end();
  expect(await first).toBe(1);
  shop.pointer.run = 2;
  shop.clock.nowMs += 10_000;
  expect(await shop.get()).toBe(1);
  await settle();
  expect(shop.loads.map(({ run }) => run)).toEqual([1, 2]);
  return shop;
}

test('while a newer run is loaded, requests get the old one at once', async () => {
  const { get, clock, loads } = await setUpSwitch();
  clock.nowMs += 2_000;
  expect(await get()).toBe(1);
  loads[1]?.end();
  await settle();
  expect(await get()).toBe(2);
  expect(loads).toHaveLength(2);
});

test('a request waits for a load that takes long, so that the process is not frozen in its middle', async () => {
  const { get, clock, loads, errors } = await setUpSwitch();
  clock.nowMs += 30_000;
  const waiting = get();
  await settle();
  loads[1]?.end();
  expect(await waiting).toBe(2);
  expect(errors()).toEqual([]);
});

test('it does not wait for ever: then the old run answers', async () => {
  const { get, clock, patience } = await setUpSwitch();
  clock.nowMs += 30_000;
  const waiting = get();
  await settle();
  patience[0]?.();
  expect(await waiting).toBe(1);
});

test('a load that fails because the process was frozen raises no alarm, and the next request waits for another', async () => {
  const { served, get, clock, loads, errors } = await setUpSwitch();
  clock.nowMs += 30_000;
  loads[1]?.fail(new Error('socket hang up'));
  await settle();
  expect([errors(), served.failure]).toEqual([[], undefined]);
  const waiting = get();
  await settle();
  loads[2]?.end();
  expect(await waiting).toBe(2);
});

test('a load that fails while a request waits is an error, and so is one that fails at once', async () => {
  for (const lateMs of [0, 30_000]) {
    const { served, get, clock, loads, errors } = await setUpSwitch();
    clock.nowMs += lateMs;
    const waiting = get();
    await settle();
    loads[1]?.fail(new Error('a file is gone'));
    expect(await waiting).toBe(1);
    await settle();
    expect(errors()).toMatchObject([{ message: 'Cannot load the published run', served: 1 }]);
    expect(served.failure).toBe('a file is gone');
  }
});

test('a load that will never end is replaced, and changes nothing if it ends nevertheless', async () => {
  const { get, clock, loads, pointer } = await setUpSwitch();
  clock.nowMs += 61_000;
  pointer.run = 3;
  const waiting = get();
  await settle();
  loads[2]?.end();
  expect(await waiting).toBe(3);
  loads[1]?.end();
  await settle();
  expect(await get()).toBe(3);
});

test('what was wrong is forgotten when the published run is the loaded one again', async () => {
  const { served, get, clock, loads, pointer } = await setUpSwitch();
  loads[1]?.fail(new Error('a file is gone'));
  await settle();
  expect(served.failure).toBe('a file is gone');
  pointer.run = 1;
  clock.nowMs += 10_000;
  await get();
  await settle();
  expect(served.failure).toBeUndefined();
});
