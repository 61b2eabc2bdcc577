import { expect, test } from 'vitest';
import { MAX_TRIES, publish } from '../../../lambdas/publish/publish.ts';
import {
  CURRENT_KEY,
  INDEX_KEY,
  manifestKey,
  publicationKey,
} from '../../../lambdas/shared/contract/keys.ts';
import { Current, Manifest, Publication } from '../../../lambdas/shared/contract/schemas.ts';
import { toJson } from '../../../lambdas/shared/platform/lake.ts';
import { type MemoryLake, memoryLake } from '../../lake.ts';
import { recordingLog } from '../log.ts';
import { sampleRun, storeRun } from '../samples.ts';

const JSON_TYPE = 'application/json';
const event = (lake: MemoryLake, log = recordingLog()) => publish({ lake, log }, false);
const sweep = (lake: MemoryLake, log = recordingLog()) => publish({ lake, log }, true);
const currentOf = (lake: MemoryLake): Current => Current.parse(JSON.parse(lake.text(CURRENT_KEY)));
const publicationOf = (lake: MemoryLake, number: number): Publication =>
  Publication.parse(JSON.parse(lake.text(publicationKey(number))));

/** Rolls back as a person would; `decidedThrough` does not change. */
async function rollBack(lake: MemoryLake, to: Pick<Current, 'run' | 'previous'>): Promise<void> {
  const { etag } = (await lake.read(CURRENT_KEY)) ?? {};
  await lake.replace(CURRENT_KEY, toJson({ ...currentOf(lake), ...to }), JSON_TYPE, etag);
}

/** Every object with its text. */
const everything = (lake: MemoryLake) => lake.keys().map((key) => [key, lake.text(key)]);

/** The publications, without the counted failures. */
const publications = (lake: MemoryLake): string[] =>
  lake.keys('publications/').filter((key) => !key.includes('tries'));

test('a finished run is decided with its numbers; then current.json and the index page are updated', async () => {
  const lake = memoryLake();
  await storeRun(lake, 1);
  await event(lake);
  expect(currentOf(lake)).toEqual({ publication: 1, run: 1, previous: null, decidedThrough: 1 });
  expect(publicationOf(lake, 1)).toMatchObject({
    run: 1,
    decision: 'promoted',
    reason: 'not measured: no user bought both before and in the holdout',
    numbers: { interactions: 12, users: 3, products: 4, quality: { any: { model: { value: 0.5 } } } },
  });
  expect(lake.text(INDEX_KEY)).toContain('<img src="00000001/recommendation-graph.svg"');
});

test('invariant 7: each run is decided once and in order, for any order and number of messages', async () => {
  const lake = memoryLake();
  await storeRun(lake, 2);
  await storeRun(lake, 1);
  await event(lake);
  await event(lake);
  await storeRun(lake, 3);
  await Promise.all([event(lake), sweep(lake), event(lake), event(lake)]);
  expect(publications(lake).map((_, index) => publicationOf(lake, index + 1).run)).toEqual([1, 2, 3]);
  expect(currentOf(lake)).toEqual({ publication: 3, run: 3, previous: 2, decidedThrough: 3 });
});

test('twenty concurrent calls decide each run once, and current.json names the newest', async () => {
  const lake = memoryLake();
  for (const run of [1, 2, 3]) await storeRun(lake, run);
  await Promise.all(Array.from({ length: 20 }, () => event(lake)));
  expect(publications(lake)).toHaveLength(3);
  expect(currentOf(lake)).toMatchObject({ run: 3, decidedThrough: 3 });
  expect(lake.text(INDEX_KEY)).toContain('Run <a href="00000003/index.html">3</a> is served');
});

test('the event of a manifest that was replaced because a user was forgotten changes nothing', async () => {
  const lake = memoryLake();
  for (const run of [1, 2]) await storeRun(lake, run);
  await event(lake);
  for (const run of [1, 2]) {
    const key = manifestKey(run);
    const manifest = Manifest.parse(JSON.parse(lake.text(key)));
    const [file, ...files] = manifest.files;
    if (!file) throw new Error('The sample has no files');
    const after = { sizeBytes: 1, rows: 0, sha256: '0'.repeat(64) };
    const { sizeBytes, rows, sha256 } = file;
    const erased = [{ erasure: 1, name: file.name, before: { sizeBytes, rows, sha256 }, after }];
    lake.objects.set(key, {
      bytes: Buffer.from(toJson({ ...manifest, files: [{ ...file, ...after }, ...files], erased })),
      storedAtMs: lake.nowMs + 1,
    });
  }
  const before = everything(lake);
  await event(lake);
  await sweep(lake);
  expect(everything(lake)).toEqual(before);
});

