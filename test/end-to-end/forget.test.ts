import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import {
  GetQueueAttributesCommand,
  ListQueuesCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { s3VersionedBucket } from '../../lambdas/forget/bucket.ts';
import { createKindOf } from '../../lambdas/forget/kinds.ts';
import { placesOf } from '../../lambdas/forget/places.ts';
import { dynamoForgetRecent } from '../../lambdas/forget/table.ts';
import { workOnErasures } from '../../lambdas/forget/worker.ts';
import { createClient } from '../../lambdas/shared/client/client.ts';
import {
  ErasureForecast,
  ErasureReceipt,
  PROGRESS_KEY,
  Progress,
  SweepRecord,
  sweepRecordKey,
} from '../../lambdas/shared/contract/erasure.ts';
import {
  CURRENT_KEY,
  chartsOf,
  INDEX_KEY,
  manifestKey,
  tombstonesKey,
} from '../../lambdas/shared/contract/keys.ts';
import { Manifest } from '../../lambdas/shared/contract/schemas.ts';
import { readJson } from '../../lambdas/shared/platform/lake.ts';
import { type Pipeline, startPipeline } from '../../local/pipeline/pipeline.ts';
import { produceRecords } from '../../local/pipeline/produce-records.ts';
import { plantShop } from '../../local/shop/shop.ts';
import { type OutgoingRecord, SIMULATION_END_MS, simulate } from '../../local/shop/simulate.ts';
import { invokeFunction } from '../../local/stack/call-function.ts';
import { awsClient } from '../../local/stack/emulator.ts';
import { loadLocalKey } from '../../local/stack/person-key.ts';
import { recordingLog } from '../lambdas/log.ts';

/**
 * Users are forgotten in a whole pipeline, with a real broker, the emulator and Spark: `1`, beside a user `11` and a product `1`, and
 * one whose id is easy to search for. The tests depend on their order.
 */

const MINUTES = 60_000;
const LEAVING = 'leaving-user-7';
const USERS = ['1', LEAVING];
const directory = mkdtempSync(join(tmpdir(), 'cartograph-forget-'));

let pipeline: Pipeline;
let client: ReturnType<typeof awsClient>;
beforeAll(async () => {
  pipeline = await startPipeline({
    directory,
    config: {
      threshold: { threshold: 1_000_000, growth: 0 },
      model: { rank: 8, iterations: 3 },
      sweepMinutes: 1440,
      // The simulated sales are older than the table usually keeps.
      remember: { days: 3650 },
    },
    partitions: 2,
    cores: 2,
    keep: false,
    emitsJobEvents: false,
  });
  client = awsClient(pipeline.endpoint);
}, 2 * MINUTES);
afterAll(async () => {
  await pipeline.stop();
  rmSync(directory, { recursive: true, force: true });
});

const shop = plantShop(3, { users: 60, products: 40 });
const others = [...simulate({ shop, seed: 1, count: 1200, endMs: SIMULATION_END_MS, days: 30 })];

/** Sales of one user, with the products that others buy too and the product 1. */
const salesOf = (user: string): OutgoingRecord[] =>
  ['1', ...Array.from({ length: 9 }, (_, index) => `p${String(index + 1).padStart(3, '0')}`)].map(
    (productId, index) => {
      const timestampMs = SIMULATION_END_MS - index * 86_400_000;
      const sale = { userId: user, productId, orderId: `${user}-order-${index}`, timestamp: timestampMs };
      return { key: user, value: Buffer.from(JSON.stringify(sale)), timestampMs };
    },
  );
const leaving = USERS.flatMap(salesOf);
const broken: OutgoingRecord = {
  ...{ key: LEAVING, timestampMs: SIMULATION_END_MS },
  value: Buffer.from(JSON.stringify({ userId: LEAVING, productId: 'p001', quantity: 0 })),
};

async function until<Answer>(
  goal: string,
  probe: () => Promise<Answer | undefined | false>,
): Promise<Answer> {
  const deadline = performance.now() + 3 * MINUTES;
  for (;;) {
    const answer = await probe();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadline) throw new Error(`Cannot wait any longer for ${goal}`);
    await sleep(200);
  }
}
const call = (stage: 'threshold' | 'forget', request: unknown): Promise<unknown> =>
  invokeFunction(pipeline.endpoint, pipeline.functions[stage], request);

