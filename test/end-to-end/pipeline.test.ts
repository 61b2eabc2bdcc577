import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import {
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  ListRulesCommand,
} from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jobsOf, processesOf } from '../../bench/kills/processes.ts';
import {
  CURRENT_KEY,
  chartsOf,
  failedKey,
  manifestKey,
  PREFIX,
  startedKey,
  windowKey,
} from '../../lambdas/shared/contract/keys.ts';
import { Current, Failed, Manifest, Window } from '../../lambdas/shared/contract/schemas.ts';
import { readJson } from '../../lambdas/shared/platform/lake.ts';
import { drain } from '../../local/pipeline/drain.ts';
import { type Pipeline, startPipeline } from '../../local/pipeline/pipeline.ts';
import { countRecords, produceRecords } from '../../local/pipeline/produce-records.ts';
import { exportRun } from '../../local/results/export.ts';
import { readOutcome } from '../../local/results/outcome.ts';
import { problemsOf } from '../../local/results/report.ts';
import { Watch } from '../../local/results/watch.ts';
import { plantShop } from '../../local/shop/shop.ts';
import { type OutgoingRecord, SIMULATION_END_MS, simulate } from '../../local/shop/simulate.ts';
import { invokeFunction } from '../../local/stack/call-function.ts';
import type { ConfigInput } from '../../local/stack/deploy.ts';
import { awsClient } from '../../local/stack/emulator.ts';
import { Bucket } from './bucket.ts';

/**
 * The whole pipeline with a real broker, the emulator and Spark, for one small shop. The tests depend on their order: each
 * continues with the bucket of the one before. Job events never reach the bus, and only the tests start sweeps.
 */

const THRESHOLD = 1500;
const MINUTES = 60_000;
const directory = mkdtempSync(join(tmpdir(), 'cartograph-pipeline-'));
const shop = plantShop(3, { users: 100, products: 60 });

let pipeline: Pipeline;
let bucket: Bucket;

async function start(keep: boolean, lake: ConfigInput['lake'] = {}): Promise<void> {
  pipeline = await startPipeline({
    directory,
    config: {
      threshold: { threshold: THRESHOLD, growth: 0 },
      model: { rank: 8, iterations: 3 },
      train: { attempts: 2 },
      sweepMinutes: 1440,
      lake,
    },
    partitions: 3,
    cores: 2,
    keep,
    emitsJobEvents: false,
  });
  bucket = new Bucket(pipeline);
}

beforeAll(() => start(false), 2 * MINUTES);
afterAll(async () => {
  await pipeline.stop();
  rmSync(directory, { recursive: true, force: true });
});

const records = (count: number, seed: number): OutgoingRecord[] => [
  ...simulate({ shop, seed, count, endMs: SIMULATION_END_MS, days: 30 }),
];
const valid = (all: readonly OutgoingRecord[]): OutgoingRecord[] =>
  all.filter(({ broken }) => broken === undefined);

const call = (stage: keyof Pipeline['functions'], request: unknown): Promise<unknown> =>
  invokeFunction(pipeline.endpoint, pipeline.functions[stage], request);
const sweep = (stage: keyof Pipeline['functions']): Promise<unknown> => call(stage, { sweep: true });

/** Calls `probe` until it returns a value, and `meanwhile` after each call that does not. */
async function until<Answer>(
  goal: string,
  probe: () => Promise<Answer | undefined | false>,
  meanwhile: () => Promise<unknown> = async () => undefined,
): Promise<Answer> {
  const deadline = performance.now() + 2 * MINUTES;
  for (;;) {
    const answer = await probe();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadline) throw new Error(`Cannot wait any longer for ${goal}`);
    await meanwhile();
    await sleep(200);
  }
}

async function produceAndStore(sales: readonly OutgoingRecord[]): Promise<void> {
  await produceRecords(pipeline, sales);
  await until('the records to be stored', async () => (await pipeline.poller.lag()) === 0);
}

const exists = (key: string) => async () => (await pipeline.lake.read(key)) !== undefined;
const manifestOf = (run: number) => () => readJson(pipeline.lake, manifestKey(run), Manifest);

/** Finds the process ids of the Spark job of one attempt. */
const sparkProcesses = (window: number, attempt: number): number[] =>
  jobsOf(processesOf(directory))
    .filter((job) => job.window === window && job.attempt === attempt)
    .map(({ pid }) => pid);

/** The problems that npm start would print. */
const problems = async (): Promise<string[]> =>
  problemsOf({
    produced: await countRecords(pipeline),
    source: pipeline.poller.source,
    outcome: await readOutcome(pipeline.lake),
    sightings: new Map(),
    preparation: {},
    chartsUrl: pipeline.pagesUrl,
  });

