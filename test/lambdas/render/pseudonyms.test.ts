import type { Context } from 'aws-lambda';
import { expect, test, vi } from 'vitest';
import { chartsOf, publicationKey } from '../../../lambdas/shared/contract/keys.ts';
import { ENV } from '../../../lambdas/shared/platform/env.ts';
import { memoryLake } from '../../lake.ts';
import { storePagesRun } from '../pages-samples.ts';

/** The Lambda of a stack with keyed ids. */
const lake = memoryLake();
vi.mock(import('../../../lambdas/shared/platform/lake.ts'), async (original) => ({
  ...(await original()),
  s3Lake: () => lake,
}));
vi.stubEnv(ENV.lakeBucket, 'lake');
vi.stubEnv(ENV.privacy, '{"userIds":"keyed","refusePersonal":false}');
const { handler } = await import('../../../lambdas/render/handler.ts');

test('the page and the graph of a run say that users have pseudonyms', async () => {
  await storePagesRun(lake, 1);
  const body = JSON.stringify({
    'detail-type': 'Object Created',
    detail: { object: { key: publicationKey(1) } },
  });
  const output = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  await handler({ Records: [{ messageId: 'm', eventSource: 'aws:sqs', body }] }, {
    awsRequestId: 'r1',
  } as Context);
  output.mockRestore();
  expect(lake.text(`${chartsOf(1)}index.html`)).toContain('Users are shown under pseudonyms');
  expect(lake.text(`${chartsOf(1)}recommendation-graph.vg.json`)).toContain('Users have no labels');
});
