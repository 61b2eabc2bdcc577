import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Message } from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Broker, createTopic, kafkaClient, startBroker } from '../../../local/pipeline/broker.ts';
import { type EventRecord, readAnswer } from '../../../local/pipeline/msk-event.ts';
import {
  type Invoke,
  isLoadingGroups,
  type PollerOptions,
  startPoller,
} from '../../../local/pipeline/poller.ts';
import { produceRecords } from '../../../local/pipeline/produce-records.ts';
import { eventually } from '../../../local/process/child.ts';

/** The poller with a real broker. The tests provide the function that it invokes. */
const directory = mkdtempSync(join(tmpdir(), 'cartograph-poller-'));
let broker: Broker;
beforeAll(async () => {
  broker = await startBroker(join(directory, 'kafka'));
});
afterAll(async () => {
  await broker.stop();
  rmSync(directory, { recursive: true, force: true });
});

const ARN = 'arn:aws:kafka:us-east-1:000000000000:cluster/local/test';

interface Event {
  readonly eventSource: string;
  readonly eventSourceArn: string;
  readonly records: Readonly<Record<string, readonly EventRecord[]>>;
}
const recordsOf = (event: unknown): EventRecord[] => Object.values((event as Event).records).flat();

async function produce(topic: string, messages: Message[], partitions = 1): Promise<void> {
  await createTopic(broker.bootstrap, topic, partitions);
  const producer = kafkaClient(broker.bootstrap).producer();
  await producer.connect();
  await producer.send({ topic, messages });
  await producer.disconnect();
}

/** Polls until everything is committed. */
async function pollAll(
  topic: string,
  invoke: Invoke,
  onFailure: (error: unknown) => void = () => undefined,
  { groupId = 'accumulate', ...options }: Partial<Pick<PollerOptions, 'groupId' | 'sessionMs'>> = {},
) {
  const poller = await startPoller({
    bootstrap: broker.bootstrap,
    topic,
    groupId,
    eventSourceArn: ARN,
    windowMs: 50,
    invoke,
    onFailure,
    ...options,
  });
  try {
    await eventually(async () => {
      const lag = await poller.lag();
      if (lag > 0) throw new Error(`${lag} records are not committed`);
    }, AbortSignal.timeout(60_000));
  } finally {
    await poller.stop();
  }
}

const numbered = (count: number): Message[] =>
  Array.from({ length: count }, (_, index) => ({ key: `u${index % 7}`, value: `{"n":${index}}` }));

const offsets = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

test('an immediate poller takes a record at once, although it waits much longer for one', async () => {
  await createTopic(broker.bootstrap, 'immediate', 1);
  const taken: number[] = [];
  const poller = await startPoller({
    bootstrap: broker.bootstrap,
    topic: 'immediate',
    groupId: 'remember',
    eventSourceArn: ARN,
    isImmediate: true,
    windowMs: 60_000,
    invoke: async (event) => void taken.push(...recordsOf(event).map(({ offset }) => offset)),
  });
  try {
    for (const offset of [0, 1]) {
      await produce('immediate', [{ value: '{}' }]);
      await eventually(async () => {
        if (!taken.includes(offset)) throw new Error(`record ${offset} was not taken`);
      }, AbortSignal.timeout(20_000));
    }
  } finally {
    // The client disconnects after its last fetch, which a record ends at once.
    const stopped = poller.stop();
    await produce('immediate', [{ value: '{}' }]);
    await stopped;
  }
});

