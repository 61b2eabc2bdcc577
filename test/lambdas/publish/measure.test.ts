import { expect, test } from 'vitest';
import { measureServed } from '../../../lambdas/publish/measure.ts';
import { publish } from '../../../lambdas/publish/publish.ts';
import { Manifest } from '../../../lambdas/shared/contract/schemas.ts';
import { memoryLake } from '../../lake.ts';
import { recordingLog } from '../log.ts';
import { storeRun } from '../samples.ts';

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