test('every record that was produced is stored or rejected once, with its content', {
  timeout: 4 * MINUTES,
}, async () => {
  const produced = records(4000, 1);
  await produceAndStore(produced.slice(0, 2600));
  await until('the first window', exists(windowKey(1)));
  await produceAndStore(produced.slice(2600));
  await drain(pipeline, new Watch(pipeline.lake, () => undefined), {
    timeoutSeconds: 180,
    signal: new AbortController().signal,
  });
  const stored = await bucket.interactions();
  const asSale = (row: Record<string, unknown>) =>
    [
      row.user,
      row.product,
      row.quantity,
      Number(row.at_ms),
      row.type,
      row.order_id,
      row.price,
      row.product_name,
    ].join(' ');
  const expected = valid(produced).map(({ value }) => {
    const sale = JSON.parse(String(value));
    return [
      sale.userId,
      sale.productId,
      sale.quantity,
      Date.parse(sale.timestamp),
      'purchase',
      sale.orderId,
      sale.price,
      sale.productName,
    ].join(' ');
  });
  expect(stored.map(asSale).sort()).toEqual(expected.sort());
  const rejected = await bucket.rejected();
  const broken = produced.filter((record) => record.broken !== undefined);
  expect(broken).toHaveLength(40);
  expect(rejected.map(({ value }) => value).sort()).toEqual(
    broken.map(({ value }) => value?.toString('base64') ?? null).sort(),
  );
  for (const { reason } of rejected) expect(reason).not.toBe('');
});

test('each batch is in one window; runs train on everything so far; the newest run is decided, the served run is drawn and exported', async () => {
  const outcome = await readOutcome(pipeline.lake);
  expect(outcome.windows.map(({ window }) => window.reason.kind)).toEqual(['threshold', 'flush']);
  expect(outcome.windows.flatMap(({ window }) => window.batches.map(({ key }) => key)).sort()).toEqual(
    await bucket.keys(PREFIX.interactions),
  );
  const [first, second] = outcome.windows;
  expect(first?.manifest?.inputs.interactions).toBe(first?.window.newInteractions);
  expect(second?.manifest?.inputs).toMatchObject({
    interactions: 3960,
    repeats: 0,
    conflicts: 0,
    windows: [1, 2],
  });
  // The gate decides whether the run is served. For so small a shop it may be no better than the baselines.
  expect(outcome.current).toMatchObject({ decidedThrough: 2 });
  expect(outcome.decisions.map(({ run }) => run)).toEqual([1, 2]);
  expect(await problems()).toEqual([]);

  const copy = join(directory, 'export');
  await exportRun(pipeline, copy);
  for (const name of [
    'manifest.json',
    'recommendations.csv',
    'metrics.json',
    'graph/vertices.csv',
    'graph/edges.csv',
    'charts/index.html',
    'charts/recommendation-graph.svg',
    'charts/recommendation-graph.png',
    'charts/recommendation-graph.vg.json',
  ])
    expect(readFileSync(join(copy, name)).length, name).toBeGreaterThan(100);

  const page = await (await fetch(pipeline.pagesUrl)).text();
  expect(page).toContain('promoted: ');
});

test('invariant 5: if every event of the bucket is lost, the sweeps advance a window to its charts', {
  timeout: 3 * MINUTES,
}, async () => {
  await switchRules('off');
  await produceAndStore(records(THRESHOLD + 100, 2));
  await sleep(1000);
  expect(await exists(windowKey(3))()).toBe(false);
  await sweep('threshold');
  expect(await exists(windowKey(3))()).toBe(true);
  expect(await exists(startedKey(3, 1))()).toBe(false);
  await sweep('train');
  expect(await exists(startedKey(3, 1))()).toBe(true);
  await until('run 3', manifestOf(3));
  await sweep('publish');
  await sweep('render');
  expect(await exists(`${chartsOf(3)}index.html`)()).toBe(true);
  expect(await readJson(pipeline.lake, CURRENT_KEY, Current)).toMatchObject({ decidedThrough: 3 });
  await switchRules('on');
});