test('records become the event of an MSK event source mapping', async () => {
  await produce('shape', [
    { key: 'u1', value: '{"a":1}', headers: { trace: Buffer.from([1, 254]) }, timestamp: '1780000000000' },
    { key: 'u1', value: null, timestamp: '1780000000001' },
    { value: 'no key', timestamp: '1780000000002' },
  ]);
  const events: unknown[] = [];
  await pollAll('shape', async (event) => void events.push(event));
  const common = { topic: 'shape', partition: 0, timestampType: 'CREATE_TIME' };
  expect(events).toEqual([
    {
      eventSource: 'aws:kafka',
      eventSourceArn: ARN,
      bootstrapServers: broker.bootstrap,
      records: {
        'shape-0': [
          {
            ...common,
            offset: 0,
            timestamp: 1780000000000,
            key: 'dTE=',
            value: 'eyJhIjoxfQ==',
            headers: [{ trace: [1, -2] }],
          },
          { ...common, offset: 1, timestamp: 1780000000001, key: 'dTE=', headers: [] },
          { ...common, offset: 2, timestamp: 1780000000002, value: 'bm8ga2V5', headers: [] },
        ],
      },
    },
  ]);
});

test('an invocation has at most 10,000 records and 6 MB, and may mix partitions', async () => {
  const large = Buffer.from('x'.repeat(500_000));
  await createTopic(broker.bootstrap, 'many', 3);
  const records = offsets(24_020).map((n) => ({
    key: `u${n % 7}`,
    value: n < 24_000 ? Buffer.from(`{"n":${n}}`) : large,
    timestampMs: undefined,
  }));
  await produceRecords({ bootstrap: broker.bootstrap, topic: 'many' }, records);
  const events: EventRecord[][] = [];
  let largest = 0;
  await pollAll('many', async (event) => {
    events.push(recordsOf(event));
    largest = Math.max(largest, Buffer.byteLength(JSON.stringify(event)));
  });
  // Each at least once: on a busy machine the broker may end a session, and records are then delivered again.
  const delivered = new Set(events.flat().map(({ partition, offset }) => `${partition} ${offset}`));
  expect(delivered.size).toBe(24_020);
  expect(Math.max(...events.map((records) => records.length))).toBeLessThanOrEqual(10_000);
  expect(largest).toBeLessThanOrEqual(6 * 1024 * 1024);
  expect(events.some((records) => new Set(records.map(({ partition }) => partition)).size > 1)).toBe(true);
});

test('after a partial failure only the failed partition is repeated, from its first failed record', async () => {
  await produce('partial', numbered(400), 2);
  const calls: EventRecord[][] = [];
  let hasFailed = false;
  await pollAll('partial', async (event) => {
    const records = recordsOf(event);
    calls.push(records);
    const failing = records.find(({ partition, offset }) => partition === 1 && offset >= 10);
    if (hasFailed || !failing) return { batchItemFailures: [] };
    hasFailed = true;
    return { batchItemFailures: [{ itemIdentifier: { partition: 'partial-1', offset: failing.offset } }] };
  });
  const [first = [], ...later] = calls.filter((records) => records.some(({ partition }) => partition === 1));
  expect(first.some(({ offset, partition }) => partition === 1 && offset === 10)).toBe(true);
  const again = later.flat().filter(({ partition }) => partition === 1);
  expect(again[0]?.offset).toBe(10);
  const first0 = calls
    .flat()
    .filter(({ partition }) => partition === 0)
    .map(({ offset }) => offset);
  expect(first0).toEqual(offsets(first0.length));
});

test('a failed invocation is tried again with half of the batch, without a limit, and nothing is skipped', async () => {
  await produce('failing', numbered(64));
  const sizes: number[] = [];
  const taken: number[] = [];
  const failures: unknown[] = [];
  await pollAll(
    'failing',
    async (event) => {
      const records = recordsOf(event);
      sizes.push(records.length);
      if (sizes.length <= 3) throw new Error('the bucket is away');
      taken.push(...records.map(({ offset }) => offset));
    },
    (error) => failures.push(error),
  );
  expect(failures).toHaveLength(3);
  const [whole = 0, half, quarter] = sizes;
  expect([half, quarter]).toEqual([Math.floor(whole / 2), Math.floor(Math.floor(whole / 2) / 2)]);
  expect(taken).toEqual(offsets(64));
});