test('a decision that was written before a crash is carried out, not made again', async () => {
  const lake = memoryLake();
  await storeRun(lake, 1);
  lake.fault = (operation) => {
    if (operation === 'replace') throw new Error('the bucket is unreachable');
  };
  await expect(event(lake)).rejects.toThrow('the bucket is unreachable');
  expect(lake.keys(CURRENT_KEY)).toEqual([]);
  lake.fault = () => undefined;
  await sweep(lake);
  expect(publications(lake)).toHaveLength(1);
  expect(currentOf(lake)).toMatchObject({ publication: 1, run: 1 });
});

test('a rollback is not undone by a sweep; the next run is served again', async () => {
  const lake = memoryLake();
  for (const run of [1, 2]) await storeRun(lake, run);
  await event(lake);
  await rollBack(lake, { run: 1, previous: 2 });
  await sweep(lake);
  expect(currentOf(lake)).toMatchObject({ run: 1, decidedThrough: 2 });
  expect(lake.text(INDEX_KEY)).toContain('Run <a href="00000001/index.html">1</a> is served');
  await storeRun(lake, 3);
  await event(lake);
  expect(currentOf(lake)).toMatchObject({ run: 3, previous: 1, decidedThrough: 3 });
});

test('a rollback between a refusal and the update of current.json is kept', async () => {
  const lake = memoryLake();
  for (const run of [1, 2]) await storeRun(lake, run);
  await event(lake);
  await lake.create(manifestKey(3), '{"run": 3}', JSON_TYPE);
  for (let tries = 0; tries < MAX_TRIES; tries++) await expect(sweep(lake)).rejects.toThrow(manifestKey(3));
  lake.fault = (operation) => {
    if (operation === 'replace') throw new Error('the bucket is unreachable');
  };
  await expect(sweep(lake)).rejects.toThrow('the bucket is unreachable');
  expect(publicationOf(lake, 3)).toMatchObject({ run: 3, decision: 'refused', served: 2 });
  lake.fault = () => undefined;
  await rollBack(lake, { run: 1, previous: 2 });
  await sweep(lake);
  expect(currentOf(lake)).toEqual({ publication: 3, run: 1, previous: 2, decidedThrough: 3 });
});

test('after a rollback during a promotion the promoted run is served, and the rolled back run is the previous one', async () => {
  const lake = memoryLake();
  for (const run of [1, 2]) await storeRun(lake, run);
  await event(lake);
  await storeRun(lake, 3);
  let isRolledBack = false;
  const { replace } = lake;
  lake.replace = async (key, ...rest) => {
    if (key === CURRENT_KEY && !isRolledBack) {
      isRolledBack = true;
      await rollBack(lake, { run: 1, previous: 2 });
    }
    return replace(key, ...rest);
  };
  await event(lake);
  expect(currentOf(lake)).toEqual({ publication: 3, run: 3, previous: 1, decidedThrough: 3 });
});

test('a window that failed leaves a gap; the run after it is decided', async () => {
  const lake = memoryLake();
  await storeRun(lake, 1);
  await storeRun(lake, 3);
  await event(lake);
  expect(currentOf(lake)).toMatchObject({ publication: 2, run: 3, previous: 1, decidedThrough: 3 });
});

