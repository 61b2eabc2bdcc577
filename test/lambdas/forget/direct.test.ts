import { expect, test } from 'vitest';
import { answerDirect, DirectRequest } from '../../../lambdas/forget/direct.ts';
import { ErasureRequest, erasureRequestKey } from '../../../lambdas/shared/contract/erasure.ts';
import { readJson } from '../../../lambdas/shared/platform/lake.ts';
import { sampleBucket, workerParts } from './sample-bucket.ts';

test.each([
  [{ requestedBy: 'npm run forget' }, 'npm run forget'],
  [{}, 'a direct invocation'],
])(
  'a direct request stores who asked, and that the caller of the function stated it',
  async (stated, name) => {
    const bucket = sampleBucket();
    const request = DirectRequest.parse({ forget: { users: ['ann'], ...stated } });
    expect(await answerDirect(request, workerParts(bucket))).toEqual({
      erasure: 1,
      progress: null,
      receipt: null,
    });
    const stored = await readJson(bucket.lake, erasureRequestKey(1), ErasureRequest);
    expect(stored?.requestedBy).toBe(
      `${name} (stated by the caller of the function, Lambda request worker-1)`,
    );
  },
);