test('invariant 1: a poller that is killed between the durable write and the commit loses nothing; the written records are delivered again', {
  timeout: 240_000,
}, async () => {
  await produce('killed', numbered(300));
  const durable = join(directory, 'durable.txt');
  const dying = promisify(execFile)(process.execPath, [
    join(import.meta.dirname, 'dying-poller.ts'),
    broker.bootstrap,
    durable,
  ]);
  await expect(dying).rejects.toMatchObject({ signal: 'SIGKILL' });
  const before = readFileSync(durable, 'utf8').trimEnd().split('\n');
  expect(before.length).toBeGreaterThan(0);
  const after: string[] = [];
  await pollAll('killed', async (event) => {
    after.push(...recordsOf(event).map(({ partition, offset }) => `${partition} ${offset}`));
  });
  expect(after).toEqual(offsets(300).map((offset) => `0 ${offset}`));
});

/** The shortest session that brokers accept. */
const SESSION_MS = 6_000;

/** Blocks this process, heartbeats included, until the session has timed out, as when a laptop sleeps. */
const sleepThroughSession = (): void =>
  void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SESSION_MS + 3_000);

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

test('after a session that is lost during an invocation, the uncommitted records are delivered again and committed', {
  timeout: 240_000,
}, async () => {
  await produce('slept', numbered(100), 2);
  const calls: EventRecord[][] = [];
  const failures: unknown[] = [];
  await pollAll(
    'slept',
    async (event) => {
      calls.push(recordsOf(event));
      if (calls.length === 1) sleepThroughSession();
    },
    (error) => failures.push(error),
    { groupId: 'sleeping', sessionMs: SESSION_MS },
  );
  expect(failures.map(messageOf)).toContainEqual(
    expect.stringMatching(/^Cannot commit slept-\d: The coordinator is not aware of this member/),
  );
  const at = ({ partition, offset }: EventRecord) => `${partition}:${offset}`;
  expect(new Set(calls.flat().map(at)).size).toBe(100);
  const again = new Set(calls.slice(1).flat().map(at));
  expect((calls[0] ?? []).filter((record) => !again.has(at(record)))).toEqual([]);
});

test('heartbeats notice a session that is lost while the function fails, before the next commit', {
  timeout: 240_000,
}, async () => {
  await produce('slept-failing', numbered(50));
  const taken: number[] = [];
  const failures: unknown[] = [];
  let calls = 0;
  await pollAll(
    'slept-failing',
    async (event) => {
      calls += 1;
      if (calls === 1) sleepThroughSession();
      // Waits longer than the time between two heartbeats.
      if (calls === 1) await sleep(SESSION_MS / 2);
      if (calls === 1) throw new Error('the bucket is away');
      taken.push(...recordsOf(event).map(({ offset }) => offset));
    },
    (error) => failures.push(error),
    { groupId: 'sleeping-failing', sessionMs: SESSION_MS },
  );
  expect(taken).toEqual(offsets(50));
  expect(failures.map(messageOf)).toEqual([
    expect.stringMatching(/^Cannot commit slept-failing-0: The coordinator is not aware of this member/),
    'the bucket is away',
  ]);
});

test('a broker that still reads its groups is no failure, however kafkajs wraps its answer; others are', () => {
  const answer = (type: string) => Object.assign(new Error('an answer'), { type });
  expect(isLoadingGroups(answer('GROUP_LOAD_IN_PROGRESS'))).toBe(true);
  expect(isLoadingGroups(new Error('tried often', { cause: answer('GROUP_LOAD_IN_PROGRESS') }))).toBe(true);
  expect(isLoadingGroups(answer('NOT_COORDINATOR_FOR_GROUP'))).toBe(false);
  expect(isLoadingGroups(new Error('no connection'))).toBe(false);
});

