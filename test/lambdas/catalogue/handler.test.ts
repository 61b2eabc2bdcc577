import type { Context } from 'aws-lambda';
import { expect, test, vi } from 'vitest';
import { ENV } from '../../../lambdas/shared/platform/env.ts';
import { memoryLake } from '../../lake.ts';
import { httpEvent } from '../shared/http/events.ts';

const lake = memoryLake();
const buckets: string[] = [];
vi.mock(import('../../../lambdas/shared/platform/lake.ts'), async (original) => ({
  ...(await original()),
  s3Lake: (bucket) => {
    buckets.push(bucket);
    return lake;
  },
}));
for (const [name, value] of Object.entries({
  [ENV.lakeBucket]: 'lake-1',
  [ENV.auth]: 'iam',
  AWS_LAMBDA_FUNCTION_NAME: 'catalogue-1',
}))
  vi.stubEnv(name, value);
const { handler } = await import('../../../lambdas/catalogue/handler.ts');

const lines: string[] = [];
async function call(event: unknown) {
  const output = vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  try {
    return await handler(event, { awsRequestId: 'r1', functionName: 'catalogue-1' } as Context);
  } finally {
    output.mockRestore();
  }
}
const put = (authorizer?: unknown) =>
  call(httpEvent({ method: 'PUT', url: '/v1/products/lamp', body: '{"name":"Lamp"}', authorizer }));

test('a request that is not signed stores nothing', async () => {
  expect(await put()).toMatchObject({ statusCode: 401 });
  expect(lake.keys()).toEqual([]);
});

test('a signed request stores its product in the bucket of the environment, and measures it', async () => {
  expect(await put({ iam: { accountId: '111122223333' } })).toMatchObject({ statusCode: 200 });
  expect(buckets).toEqual(['lake-1']);
  expect(lake.keys()).toHaveLength(1);
  const measured = lines.map((line) => JSON.parse(line)).find((line) => line._aws);
  expect(measured).toMatchObject({ FunctionName: 'catalogue-1', stage: 'catalogue', ProductsStored: 1 });
});

test('a direct request, as npm run catalogue sends it, is answered product by product', async () => {
  expect(await call({ products: [{ productId: 'vase' }, { price: 3 }] })).toMatchObject({
    accepted: 1,
    refused: 1,
    products: [{ accepted: true, productId: 'vase' }, { accepted: false }],
  });
  expect(lake.keys()).toHaveLength(2);
});

test('a request of HTTP is never taken for a direct one, and any other event fails', async () => {
  const event = { ...httpEvent({ method: 'GET', url: '/v1/popular' }), products: [{ productId: 'mug' }] };
  expect(await call(event)).toMatchObject({ statusCode: 404 });
  await expect(call({ products: [], force: true })).rejects.toThrow(/Cannot read the event/);
  expect(lake.keys()).toHaveLength(2);
});
