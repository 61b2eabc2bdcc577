import { expect, test } from 'vitest';
import { publish } from '../../../lambdas/publish/publish.ts';
import { rollback } from '../../../lambdas/publish/rollback.ts';
import { CURRENT_KEY, INDEX_KEY, manifestKey } from '../../../lambdas/shared/contract/keys.ts';
import { Current } from '../../../lambdas/shared/contract/schemas.ts';
import { type MemoryLake, memoryLake } from '../../lake.ts';
import { recordingLog } from '../log.ts';
import { storeRun } from '../samples.ts';

const parts = (lake: MemoryLake) => ({ lake, log: recordingLog() });
/** Rolls back, and returns the message, which begins with "Cannot" if and only if nothing was done. */
const roll = async (lake: MemoryLake, to: number | undefined): Promise<string> => {
  const { done, message } = await rollback(parts(lake), to);
  expect(done).toBe(!message.startsWith('Cannot'));
  return message;
};
const currentOf = (lake: MemoryLake): Current => Current.parse(JSON.parse(lake.text(CURRENT_KEY)));

/** A lake whose runs are all promoted, one after the other. */
async function served(...runs: readonly number[]): Promise<MemoryLake> {
  const lake = memoryLake();
  for (const run of runs) {
    await storeRun(lake, run);
    await publish(parts(lake), false);
  }
  return lake;
}

test('the previous run is served again, byte for byte; a second rollback serves the one before it', async () => {
  const lake = await served(1, 2, 3);
  const runs = lake.keys('runs/').map((key) => [key, lake.text(key)]);
  expect(await roll(lake, undefined)).toBe('Run 2 is served again, instead of run 3');
  expect(currentOf(lake)).toEqual({ publication: 3, run: 2, previous: 3, decidedThrough: 3 });
  expect(lake.text(INDEX_KEY)).toContain('Run <a href="00000002/index.html">2</a> is served');
  expect(lake.keys('runs/').map((key) => [key, lake.text(key)])).toEqual(runs);
  expect(await roll(lake, undefined)).toBe('Run 1 is served again, instead of run 2');
  expect(await roll(lake, undefined)).toBe('Cannot roll back: no run was served before');
  expect(await roll(lake, 3)).toBe('Run 3 is served again, instead of run 1');
});

test('a given run is served again; no sweep undoes it, and the next run is promoted as usual', async () => {
  const lake = await served(1, 2, 3);
  expect(await roll(lake, 1)).toBe('Run 1 is served again, instead of run 3');
  await publish(parts(lake), true);
  expect(currentOf(lake)).toMatchObject({ run: 1, decidedThrough: 3 });
  await storeRun(lake, 4);
  await publish(parts(lake), false);
  expect(currentOf(lake)).toEqual({ publication: 4, run: 4, previous: 1, decidedThrough: 4 });
});

test('a run that cannot be served is refused with the reason, and current.json does not change', async () => {
  expect(await roll(memoryLake(), undefined)).toBe('Cannot roll back: no run is served yet');
  const lake = await served(1);
  const before = lake.text(CURRENT_KEY);
  expect(await roll(lake, undefined)).toBe('Cannot roll back: no run was served before');
  expect(await roll(lake, 1)).toBe('Cannot roll back: run 1 is served already');
  expect(await roll(lake, 7)).toBe('Cannot roll back to run 7: it is not decided yet');
  expect(lake.text(CURRENT_KEY)).toBe(before);
});

test('a run whose manifest or files are missing or damaged is refused with the reason', async () => {
  const lake = await served(1, 2, 3);
  const before = lake.text(CURRENT_KEY);
  const [file = ''] = lake.keys('runs/00000002/');
  lake.objects.delete(file);
  expect(await roll(lake, 2)).toBe(
    `Cannot roll back to run 2: its files are incomplete: there is no ${file}`,
  );
  lake.objects.set(manifestKey(1), { bytes: Buffer.from('{}'), storedAtMs: 0 });
  expect(await roll(lake, 1)).toMatch(/^Cannot roll back to run 1: Cannot read manifests/);
  lake.objects.delete(manifestKey(1));
  expect(await roll(lake, 1)).toBe('Cannot roll back to run 1: there is no manifests/00000001.json');
  expect(lake.text(CURRENT_KEY)).toBe(before);
});

test('of a concurrent rollback and promotion one wins, and current.json is complete', async () => {
  const lake = await served(1, 2);
  await storeRun(lake, 3);
  const [answer] = await Promise.all([roll(lake, 1), publish(parts(lake), false)]);
  await publish(parts(lake), true);
  const { run, decidedThrough } = currentOf(lake);
  expect(decidedThrough).toBe(3);
  expect(answer.startsWith('Run 1') || answer.startsWith('Cannot roll back: current.json changed')).toBe(
    true,
  );
  expect([1, 3]).toContain(run);
});
