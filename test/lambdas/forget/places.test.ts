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
import { type PlacePart, placesOf, together } from '../../../lambdas/forget/places.ts';
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
const LEAVING = [{ erasure: 1, untilMs: 1000, users: new Set(['leaving-7']) }];

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

test('log streams with a line that names a user are deleted as a whole, once, and no request has the id', async () => {
  const requests: unknown[] = [];
  const deleted: (string | undefined)[] = [];
  const client = answering(new CloudWatchLogsClient(REGION), (command) => {
    if (command instanceof DeleteLogStreamCommand) return void deleted.push(command.input.logStreamName);
    if (!(command instanceof FilterLogEventsCommand)) throw new Error('Unexpected');
    requests.push(command.input);
    return {
      events: [
        { logStreamName: 'a', message: '{"body":"leaving-7"}' },
        { logStreamName: 'b', message: 'took 1 ms' },
        { logStreamName: 'a', message: 'leaving-7 again' },
      ],
    };
  });
  expect(await searchLogs('/aws/lambda/train', mentionsOf(['leaving-7', '1']), { client })).toEqual({
    result: { group: '/aws/lambda/train', streamsDeleted: 1 },
    nextMs: undefined,
  });
  expect(deleted).toEqual(['a']);
  expect(requests).toEqual([{ logGroupName: '/aws/lambda/train' }]);
});

test('a log group is read in parts of ten pages, each from the newest line of the part before', async () => {
  // Two lines of each second, on a page each.
  const lines = Array.from({ length: 23 }, (_, index) => ({
    ...{ logStreamName: `s${index}`, timestamp: 1000 * (1 + Math.floor(index / 2)) },
    message: [0, 9, 22].includes(index) ? 'leaving-7' : 'somebody',
  }));
  const deleted: (string | undefined)[] = [];
  let reads = 0;
  const client = answering(new CloudWatchLogsClient(REGION), (command) => {
    if (command instanceof DeleteLogStreamCommand) return void deleted.push(command.input.logStreamName);
    if (!(command instanceof FilterLogEventsCommand)) throw new Error('Unexpected');
    reads++;
    const { startTime = 0, nextToken = '0' } = command.input;
    const left = lines.filter(
      ({ timestamp, logStreamName }) => timestamp >= startTime && !deleted.includes(logStreamName),
    );
    const at = Number(nextToken);
    return { events: left.slice(at, at + 1), ...(at + 1 < left.length && { nextToken: String(at + 1) }) };
  });
  const [place] = placesOf({
    ...{ recent: undefined, queues: [], logGroups: ['g'], log: recordingLog() },
    client,
  });
  const parts: unknown[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const before = reads;
    const part: PlacePart | undefined = await place?.remove(LEAVING, cursor);
    expect(reads - before).toBeLessThanOrEqual(10);
    parts.push(part);
    cursor = part?.next;
  }
  expect(deleted).toEqual(['s0', 's9', 's22']);
  expect(parts).toEqual([
    { removed: { logs: [{ group: 'g', streamsDeleted: 2 }] }, next: '5000' },
    { removed: { logs: [{ group: 'g', streamsDeleted: 0 }] }, next: '10000' },
    { removed: { logs: [{ group: 'g', streamsDeleted: 1 }] }, next: undefined },
  ]);
});

test('a log group that does not exist yet has nothing to delete; any other fault fails', async () => {
  const fault = (error: Error) =>
    answering(new CloudWatchLogsClient(REGION), () => {
      throw error;
    });
  const leaving = mentionsOf(['leaving-7']);
  const missing = new ResourceNotFoundException({ message: 'no group', $metadata: {} });
  expect(await searchLogs('g', leaving, { client: fault(missing) })).toMatchObject({
    result: { streamsDeleted: 0 },
  });
  await expect(searchLogs('g', leaving, { client: fault(new Error('denied')) })).rejects.toThrow('denied');
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
  // One without a timestamp is sorted by the time of the sale, and is deleted too.
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

test('the table is emptied in parts of 500 users, of all erasures', async () => {
  const asked: string[][] = [];
  const recent = {
    remove: async (erasures: readonly { readonly users: ReadonlySet<string> }[]) =>
      asked.push(erasures.flatMap(({ users }) => [...users])),
  };
  const [place] = placesOf({ recent, queues: [], logGroups: [], log: recordingLog() });
  const users = Array.from({ length: 800 }, (_, index) => `user-${index}`);
  const erasures = [
    { erasure: 1, untilMs: 1000, users: new Set(users.slice(0, 300)) },
    { erasure: 2, untilMs: 2000, users: new Set(users.slice(300)) },
  ];
  expect(await place?.remove(erasures, '')).toEqual({ removed: { tableItems: 1 }, next: '500' });
  expect(await place?.remove(erasures, '500')).toEqual({ removed: { tableItems: 2 }, next: undefined });
  expect(asked).toEqual([users.slice(0, 500), users.slice(500)]);
});

test('what the parts of a place removed is added up', () => {
  const nothing = { isAtLeast: true, tableItems: null, queues: [], logs: [] };
  const [first, second] = [2, 3].map((streamsDeleted) => ({ logs: [{ group: 'g', streamsDeleted }] }));
  const all = together(together(nothing, { tableItems: 2, ...first }), { tableItems: 0, ...second });
  expect(all).toEqual({
    ...{ isAtLeast: true, tableItems: 2, queues: [] },
    logs: [{ group: 'g', streamsDeleted: 5 }],
  });
});
