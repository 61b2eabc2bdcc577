import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { awsClient } from '../../local/emulator.ts';
import { readStack } from '../../local/target.ts';

/** CloudFormation, as far as DescribeStacks; it knows one stack. */
let server: Server;
let outputs: Record<string, string>;
let status: string;

const OUTPUTS = {
  LakeBucket: 'shop-lake',
  accumulateFunction: 'shop-accumulate',
  thresholdFunction: 'shop-threshold',
  trainFunction: 'shop-train',
  renderFunction: 'shop-render',
  publishFunction: 'shop-publish',
  Topic: 'sales',
};

const member = ([name, value]: readonly [string, string]): string =>
  `<member><OutputKey>${name}</OutputKey><OutputValue>${value}</OutputValue></member>`;

beforeEach(async () => {
  outputs = OUTPUTS;
  status = 'CREATE_COMPLETE';
  server = createServer(async (request, response) => {
    const form = new URLSearchParams(await text(request));
    if (form.get('StackName') !== 'Shop')
      return response
        .writeHead(400)
        .end(
          `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id ${form.get('StackName')} does not exist</Message></Error></ErrorResponse>`,
        );
    const stack = `<member><StackName>Shop</StackName><CreationTime>2026-11-24T00:00:00Z</CreationTime><StackStatus>${status}</StackStatus><Outputs>${Object.entries(outputs).map(member).join('')}</Outputs></member>`;
    return response.end(
      `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks>${stack}</Stacks></DescribeStacksResult></DescribeStacksResponse>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const read = (stack: string) =>
  readStack(stack, awsClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));

test('a stack tells where its bucket and its functions are', async () => {
  const target = await read('Shop');
  expect(target).toMatchObject({
    stack: 'Shop',
    isLocal: false,
    bucket: 'shop-lake',
    functions: { accumulate: 'shop-accumulate', threshold: 'shop-threshold', train: 'shop-train' },
  });
  expect(target.output('Topic')).toBe('sales');
});

test('an output that the stack does not have is an error that names those it has', async () => {
  const target = await read('Shop');
  expect(() => target.output('ProduceFunction')).toThrow(
    'Cannot use stack Shop (CREATE_COMPLETE): it has no output ProduceFunction, but LakeBucket, accumulateFunction,',
  );
});

test('a stack that is not there yet says so', async () => {
  outputs = {};
  status = 'CREATE_IN_PROGRESS';
  await expect(read('Shop')).rejects.toThrow(
    'Cannot use stack Shop (CREATE_IN_PROGRESS): it has no output accumulateFunction, but none',
  );
});

test('an unknown stack is an error that says where region and account come from', async () => {
  await expect(read('Shp')).rejects.toThrow(
    /^Cannot find stack Shp: Stack with id Shp does not exist\. Region and account are those of AWS_REGION/,
  );
});
