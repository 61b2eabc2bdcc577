import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { requestErasure } from '../../../lambdas/erasures/request.ts';
import { workOnErasures } from '../../../lambdas/forget/worker.ts';
import { rejectedKey } from '../../../lambdas/shared/contract/keys.ts';
import { range, sampleBucket, workerParts } from './sample-bucket.ts';

test('no log line quotes an object that cannot be read', async () => {
  const bucket = sampleBucket();
  bucket.put(rejectedKey(range(80)), 'leaving-7');
  const parts = workerParts(bucket);
  await requestErasure(['leaving-7'], 'a test', parts);
  await workOnErasures(false, parts);
  const lines = inspect(parts.log, { depth: 9, maxArrayLength: null });
  expect(new Set(lines.match(/Cannot (?:remove|search)/g)).size).toBe(2);
  expect(lines).not.toContain('leaving');
});
