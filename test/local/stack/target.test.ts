import { afterEach, expect, test } from 'vitest';
import { awsClient } from '../../../local/stack/emulator.ts';
import { readStack } from '../../../local/stack/target.ts';
import { type FakeStack, type FakeStackOptions, OUTPUTS, startFakeStack } from './fake-stack.ts';

let aws: FakeStack;
afterEach(() => aws.stop());

async function read(stack: string, options: Partial<FakeStackOptions> = {}) {
  aws = await startFakeStack({ name: 'Shop', outputs: OUTPUTS, ...options });
  return readStack(stack, awsClient(aws.endpoint));
}

test("a stack's outputs name its bucket and its functions", async () => {
  const target = await read('Shop');
  expect(target).toMatchObject({
    stack: 'Shop',
    isLocal: false,
    bucket: 'shop-lake',
    functions: { accumulate: 'shop-accumulate', threshold: 'shop-threshold', train: 'shop-train' },
  });
  expect(target.output('Topic')).toBe('sales');
  expect(target.personSecret).toBeUndefined();
});

test('a stack with a secret of personal ids names it', async () => {
  const PersonSecret = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:shop-a1b2c3';
  const target = await read('Shop', { outputs: { ...OUTPUTS, PersonSecret } });
  expect(target.personSecret).toBe(PersonSecret);
});

test('a missing output is an error that lists the outputs that the stack has', async () => {
  const { ProduceFunction: _, ...outputs } = OUTPUTS;
  const target = await read('Shop', { outputs });
  expect(() => target.output('ProduceFunction')).toThrow(
    'Cannot use stack Shop (CREATE_COMPLETE): it has no output ProduceFunction; its outputs are: LakeBucket, accumulateFunction,',
  );
});

test('the error for a stack that is still being created contains its status', async () => {
  await expect(read('Shop', { outputs: {}, status: 'CREATE_IN_PROGRESS' })).rejects.toThrow(
    'Cannot use stack Shop (CREATE_IN_PROGRESS): it has no output accumulateFunction; its outputs are: none',
  );
});

test('the error for an unknown stack says where region and account come from', async () => {
  await expect(read('Shp')).rejects.toThrow(
    /^Cannot find stack Shp: Stack with id Shp does not exist\. AWS_REGION and AWS_PROFILE set the region and the account/,
  );
});
