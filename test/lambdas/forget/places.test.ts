import {
  CloudWatchLogsClient,
  DeleteLogStreamCommand,
  FilterLogEventsCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';
import { DeleteItemCommand, DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { searchLogs } from '../../../lambdas/forget/logs.ts';
import { mentionsOf } from '../../../lambdas/forget/mentions.ts';
import { searchQueue } from '../../../lambdas/forget/queues.ts';
import { dynamoForgetRecent } from '../../../lambdas/forget/table.ts';
import { toItem } from '../../../lambdas/shared/platform/recent-item.ts';
import { recordingLog } from '../log.ts';

/** A client whose calls are answered by a function. */
function answering<Client extends { send: unknown }>(
  client: Client,
  answer: (command: unknown) => unknown,
): Client {
  client.send = async (command: unknown) => answer(command);
  return client;
}
const REGION = { region: 'us-east-1' };

test('dead letters that name a user are deleted; messages about objects, whose keys have numbers, never are', async () => {
  const bodies = [
    '{"retry":"leaving-7"}',
    '{"retry":"somebody"}',
    '{"detail-type":"Object Created","detail":{"object":{"key":"windows/00000001.json"}},"account":"1"}',
    '{"sweep":true}',
    'no JSON, but leaving-7',
  ];
  const messages = bodies.map((Body, index) => ({
    Body,
    MessageId: `m${index}`,
    ReceiptHandle: `r${index}`,
  }));
  const deleted: (string | undefined)[] = [];
  let received = 0;
  const client = answering(new SQSClient(REGION), (command) => {
    if (command instanceof DeleteMessageCommand) return void deleted.push(command.input.ReceiptHandle);
    if (!(command instanceof ReceiveMessageCommand)) throw new Error('Unexpected');
    // The queue shows a message twice, and is not empty after one empty answer.
    return { Messages: [messages.slice(0, 3), [], messages.slice(2)][received++] ?? [] };
  });
  const result = await searchQueue('https://sqs/1/dead', mentionsOf(['leaving-7', '1']), {
    log: recordingLog(),
    client,
  });
  expect(result).toEqual({ queue: 'dead', messages: 5, deleted: 2 });
  expect(deleted).toEqual(['r0', 'r4']);
});

test('log streams with a line that names a user are deleted as a whole, once', async () => {
  const patterns: (string | undefined)[] = [];
  const deleted: (string | undefined)[] = [];
  const client = answering(new CloudWatchLogsClient(REGION), (command) => {
    if (command instanceof DeleteLogStreamCommand) return void deleted.push(command.input.logStreamName);
    if (!(command instanceof FilterLogEventsCommand)) throw new Error('Unexpected');
    patterns.push(command.input.filterPattern);
    return {
      events: [
        { logStreamName: 'a', message: '{"body":"leaving-7"}' },
        { logStreamName: 'b', message: 'took 1 ms' },
        { logStreamName: 'a', message: 'leaving-7 again' },
      ],
    };
  });
  expect(await searchLogs('/aws/lambda/train', new Set(['leaving-7', '1']), client)).toEqual({
    group: '/aws/lambda/train',
    streamsDeleted: 1,
  });
  expect([patterns, deleted]).toEqual([['"leaving-7"', '"1"'], ['a']]);
});

test('of many users, or one that cannot be in a pattern, all lines are read once', async () => {
  const patterns: (string | undefined)[] = [];
  const client = answering(new CloudWatchLogsClient(REGION), (command) => {
    if (command instanceof FilterLogEventsCommand) patterns.push(command.input.filterPattern);
    return { events: [] };
  });
  await searchLogs('g', new Set(Array.from({ length: 21 }, (_, index) => `user-${index}`)), client);
  await searchLogs('g', new Set(['a"b']), client);
  expect(patterns).toEqual([undefined, undefined]);
});

test('a log group that does not exist yet has nothing to delete; any other fault fails', async () => {
  const fault = (error: Error) =>
    answering(new CloudWatchLogsClient(REGION), () => {
      throw error;
    });
  const missing = new ResourceNotFoundException({ message: 'no group', $metadata: {} });
  expect(await searchLogs('g', new Set(['leaving-7']), fault(missing))).toMatchObject({ streamsDeleted: 0 });
  await expect(searchLogs('g', new Set(['leaving-7']), fault(new Error('denied')))).rejects.toThrow('denied');
});

test('recent sales until the moment are deleted, on all pages; later ones and those of others stay', async () => {
  const item = (user: string, offset: number, kafkaMs: number) =>
    toItem(
      {
        ...{ user, product: '1', quantity: 1, atMs: 5000, type: 'purchase' },
        address: { source: '0a1b2c3d', topic: 'sales', partition: 0, offset, kafkaMs },
      },
      30,
    );
  // One without a timestamp is sorted by when it happened, and goes too.
  const pages = [
    [item('1', 0, 900), item('1', 1, -1)],
    [item('1', 2, 1000), item('1', 3, 1001)],
  ];
  const deleted: unknown[] = [];
  const client = answering(new DynamoDBClient(REGION), (command) => {
    if (command instanceof DeleteItemCommand) return void deleted.push(command.input.Key);
    if (!(command instanceof QueryCommand)) throw new Error('Unexpected');
    if (command.input.ExpressionAttributeValues?.[':user']?.S !== '1') return { Items: [] };
    return command.input.ExclusiveStartKey
      ? { Items: pages[1] }
      : { Items: pages[0], LastEvaluatedKey: { user: { S: '1' } } };
  });
  const removed = await dynamoForgetRecent('recent', client).remove([
    { erasure: 1, untilMs: 1000, users: new Set(['1', 'ghost']) },
  ]);
  expect(removed).toBe(3);
  expect(deleted).toEqual(
    [...(pages[0] ?? []), pages[1]?.[0]].map((kept) => ({ user: kept?.user, address: kept?.address })),
  );
});