test('a crash after which kafkajs does not restart is reported, and the client is started again', {
  timeout: 240_000,
}, async () => {
  await produce('crashed', numbered(20));
  const other = kafkaClient(broker.bootstrap).consumer({
    groupId: 'crashing',
    partitionAssigners: [
      () => ({
        name: 'Unlike',
        version: 0,
        assign: async () => [],
        protocol: () => ({ name: 'Unlike', metadata: Buffer.alloc(0) }),
      }),
    ],
  });
  await other.connect();
  await other.subscribe({ topic: 'crashed' });
  const joined = new Promise((resolve) => other.on(other.events.GROUP_JOIN, resolve));
  await other.run({ eachMessage: async () => undefined });
  await joined;

  const failures: unknown[] = [];
  const taken: number[] = [];
  await pollAll(
    'crashed',
    async (event) => void taken.push(...recordsOf(event).map(({ offset }) => offset)),
    (error) => {
      failures.push(error);
      void other.disconnect();
    },
    { groupId: 'crashing' },
  );
  expect(messageOf(failures[0])).toMatch(/protocol/);
  expect(taken).toEqual(offsets(20));
});

test.each([
  ['a string instead of the identifier', () => ({ itemIdentifier: 'answers-0' })],
  ['an unknown partition', () => ({ itemIdentifier: { partition: 'answers-7', offset: 0 } })],
  ['an offset outside the batch', () => ({ itemIdentifier: { partition: 'answers-0', offset: 1e6 } })],
])(
  '%s is an invalid answer: nothing is committed, and the whole batch is delivered again',
  async (title, failure) => {
    const topic = 'answers';
    const groupId = `answers: ${title}`;
    if (title.startsWith('a string')) await produce(topic, numbered(40));
    const sizes: number[] = [];
    const failures: unknown[] = [];
    const taken: number[] = [];
    await pollAll(
      topic,
      async (event) => {
        const records = recordsOf(event);
        sizes.push(records.length);
        if (sizes.length === 1) return { batchItemFailures: [failure()] };
        taken.push(...records.map(({ offset }) => offset));
        return {};
      },
      (error) => failures.push(error),
      { groupId },
    );
    expect(taken).toEqual(offsets(40));
    expect(failures.map(messageOf)).toEqual([
      expect.stringMatching(/^Cannot read the function's answer: it is /),
    ]);
  },
);

const BATCH: EventRecord[] = [10, 11, 12].map((offset) => ({
  topic: 'sales',
  partition: 1,
  offset,
  timestamp: 0,
  timestampType: 'CREATE_TIME',
  headers: [],
}));
const item = (offset: unknown, partition: unknown = 'sales-1') => ({ itemIdentifier: { partition, offset } });

test.each([undefined, null, {}, { statusCode: 200 }, { batchItemFailures: null }, { batchItemFailures: [] }])(
  'the answer %j means that all records were taken',
  (answer) => {
    const { isTaken, failures } = readAnswer(answer, BATCH);
    expect(BATCH.every(isTaken)).toBe(true);
    expect(failures).toEqual([]);
  },
);

test('the failure with the lowest offset of a partition counts', () => {
  const { isTaken, failures } = readAnswer({ batchItemFailures: [item(12), item(11)] }, BATCH);
  expect(BATCH.map(isTaken)).toEqual([true, false, false]);
  expect(failures).toEqual(['sales-1 from offset 11']);
});

test.each([
  'done',
  true,
  [[]],
  { batchItemFailures: {} },
  { batchItemFailures: [null] },
  { batchItemFailures: [{ itemIdentifier: '' }] },
  { batchItemFailures: [{ itemIdentifier: null }] },
  { batchItemFailures: [{ identifier: { partition: 'sales-1', offset: 10 } }] },
  { batchItemFailures: [item('10')] },
  { batchItemFailures: [item(9)] },
  { batchItemFailures: [item(10, 'sales-0')] },
])('the answer %j is an error', (answer) => {
  expect(() => readAnswer(answer, BATCH)).toThrow(/^Cannot read the function's answer: it is /);
});