test('invariant 4: a Spark run that is killed half-way is tried again and leaves one manifest', {
  timeout: 4 * MINUTES,
}, async () => {
  await produceAndStore(records(THRESHOLD + 100, 3));
  await until(
    'the first attempt to write',
    async () => (await bucket.keys('runs/00000004/00000001/')).length > 0,
  );
  const pids = sparkProcesses(4, 1);
  expect(pids).toHaveLength(1);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  await until('the second attempt', exists(startedKey(4, 2)), () => sweep('train'));
  const manifest = await until('run 4', manifestOf(4));
  expect(manifest.attempt).toBe(2);
  for (const { key } of manifest.files) expect(key).toMatch(/^runs\/00000004\/00000002\//);
  await until('run 4 to be decided', async () =>
    (await readJson(pipeline.lake, CURRENT_KEY, Current))?.decidedThrough === 4 ? true : undefined,
  );
});

test('invariant 4: a run whose attempts all fail does not stop the next window, and can be retried later', {
  timeout: 6 * MINUTES,
}, async () => {
  await switchRules('off');
  await produceAndStore(records(500, 4));
  await call('threshold', { flush: true });
  const missingBatch = (await readJson(pipeline.lake, windowKey(5), Window))?.batches[0]?.key ?? '';
  const restore = await bucket.remove(missingBatch);
  const failed = await until(
    'the attempts of window 5 to be used up',
    () => readJson(pipeline.lake, failedKey(5), Failed),
    () => sweep('train'),
  );
  await restore();
  expect(failed.reasons).toHaveLength(2);
  expect(failed.reasons.filter((reason) => !reason.includes(missingBatch))).toEqual([]);
  await switchRules('on');

  await produceAndStore(records(THRESHOLD + 100, 5));
  const next = await until('run 6', manifestOf(6), () => sweep('threshold'));
  expect(next.inputs.windows).toEqual([1, 2, 3, 4, 5, 6]);
  expect(next.inputs.interactions).toBe((await bucket.interactions()).length);

  await call('train', { retry: 5 });
  const late = await until('the retried run 5', manifestOf(5));
  expect(late).toMatchObject({ run: 5, attempt: 3, inputs: { windows: [1, 2, 3, 4, 5] } });
  // The next test stops the pipeline. A drawing that it interrupted would wait for the sweep.
  await until('the charts of run 5', exists(`${chartsOf(5)}index.html`), () => sweep('render'));
  await sweep('publish');
  expect(await readJson(pipeline.lake, CURRENT_KEY, Current)).toMatchObject({ decidedThrough: 6 });
});

test('a new stack with a new broker continues with the bucket of a deleted one, although offsets start again', {
  timeout: 4 * MINUTES,
}, async () => {
  const before = (await bucket.interactions()).length;
  const { bucket: kept } = pipeline;
  const keys = await bucket.keys('');
  await deleteStack(pipeline.endpoint, 'Cartograph');
  expect(await bucket.keys('')).toEqual(keys);
  await expect(call('threshold', {})).rejects.toThrow();
  await pipeline.stop();
  expect(processesOf(directory).map(({ args }) => args)).toEqual([]);
  rmSync(join(directory, 'kafka'), { recursive: true });
  await start(true, { bucketName: kept });
  expect(pipeline.bucket).toBe(kept);
  const produced = records(600, 6);
  await produceRecords(pipeline, produced);
  await drain(pipeline, new Watch(pipeline.lake, () => undefined), {
    timeoutSeconds: 180,
    signal: new AbortController().signal,
  });
  const manifest = await manifestOf(7)();
  expect(manifest?.inputs.interactions).toBe(before + valid(produced).length);
  expect(manifest?.inputs.repeats).toBe(0);
  expect(await readJson(pipeline.lake, CURRENT_KEY, Current)).toMatchObject({ decidedThrough: 7 });
  expect(await problems()).toEqual([]);
});

async function deleteStack(endpoint: string, StackName: string): Promise<void> {
  const client = new CloudFormationClient(awsClient(endpoint));
  await client.send(new DeleteStackCommand({ StackName }));
  await until('the stack to be deleted', () =>
    client.send(new DescribeStacksCommand({ StackName })).then(
      ({ Stacks }) => Stacks?.every(({ StackStatus }) => StackStatus === 'DELETE_COMPLETE'),
      () => true,
    ),
  );
}

/** Switches the rules for the bucket's events. While they are off, no event reaches a queue. */
async function switchRules(to: 'on' | 'off'): Promise<void> {
  const client = new EventBridgeClient(awsClient(pipeline.endpoint));
  const { Rules = [] } = await client.send(new ListRulesCommand({}));
  const ofBucket = Rules.filter(({ EventPattern }) => EventPattern?.includes('Object Created'));
  expect(ofBucket.length).toBeGreaterThan(3);
  for (const { Name } of ofBucket)
    await client.send(to === 'on' ? new EnableRuleCommand({ Name }) : new DisableRuleCommand({ Name }));
}