test('invariant 5: a run whose manifest cannot be read is refused after enough sweeps, with an alarm, and the next run is decided', async () => {
  const lake = memoryLake();
  const log = recordingLog();
  await storeRun(lake, 1);
  await event(lake, log);
  await lake.create(manifestKey(2), '{"run": 2}', JSON_TYPE);
  await storeRun(lake, 3);
  for (let tries = 0; tries < MAX_TRIES; tries++)
    await expect(sweep(lake, log)).rejects.toThrow(manifestKey(2));
  expect(currentOf(lake).decidedThrough).toBe(1);
  await sweep(lake, log);
  expect(publicationOf(lake, 2)).toMatchObject({ run: 2, decision: 'refused', served: 1, numbers: null });
  expect(currentOf(lake)).toMatchObject({ publication: 3, run: 3, previous: 1, decidedThrough: 3 });
  expect(log.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
});

test('a repeated or late message writes nothing', async () => {
  const lake = memoryLake();
  for (const run of [1, 2]) await storeRun(lake, run);
  await event(lake);
  const before = everything(lake);
  lake.fault = (operation, key) => {
    if (operation === 'create' || operation === 'replace') throw new Error(`${key} is written again`);
  };
  await event(lake);
  await sweep(lake);
  expect(everything(lake)).toEqual(before);
});

test('the retry of a window is not published if a later run is decided already', async () => {
  const lake = memoryLake();
  await storeRun(lake, 2);
  await event(lake);
  await storeRun(lake, 1);
  await event(lake);
  await sweep(lake);
  expect(publications(lake)).toHaveLength(1);
  expect(currentOf(lake)).toMatchObject({ run: 2, decidedThrough: 2 });
});

test('the next call updates an index page that is outdated after a crash', async () => {
  const lake = memoryLake();
  await storeRun(lake, 1);
  await event(lake);
  await storeRun(lake, 2);
  lake.fault = (operation, key) => {
    if (operation === 'replace' && key === INDEX_KEY) throw new Error('the bucket is unreachable');
  };
  await expect(event(lake)).rejects.toThrow('the bucket is unreachable');
  expect(currentOf(lake)).toMatchObject({ run: 2 });
  expect(lake.text(INDEX_KEY)).toContain('Run <a href="00000001/index.html">1</a> is served');
  lake.fault = () => undefined;
  await event(lake);
  expect(lake.text(INDEX_KEY)).toContain('Run <a href="00000002/index.html">2</a> is served');
});

test('if the first run is refused none is served; the next run with a readable manifest is', async () => {
  const lake = memoryLake();
  await lake.create(manifestKey(1), '<script>', JSON_TYPE);
  for (let tries = 0; tries < MAX_TRIES; tries++) await expect(sweep(lake)).rejects.toThrow(manifestKey(1));
  await sweep(lake);
  expect(currentOf(lake)).toEqual({ publication: 1, run: null, previous: null, decidedThrough: 1 });
  expect(lake.text(INDEX_KEY)).toContain('No run is served yet');
  await storeRun(lake, 2);
  await event(lake);
  expect(currentOf(lake)).toEqual({ publication: 2, run: 2, previous: null, decidedThrough: 2 });
  expect(publicationOf(lake, 2).reason).toMatch(/^not measured/);
});

test('a refusal changes neither the served run nor the previous one', async () => {
  const lake = memoryLake();
  for (const run of [1, 2]) await storeRun(lake, run);
  await event(lake);
  await lake.create(manifestKey(3), 'not JSON', JSON_TYPE);
  for (let tries = 0; tries < MAX_TRIES; tries++) await expect(sweep(lake)).rejects.toThrow(manifestKey(3));
  await sweep(lake);
  expect(currentOf(lake)).toEqual({ publication: 3, run: 2, previous: 1, decidedThrough: 3 });
});

test('a manifest of another run is refused like one that cannot be read', async () => {
  const lake = memoryLake();
  await lake.create(manifestKey(7), toJson(sampleRun(8).manifest), JSON_TYPE);
  for (let tries = 0; tries < MAX_TRIES; tries++)
    await expect(sweep(lake)).rejects.toThrow('it is the manifest of run 8');
  await sweep(lake);
  expect(publicationOf(lake, 1)).toMatchObject({ run: 7, decision: 'refused' });
});

test('an unreachable bucket does not count as a failure to read; the run is published when the bucket is back', async () => {
  const lake = memoryLake();
  await storeRun(lake, 1);
  lake.fault = (operation, key) => {
    if (operation === 'read' && key === manifestKey(1)) throw new Error('the bucket is unreachable');
  };
  for (let tries = 0; tries < MAX_TRIES + 3; tries++)
    await expect(sweep(lake)).rejects.toThrow('the bucket is unreachable');
  expect(lake.keys('publications/')).toEqual([]);
  lake.fault = () => undefined;
  await sweep(lake);
  expect(currentOf(lake)).toMatchObject({ run: 1 });
});

test('of concurrent sweeps that refuse a run, one decides', async () => {
  const lake = memoryLake();
  await lake.create(manifestKey(1), 'not JSON', JSON_TYPE);
  for (let tries = 0; tries < MAX_TRIES; tries++) await expect(sweep(lake)).rejects.toThrow(manifestKey(1));
  await storeRun(lake, 2);
  await Promise.all(Array.from({ length: 10 }, () => sweep(lake)));
  expect(publications(lake)).toEqual([publicationKey(1), publicationKey(2)]);
  expect(currentOf(lake)).toMatchObject({ publication: 2, run: 2, previous: null, decidedThrough: 2 });
});

test('events alone never refuse a run, because the bucket may be unreachable for an hour', async () => {
  const lake = memoryLake();
  await lake.create(manifestKey(1), 'not JSON', JSON_TYPE);
  for (let tries = 0; tries < MAX_TRIES + 3; tries++)
    await expect(event(lake)).rejects.toThrow(manifestKey(1));
  expect(publications(lake)).toEqual([]);
});

test('without a run nothing is decided and no page is written', async () => {
  const lake = memoryLake();
  await sweep(lake);
  expect(lake.keys()).toEqual([]);
});

test('a run is decided although the manifest of the served run cannot be read; what it adds is then not known', async () => {
  const lake = memoryLake();
  const log = recordingLog();
  await storeRun(lake, 1);
  await event(lake);
  await lake.replace(manifestKey(1), '{', JSON_TYPE, (await lake.read(manifestKey(1)))?.etag);
  await storeRun(lake, 2);
  await event(lake, log);
  expect(publicationOf(lake, 2)).toMatchObject({ decision: 'promoted', numbers: { added: null } });
  expect(log.lines).toContainEqual(
    expect.objectContaining({
      level: 'warn',
      message: expect.stringContaining('manifest of the served run'),
    }),
  );
});
