import { expect, test } from 'vitest';
import { appendProducts } from '../../../../lambdas/catalogue/write.ts';
import { CatalogueUnavailable, createCatalogueReader } from '../../../../lambdas/serve/catalogue/reader.ts';
import { catalogueKey } from '../../../../lambdas/shared/contract/keys.ts';
import { memoryLake } from '../../../lake.ts';
import { recordingLog } from '../../log.ts';

/** A reader of a lake with the product `lamp`, a clock, and counts of what is read from the lake. */
async function open({ wait = () => new Promise<never>(() => undefined) } = {}) {
  const lake = memoryLake();
  const log = recordingLog();
  const clock = { seconds: 0 };
  const done = { list: 0, read: 0 };
  const append = (productId: string, name = productId) =>
    appendProducts([{ productId, name }], { lake, log: recordingLog() });
  await append('lamp');
  lake.fault = (operation) => {
    if (operation === 'list' || operation === 'read') done[operation] += 1;
  };
  const reader = createCatalogueReader({
    lake,
    log,
    nowMs: () => clock.seconds * 1000,
    maxAgeSeconds: 60,
    wait,
  });
  const breakLake = () => {
    lake.fault = () => {
      throw new Error('the bucket is away');
    };
  };
  return { lake, log, clock, done, append, reader, breakLake };
}

test('an empty catalogue is a catalogue without products', async () => {
  const lake = memoryLake();
  const reader = createCatalogueReader({ lake, log: recordingLog(), nowMs: () => 0, maxAgeSeconds: 60 });
  expect(reader.latest).toBeUndefined();
  expect(await reader.current()).toMatchObject({ through: 0 });
});

test('a copy is used for five seconds; then one listing finds that there is nothing new', async () => {
  const { clock, done, reader } = await open();
  const first = await reader.current();
  expect(first.get('lamp')?.name).toBe('lamp');
  const after = { ...done };
  clock.seconds = 4.9;
  expect(await reader.current()).toBe(first);
  expect(done).toEqual(after);
  clock.seconds = 10;
  expect(await reader.current()).toBe(first);
  expect(done).toEqual({ ...after, list: after.list + 1 });
});

test('a new batch is seen at the latest after ten seconds, and only it is read', async () => {
  const { clock, done, reader, append, lake } = await open();
  const first = await reader.current();
  await append('vase');
  await append('lamp', 'Blue lamp');
  const reads = done.read;
  clock.seconds = 5;
  expect(await reader.current(), 'the refresh has only begun').toBe(first);
  clock.seconds = 10;
  const second = await reader.current();
  expect([second.through, second.get('lamp')?.name, second.get('vase')?.name]).toEqual([
    3,
    'Blue lamp',
    'vase',
  ]);
  expect(done.read - reads).toBe(2);
  expect([first.through, first.get('lamp')?.name, first.get('vase')]).toEqual([1, 'lamp', undefined]);
  expect(reader.latest).toBe(second);
  expect(lake.keys('catalogue/')).toHaveLength(3);
});

test('a hundred requests at once share one refresh', async () => {
  const { done, reader } = await open();
  const catalogues = await Promise.all(Array.from({ length: 100 }, () => reader.current()));
  expect(new Set(catalogues).size).toBe(1);
  expect(done.read).toBe(1);
});

test('more than a hundred new batches are read as a whole, from the compacted objects', async () => {
  const { clock, reader, append, done } = await open();
  await reader.current();
  for (let number = 2; number <= 150; number++) await append(`p${number % 7}`, `${number}`);
  const reads = done.read;
  clock.seconds = 10;
  const catalogue = await reader.current();
  expect([catalogue.through, catalogue.get('p0')?.name, catalogue.get('lamp')?.name]).toEqual([
    150,
    '147',
    'lamp',
  ]);
  expect(done.read - reads, 'one merged object, and 50 batches').toBe(51);
});

test('while the bucket is away, the copy is used up to its greatest age; then requests fail, and the copy remains', async () => {
  const { clock, reader, breakLake, log } = await open();
  const first = await reader.current();
  breakLake();
  clock.seconds = 59;
  expect(await reader.current()).toBe(first);
  clock.seconds = 60;
  await expect(reader.current()).rejects.toThrow(CatalogueUnavailable);
  await expect(reader.current()).rejects.toThrow(
    'Cannot read the catalogue: the newest copy is 60 s old, at most 60 s are allowed',
  );
  expect(reader.latest).toBe(first);
  expect(log.lines).toEqual([
    expect.objectContaining({ level: 'warn', message: 'The catalogue cannot be read' }),
  ]);
});

test('after a failure the bucket is not asked again for five seconds, then it is, and all is well again', async () => {
  const { clock, reader, breakLake, lake, append } = await open();
  breakLake();
  await expect(reader.current()).rejects.toThrow('Cannot read the catalogue: there is no copy yet');
  let asked = 0;
  lake.fault = () => {
    asked += 1;
  };
  clock.seconds = 4.9;
  await expect(reader.current()).rejects.toThrow(CatalogueUnavailable);
  expect(asked).toBe(0);
  clock.seconds = 5;
  expect((await reader.current()).get('lamp')).toBeDefined();
  await append('vase');
});

test('a bucket that does not answer holds a request up only as long as it may wait; what hangs is given up', async () => {
  const waited: number[] = [];
  const { clock, reader, lake } = await open({
    wait: async (...args: unknown[]) => {
      waited.push(args[0] as number);
      if (waited.length === 1) await new Promise(() => undefined);
      return undefined as never;
    },
  });
  const first = await reader.current();
  const list = lake.list;
  lake.list = () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }) });
  clock.seconds = 11;
  expect(await reader.current()).toBe(first);
  expect(waited).toEqual([10_000, 800]);
  lake.list = list;
  clock.seconds = 50;
  await expect(reader.current()).resolves.toBeDefined();
  clock.seconds = 51;
  await reader.current();
  expect(waited, 'the refresh that hung was given up, and another one begun').toHaveLength(3);
});

test('a refresh that fails because its process was frozen between requests is tried again by the next request', async () => {
  const { clock, reader, lake, append } = await open();
  await reader.current();
  await append('vase');
  const list = lake.list;
  const fails: ((error: Error) => void)[] = [];
  lake.list = () => ({
    [Symbol.asyncIterator]: () => ({ next: () => new Promise((_, reject) => fails.push(reject)) }),
  });
  clock.seconds = 6;
  await reader.current();
  lake.list = list;
  clock.seconds = 120;
  for (const fail of fails) fail(new Error('socket hang up'));
  await new Promise((resolve) => setImmediate(resolve));
  expect((await reader.current()).get('vase')).toBeDefined();
});

test('a damaged line makes the catalogue unreadable, and the log names the object, the line and the field', async () => {
  const { clock, reader, lake, log } = await open();
  const first = await reader.current();
  const bytes = Buffer.from('{"productId":"a"}\n{"productId":"lamp","price":"3"}\n');
  lake.objects.set(catalogueKey('batches', 2), { bytes, storedAtMs: 0 });
  clock.seconds = 10;
  expect(await reader.current()).toBe(first);
  expect(String(log.lines[0]?.error)).toMatch(/catalogue\/batches\/00000002.ndjson: line 2: price: /);
});
