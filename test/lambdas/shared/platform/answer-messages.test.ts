import { expect, test } from 'vitest';
import * as z from 'zod';
import { answerMessages } from '../../../../lambdas/shared/platform/answer-messages.ts';
import { recordingLog } from '../../log.ts';

test('the error of a request that is not valid names the field, and none of its values', async () => {
  const log = recordingLog();
  const answer = answerMessages(
    { forget: { users: ['ann', 'x'.repeat(257)] } },
    {
      log,
      failure: 'Cannot forget',
      request: z.strictObject({ forget: z.object({ users: z.array(z.string().max(256)) }) }),
      answer: async () => 'done',
      work: async () => 'done',
    },
  );
  await expect(answer).rejects.toThrow('Cannot answer the request forget: forget: users: 1: Too big');
  const logged = log.lines.map(({ error }) => String(error)).join('\n');
  expect(logged).toContain('Cannot answer the request forget');
  expect(logged).not.toMatch(/\bann\b|xxx/);
});
