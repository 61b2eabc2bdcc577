import type { Context } from 'aws-lambda';
import { expect, test, vi } from 'vitest';
import { INDEX_KEY, manifestKey } from '../../../lambdas/shared/contract/keys.ts';
import { ENV } from '../../../lambdas/shared/platform/env.ts';
import { memoryLake } from '../../lake.ts';
import { storeRun } from '../samples.ts';

/** The Lambda of a stack with keyed ids. */
const lake = memoryLake();
vi.mock(import('../../../lambdas/shared/platform/lake.ts'), async (original) => ({
  ...(await original()),
  s3Lake: () => lake,
}));
vi.stubEnv(ENV.lakeBucket, 'lake');
vi.stubEnv(ENV.explorer, '{"stackName":"Lamps"}');
const { handler } = await import('../../../lambdas/publish/handler.ts');

const call = async (event: unknown): Promise<unknown> => {
  const output = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    return await handler(event, { awsRequestId: 'r1' } as Context);
  } finally {
    output.mockRestore();
  }
};

test('the index page has the settings of the explorer, after a decision and after a rollback', async () => {
  for (const run of [1, 2]) await storeRun(lake, run);
  const body = JSON.stringify({
    'detail-type': 'Object Created',
    detail: { object: { key: manifestKey(2) } },
  });
  await call({ Records: [{ messageId: 'm', eventSource: 'aws:sqs', body }] });
  expect(lake.text(INDEX_KEY)).toContain('id="explorer-settings">{"stackName":"Lamps"}</script>');
  await call({ rollback: true });
  expect(lake.text(INDEX_KEY)).toContain('<title>Cartograph: run 1</title>');
  expect(lake.text(INDEX_KEY)).toContain('id="explorer-settings">{"stackName":"Lamps"}</script>');
});
