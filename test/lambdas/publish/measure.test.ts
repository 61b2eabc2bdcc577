import { expect, test } from 'vitest';
import { measureServed } from '../../../lambdas/publish/measure.ts';
import { MAX_TRIES, publish } from '../../../lambdas/publish/publish.ts';
import { CURRENT_KEY, manifestKey } from '../../../lambdas/shared/contract/keys.ts';
import { Manifest } from '../../../lambdas/shared/contract/schemas.ts';
import { toJson } from '../../../lambdas/shared/platform/lake.ts';
import { type MemoryLake, memoryLake } from '../../lake.ts';
import { recordingLog } from '../log.ts';
import { sampleRun, storeRun } from '../samples.ts';

test('writes the quality of the served run, and its age in seconds since its newest sale', async () => {
  const lake = memoryLake();
  await storeRun(lake, 1);
  await publish({ lake, log: recordingLog() }, false);
  const { asOfMs, seconds } = Manifest.parse(JSON.parse(lake.text('manifests/00000001.json')));

  const log = recordingLog();
  await measureServed({ lake, log, nowMs: () => asOfMs + 90_000 });
  expect(log.measured).toEqual([
    {
      RunAgeSeconds: 90,
      Conflicts: 0,
      SalesAfterNow: 0,
      RunSeconds: Object.values(seconds).reduce((total, step) => total + step, 0),
      QualityModel: 0.5,
      QualityPopularity: 0.25,
    },
  ]);
});

test('writes how many sales the window added that are dated after now', async () => {
  const lake = memoryLake();
  await storeRun(lake, 1);
  await publish({ lake, log: recordingLog() }, false);
  const key = 'manifests/00000001.json';
  const manifest = Manifest.parse(JSON.parse(lake.text(key)));
  const afterNow = { interactions: 7, added: 3, newestMs: manifest.asOfMs + 1 };
  const changed = { ...manifest, inputs: { ...manifest.inputs, afterNow } };
  lake.objects.set(key, { bytes: Buffer.from(JSON.stringify(changed)), storedAtMs: 0 });

  const log = recordingLog();
  await measureServed({ lake, log, nowMs: () => 0 });
  expect(log.measured).toMatchObject([{ SalesAfterNow: 3 }]);
});

test('writes nothing before the first run', async () => {
  const log = recordingLog();
  await measureServed({ lake: memoryLake(), log, nowMs: () => 0 });
  expect(log.measured).toEqual([]);
});

test('conflicts and sales after now are those of the newest decided run, also if it was refused', async () => {
  const lake = memoryLake();
  await storeRun(lake, 1);
  const { manifest } = sampleRun(2, { isEmpty: true });
  const afterNow = { interactions: 7, added: 3, newestMs: manifest.asOfMs + 1 };
  const inputs = { ...manifest.inputs, conflicts: 2, afterNow };
  await lake.create(manifestKey(2), toJson({ ...manifest, inputs }), 'application/json');
  await publish({ lake, log: recordingLog() }, false);
  expect(JSON.parse(lake.text(CURRENT_KEY))).toMatchObject({ run: 1, decidedThrough: 2 });

  const log = recordingLog();
  await measureServed({ lake, log, nowMs: () => 0 });
  expect(log.measured).toMatchObject([{ Conflicts: 2, SalesAfterNow: 3, QualityModel: 0.5 }]);
});

test('writes nothing of the newest run if its manifest cannot be read', async () => {
  const lake = memoryLake();
  await storeRun(lake, 1);
  await publish({ lake, log: recordingLog() }, false);
  await lake.create(manifestKey(2), 'damaged', 'application/json');
  const parts = { lake, log: recordingLog() };
  for (let tries = 0; tries < MAX_TRIES; tries++)
    await expect(publish(parts, true)).rejects.toThrow('it is not JSON');
  await publish(parts, true);
  expect(JSON.parse(lake.text(CURRENT_KEY))).toMatchObject({ run: 1, decidedThrough: 2 });

  const log = recordingLog();
  await measureServed({ lake, log, nowMs: () => 0 });
  expect(log.measured).toMatchObject([{ QualityModel: 0.5 }]);
  expect(log.measured[0]).not.toHaveProperty('Conflicts');
});

/** A lake where run 1 is served and run 2 was refused because of the types of its sales. */
async function withTypes(unknown: number): Promise<MemoryLake> {
  const lake = memoryLake();
  await storeRun(lake, 1);
  const { manifest } = sampleRun(2, { isEmpty: true });
  const inputs = {
    ...manifest.inputs,
    interactions: 0,
    unweighted: 500,
    unknown: { interactions: unknown, types: 1 },
    types: [
      { type: 'impression', interactions: 500 - unknown, weight: 0 },
      { type: 'gift', interactions: unknown, weight: null },
    ],
  };
  await lake.create(manifestKey(2), toJson({ ...manifest, inputs }), 'application/json');
  await publish({ lake, log: recordingLog() }, false);
  return lake;
}

test('writes the share of sales of unknown types in the newest decided run, also if it was refused; stray events count as none', async () => {
  for (const [unknown, percent] of [
    [100, 20],
    [9, 0],
  ] as const) {
    const log = recordingLog();
    await measureServed({ lake: await withTypes(unknown), log, nowMs: () => 0 });
    expect(log.measured).toMatchObject([{ Conflicts: 0, UnknownTypePercent: percent }]);
  }
});