async function trainOn(records: readonly OutgoingRecord[], run: number): Promise<Manifest> {
  await produceRecords(pipeline, records);
  await until('the records to be stored', async () => (await pipeline.poller.lag()) === 0);
  await until('the records to be remembered', async () => (await pipeline.rememberPoller?.lag()) === 0);
  await call('threshold', { flush: true });
  const manifest = await until(`run ${run}`, () => readJson(pipeline.lake, manifestKey(run), Manifest));
  await until(`the charts of run ${run}`, async () => pipeline.lake.read(`${chartsOf(run)}index.html`));
  return manifest;
}

/** Every version of every object, decoded by this test alone, by key and version. */
async function everything(): Promise<Map<string, { readonly sha256: string; readonly text: string }>> {
  const bucket = s3VersionedBucket(pipeline.bucket, new S3Client(client));
  const found = new Map<string, { sha256: string; text: string }>();
  for await (const { key, versionId, isLatest, isMarker } of bucket.versions('')) {
    const bytes = isMarker ? undefined : (await bucket.content(key, versionId))?.bytes;
    if (!bytes) continue;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    found.set(isLatest ? key : `${key}@${versionId}`, { sha256, text: await decoded(key, bytes) });
  }
  return found;
}

async function decoded(key: string, bytes: Uint8Array): Promise<string> {
  if (key.endsWith('.parquet')) {
    const rows = await parquetReadObjects({ file: new Uint8Array(bytes).buffer, compressors });
    return JSON.stringify(rows, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  }
  if (key.endsWith('.ndjson') && key.startsWith('rejected/'))
    return Buffer.from(bytes)
      .toString()
      .replace(/"(?:key|value)":"([A-Za-z0-9+/=]+)"/g, (_, base64: string) =>
        Buffer.from(base64, 'base64').toString(),
      );
  if (bytes[0] !== 0x1f) return Buffer.from(bytes).toString('latin1');
  // Tables of the explorer and of histories are compressed in blocks, one after the other.
  return gunzipSync(bytes).toString();
}

const namesLeaving = ({ text }: { readonly text: string }): boolean => text.includes(LEAVING);
const keysWith = (all: Awaited<ReturnType<typeof everything>>): string[] =>
  [...all].filter(([, object]) => namesLeaving(object)).map(([key]) => key);

let before: Awaited<ReturnType<typeof everything>>;
let receipt: ErasureReceipt;

test('a user is in sales, rejected records, lists, graph, model and explorer', {
  timeout: 4 * MINUTES,
}, async () => {
  await trainOn([...others, ...leaving, ...salesOf('11'), broken], 1);
  before = await everything();
  const kinds = new Set(
    keysWith(before).map((key) => key.split('/').slice(0, 1).concat(key.split('/').slice(3, 4)).join(' ')),
  );
  for (const kind of [
    'interactions 000000',
    'rejected 000000',
    'runs compacted',
    'runs recommendations.csv',
    'runs graph',
    'runs model',
    'runs explorer',
  ])
    expect(
      [...kinds].some((one) => one.startsWith(kind.replace(/ 00000\d$/, ''))),
      `${kind} of ${[...kinds]}`,
    ).toBe(true);
});

test('forget removes them everywhere, while serve leaves them out at once', {
  timeout: 4 * MINUTES,
}, async () => {
  const api = createClient({ baseUrl: pipeline.apiUrl ?? '' });
  const deadLetters = await deadLettersWith(`{"retry":"${LEAVING}"}`, '{"retry":"somebody"}');
  const forecast = ErasureForecast.parse(await call('forget', { forget: { users: USERS, dryRun: true } }));
  expect(forecast).toMatchObject({ users: 2, objects: expect.any(Number) });
  expect(await pipeline.lake.read(tombstonesKey(1))).toBeUndefined();

  await call('forget', { forget: { users: USERS } });
  // serve knows the tombstones within seconds, whatever the worker does.
  await until('serve to leave the user out', async () => {
    const { stored, recent } = await api.history({ user: LEAVING });
    return stored.lines === 0 && recent.lines === 0;
  });
  const { stored: known, recent } = await api.history({ user: '11' });
  expect(known.lines + recent.lines).toBeGreaterThan(0);

  // The Lambda does the work, and then waits until no old call of remember can be left. Here none is.
  await until('the Lambda to come so far', async () => {
    const progress = await readJson(pipeline.lake, PROGRESS_KEY, Progress);
    return progress?.step === 'settle' && progress.heldUntilMs === 0;
  });
  expect(await messagesIn(deadLetters)).toBe(1);
  await finishHere();
  receipt = ErasureReceipt.parse((await api.erasure({ erasure: '1' })).receipt);
  expect(receipt.scan).toMatchObject({ found: [] });
  expect(receipt.outside.tableItems).toBe(2 * 10);
});

test('afterwards they are in no object, in no version', { timeout: MINUTES }, async () => {
  const after = await everything();
  expect(keysWith(after)).toEqual([]);
  for (const [key, { text }] of after)
    if (/\.parquet$|^rejected/.test(key)) expect(text, key).not.toMatch(/"(user|userId|id)":"(u:)?1"/);
  const lists = [...after].find(([key]) => key.endsWith('/recommendations.csv'))?.[1].text ?? '';
  expect(lists).not.toMatch(/^1,/m);
  expect(lists).toMatch(/^11,/m);
  expect(lists).toMatch(/^[^,]+,1,/m);
});

test('objects that did not hold them are as they were; the receipt has the hashes of the others', async () => {
  const after = await everything();
  const changed = new Map(
    receipt.changes?.filter(({ action }) => action === 'changed').map((line) => [line.key, line]),
  );
  expect(changed.size).toBeGreaterThan(10);
  for (const [key, { sha256 }] of before) {
    const line = changed.get(key);
    if (key.includes('@') || [CURRENT_KEY, INDEX_KEY].includes(key)) continue;
    expect(after.get(key)?.sha256, key).toBe(line ? line.after?.sha256 : sha256);
    if (line) expect(line.before.sha256, key).toBe(sha256);
  }
  for (const key of keysWith(before)) expect(changed.has(key), key).toBe(true);
  // The events of the rewritten objects start nothing.
  const ofStages = (all: typeof before): string[] =>
    [...all.keys()].filter((key) => /^(windows|attempts|runs|manifests|publications)\//.test(key)).sort();
  expect(ofStages(after)).toEqual(ofStages(before));
  const manifest = await readJson(pipeline.lake, manifestKey(1), Manifest);
  for (const { key, sha256 } of manifest?.files ?? []) expect(after.get(key)?.sha256, key).toBe(sha256);
});

test('a replay of the topic does not bring them back: the next run and serve leave them out, a sweep takes them', {
  timeout: 4 * MINUTES,
}, async () => {
  const { inputs } = await trainOn([...others.slice(0, 100), ...leaving], 2);
  expect(inputs.tombstones).toEqual({ through: 1, interactions: 2 * 10 });
  const api = createClient({ baseUrl: pipeline.apiUrl ?? '' });
  expect(await api.history({ user: LEAVING })).toMatchObject({ stored: { lines: 0 }, recent: { lines: 0 } });
  expect(keysWith(await everything()).map((key) => key.split('/')[0])).toContain('interactions');
  await call('forget', { sweep: true, all: true });
  expect(keysWith(await everything())).toEqual([]);
  const record = await readJson(pipeline.lake, sweepRecordKey(1), SweepRecord);
  expect(record?.changes.every(({ key }) => key.startsWith('interactions/'))).toBe(true);
});

async function deadLettersWith(...messages: readonly string[]): Promise<string> {
  const sqs = new SQSClient(client);
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
  const url = QueueUrls.find((name) => name.includes('TrainEventsDeadLetters')) ?? '';
  for (const MessageBody of messages) await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody }));
  return url;
}

async function messagesIn(QueueUrl: string): Promise<number> {
  const { Attributes = {} } = await new SQSClient(client).send(
    new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  return Object.values(Attributes).reduce((sum, number) => sum + Number(number), 0);
}

/** Goes on with the work in this process, without the wait. */
async function finishHere(): Promise<void> {
  const { TableNames: [table = ''] = [] } = await new DynamoDBClient(client).send(new ListTablesCommand({}));
  const log = recordingLog();
  const { finished } = await workOnErasures(false, {
    ...{ log, lake: pipeline.lake, kindOf: createKindOf({}), hasPseudonyms: false },
    bucket: s3VersionedBucket(pipeline.bucket, new S3Client(client)),
    places: placesOf({
      ...{ log, queues: [], logGroups: [] },
      recent: dynamoForgetRecent(table, new DynamoDBClient(client)),
    }),
    key: loadLocalKey(directory),
    settlesSeconds: 0,
    nowMs: Date.now,
    isLate: () => false,
    holder: 'the test',
  });
  expect(finished).toEqual([1]);
}
