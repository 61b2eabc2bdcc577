import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import {
  CURRENT_KEY,
  chartsOf,
  INDEX_KEY,
  interactionsKey,
  manifestKey,
  windowKey,
} from '../../../lambdas/shared/contract/keys.ts';
import { toJson } from '../../../lambdas/shared/platform/lake.ts';
import { NODE_BIN, ROOT } from '../../../local/process/paths.ts';
import { awsEnvironment } from '../../../local/stack/emulator.ts';
import { type FakeStack, OUTPUTS, startFakeStack } from '../stack/fake-stack.ts';

/** Runs the commands as a user does, on a stack whose AWS API is a server of this test. */
const directory = mkdtempSync(join(tmpdir(), 'cartograph-commands-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let aws: FakeStack;
/** Answers of Lambdas in one test, instead of the answers below. */
let answers: Record<string, unknown>;
let answerOfForget: (event: unknown) => unknown;
/** The PATH of the commands. */
let path: string | undefined;
beforeEach(async () => {
  answers = {};
  path = process.env.PATH;
  aws = await startFakeStack({
    name: 'Shop',
    outputs: OUTPUTS,
    objects: new Map([
      [CURRENT_KEY, toJson({ publication: 1, run: 1, previous: null, decidedThrough: 1 })],
      [windowKey(1), '{}'],
      [manifestKey(1), '{}'],
      [INDEX_KEY, '<h1>'],
      [`${chartsOf(1)}index.html`, '<h1>'],
    ]),
    answer(name, event) {
      if (name in answers) return answers[name];
      if (name === 'shop-forget') return answerOfForget(event);
      if (name === 'shop-produce') return { sent: (event as { records: unknown[] }).records.length };
      if (name === 'shop-threshold') return { cut: 1, reason: 'flushed on request' };
      return ['Started attempt 2 of window 1'];
    },
  });
});
afterEach(() => aws.stop());

/** @returns Exit code and output. */
async function run(name: string, ...args: readonly string[]) {
  const env = { PATH: path, NO_COLOR: '1', ...awsEnvironment(aws.endpoint) };
  const { stdout, stderr, code } = await promisify(execFile)(
    join(NODE_BIN, 'node'),
    [join(ROOT, 'local', 'main.ts'), name, '--stack', 'Shop', ...args],
    { env },
  ).then(
    (output) => ({ ...output, code: 0 }),
    (error: { stdout: string; stderr: string; code: number }) => error,
  );
  return { code, stdout, stderr };
}

test('produce calls the Lambda in the network of the brokers, with sales that are made now', async () => {
  const { code, stdout } = await run('produce', '--user', 'ann', '--product', 'lamp', '--times', '2');
  expect([code, stdout]).toEqual([0, 'Sent 2 records to sales at stack Shop\n']);
  const [{ name, event } = { name: '', event: {} }, ...more] = aws.calls;
  expect([name, more]).toEqual(['shop-produce', []]);
  const { records } = event as { records: { key: string; value: string; timestampMs?: number }[] };
  for (const { key, value, timestampMs } of records) {
    const sale = JSON.parse(Buffer.from(value, 'base64').toString());
    expect(sale).toMatchObject({ userId: 'ann', productId: 'lamp', quantity: 1 });
    expect(Math.abs(Date.parse(sale.timestamp) - Date.now())).toBeLessThan(60_000);
    expect([key, timestampMs]).toEqual(['ann', undefined]);
  }
});

test('catalogue sends the products of a file to the stage, and reports the rows that are refused', async () => {
  const file = join(directory, 'products.csv');
  writeFileSync(file, 'sku,name,price,image\nlamp,Lamp,9.5,a.png\nvase,Vase,free,\n');
  answers = {
    'shop-catalogue': { accepted: 1, refused: 0, products: [{ accepted: true, productId: 'lamp' }] },
  };
  const { code, stdout } = await run('catalogue', file, '--map', 'productId=sku', '--without', 'image');
  expect([code, stdout]).toEqual([
    0,
    `${file} is CSV, separated by commas: 1 product stored, 1 refused\n  1 refused, such as line 3: price: is "free", should be a finite number of at least 0\n`,
  ]);
  expect(aws.calls).toEqual([
    { name: 'shop-catalogue', event: { products: [{ productId: 'lamp', name: 'Lamp', price: 9.5 }] } },
  ]);
});

test('catalogue fails if no product of the file is stored', async () => {
  const file = join(directory, 'prices.ndjson');
  writeFileSync(file, '{"price":3}\n');
  const { code, stdout } = await run('catalogue', file);
  expect([code, stdout]).toEqual([1, expect.stringContaining('0 products stored, 1 refused')]);
  expect(aws.calls).toEqual([]);
});

test('produce replays a file', async () => {
  const file = join(directory, 'sales.csv');
  writeFileSync(file, 'who,what\nann,lamp\nbob,mug\n');
  const map = 'userId=who,productId=what';
  const { code, stdout } = await run('produce', '--input', file, '--map', map);
  expect([code, stdout]).toEqual([
    0,
    `${file} is CSV, separated by commas: 2 records\nSent 2 records to sales at stack Shop\n`,
  ]);
});

test('charts copies the served run, and prints the path of its page', async () => {
  const to = join(directory, 'charts');
  const { code, stdout } = await run('charts', '--to', to);
  const page = join(to, chartsOf(1), 'index.html');
  expect([code, stdout]).toEqual([0, `Charts    ${page}\n`]);
  expect(existsSync(page)).toBe(true);
  const { stdout: urls } = await run('charts', '--url');
  expect(urls).toContain(`${aws.endpoint}/shop-lake/charts/00000001/index.html?`);
  expect((await run('charts', '--url', '--to', to)).stderr).toContain('--url contradicts --to and --open');
});

test('charts --serve shows the private bucket to this machine until it is stopped', async () => {
  const env = { PATH: process.env.PATH, NO_COLOR: '1', ...awsEnvironment(aws.endpoint) };
  const child = spawn(
    join(NODE_BIN, 'node'),
    [join(ROOT, 'local', 'main.ts'), 'charts', '--stack', 'Shop', '--serve'],
    {
      env,
    },
  );
  const ended = new Promise((resolve) => child.once('exit', resolve));
  let output = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  await expect.poll(() => output, { timeout: 15_000 }).toContain('Press Ctrl-C to stop');
  const [, url = ''] = /^Charts +(\S+)$/m.exec(output) ?? [];
  expect(new URL(url).hostname).toBe('127.0.0.1');
  expect(await (await fetch(url)).text()).toBe('<h1>');
  expect((await fetch(new URL('/windows/00000001.json', url))).status).toBe(404);
  child.kill('SIGINT');
  expect(await ended).toBe(0);
});

test.each([
  [['--serve', '--to', 'x'], '--serve contradicts --url and --to'],
  [['--port', '80'], '--port needs --serve'],
])('charts %j is refused with the reason', async (args, message) => {
  const { code, stderr } = await run('charts', ...args);
  expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
});

test('flush cuts a window and waits for its run', async () => {
  const { code, stdout } = await run('flush');
  expect(code).toBe(0);
  expect(stdout).toContain('Window 1 is cut: flushed on request');
  expect(aws.calls).toEqual([{ name: 'shop-threshold', event: { flush: true } }]);
});

test('retry asks the train Lambda for one more attempt', async () => {
  const { code, stdout } = await run('retry', '--window', '1');
  expect([code, stdout]).toEqual([0, 'Started attempt 2 of window 1\n']);
  expect(aws.calls).toEqual([{ name: 'shop-train', event: { retry: 1 } }]);
});

test('retry --over-budget asks for an attempt that does not fit into the budget', async () => {
  await run('retry', '--window', '1', '--over-budget');
  expect(aws.calls).toEqual([{ name: 'shop-train', event: { retry: 1, overBudget: true } }]);
});

test.each([
  { done: false, message: 'Cannot retry window 1: it has a run already' },
  ['Cannot retry window 1: it has a run already'],
])('retry fails with the reason if the train Lambda started nothing: %j', async (answer) => {
  answers['shop-train'] = answer;
  const { code, stdout, stderr } = await run('retry', '--window', '1');
  expect([code, stdout, stderr]).toEqual([1, '', '✗ Cannot retry window 1: it has a run already\n']);
});

test('rollback prints which run is served now, and fails with the reason if it changed nothing', async () => {
  answers['shop-publish'] = 'Run 1 is served again';
  expect(await run('rollback')).toEqual({ code: 0, stdout: 'Run 1 is served again\n', stderr: '' });
  answers['shop-publish'] = 'Cannot roll back: there is no earlier run';
  const { code, stderr } = await run('rollback', '--to', '7');
  expect([code, stderr]).toEqual([1, '✗ Cannot roll back: there is no earlier run\n']);
  expect(aws.calls.map(({ event }) => event)).toEqual([{ rollback: true }, { rollback: 7 }]);
});

test.each(['retry', 'rollback'])('%s fails if the answer of the Lambda is not a sentence', async (name) => {
  answers['shop-train'] = [];
  answers['shop-publish'] = null;
  const { code, stderr } = await run(name, ...(name === 'retry' ? ['--window', '1'] : []));
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^✗ Cannot understand the answer of shop-/)]);
});

test('flush fails while a run is in flight, and succeeds if there are no new sales', async () => {
  answers['shop-threshold'] = { reason: 'window 1 is in flight', newInteractions: 5, inFlight: true };
  const { code, stderr } = await run('flush');
  expect([code, stderr]).toEqual([1, '✗ Cannot cut a window: window 1 is in flight\n']);
  answers['shop-threshold'] = { reason: 'nothing new', newInteractions: 0, inFlight: false };
  expect(await run('flush')).toEqual({ code: 0, stdout: 'No window is cut: nothing new\n', stderr: '' });
});

test('charts fails if it cannot open the page, and says so', async () => {
  path = directory;
  const { code, stdout, stderr } = await run('charts', '--to', join(directory, 'opened'), '--open');
  expect([code, stdout]).toEqual([1, expect.stringMatching(/^Charts {4}/)]);
  expect(stderr).toMatch(/^✗ Cannot open the page: there is no /);
});

test.each([
  ['retry', '--window is missing: it names the window that gets one more attempt'],
  ['lists', '--user is missing: it names the user whose lists are shown'],
])('%s without its required option is refused before any request is sent', async (name, message) => {
  const { code, stderr } = await run(name);
  expect([code, stderr, aws.calls]).toEqual([1, `✗ ${message}\n`, []]);
});

test('lists fails with a sentence, not a stack trace, if the run has no file for them', async () => {
  const { code, stderr } = await run('lists', '--user', 'ann');
  expect(code).toBe(1);
  expect(stderr).toMatch(/^✗ Cannot /);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
});

test('smoke fails, and names what to check, if the sales do not reach the bucket', async () => {
  await aws.stop();
  aws = await startFakeStack({
    name: 'Shop',
    outputs: OUTPUTS,
    mappings: [{ Topics: ['sales'], State: 'Enabled', LastProcessingResult: 'OK' }],
    answer: (_, event) => ({ sent: (event as { records: unknown[] }).records.length }),
  });
  const { code, stdout, stderr } = await run('smoke', '--count', '100', '--timeout', '1');
  expect(stdout).toContain('✓ the pollers are enabled (OK)\nSent 100 records to sales at stack Shop\n');
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /Cannot see the sales in the bucket: 0 of 100 are stored after 1 s; docs\/runbook\.md/,
  );
});

test.each([
  [
    [{ Topics: ['sales'], State: 'Enabled', LastProcessingResult: 'PROBLEM: Connection error.' }],
    /Enabled, should be Enabled; PROBLEM: Connection error/,
  ],
  [[{ Topics: ['sales'], State: 'Disabled' }], /the pollers are Disabled, should be Enabled/],
  [[], /the pollers are missing/],
])('smoke sends nothing if the pollers do not work: %j', async (mappings, message) => {
  await aws.stop();
  aws = await startFakeStack({ name: 'Shop', outputs: OUTPUTS, mappings });
  const { code, stderr } = await run('smoke');
  expect(code).toBe(1);
  expect(stderr).toMatch(message);
  expect(aws.calls).toEqual([]);
});

test('smoke sends nothing to a stack that has sales, unless --anyway is given', async () => {
  await aws.stop();
  const key = interactionsKey({
    source: '0a1b2c3d',
    topic: 'sales',
    partition: 0,
    first: 0,
    last: 9,
    count: 10,
    firstMs: 1,
  });
  aws = await startFakeStack({
    name: 'Shop',
    outputs: OUTPUTS,
    mappings: [{ Topics: ['sales'], State: 'Enabled', LastProcessingResult: 'OK' }],
    objects: new Map([[key, '']]),
    answer: (_, event) => ({ sent: (event as { records: unknown[] }).records.length }),
  });
  const { code, stderr } = await run('smoke');
  expect(code).toBe(1);
  expect(stderr).toContain('it has 10 sales already');
  expect(aws.calls).toEqual([]);
  const allowed = await run('smoke', '--anyway', '--count', '100', '--timeout', '1');
  expect(allowed.stderr).toContain('0 of 100 are stored after 1 s');
  expect(aws.calls).toHaveLength(1);
});

const FORECAST = { users: 1, objects: 12, bytes: 3_400_000, seconds: 20, dollars: 0.0012 };
const COUNTS = { read: 12, changed: 3, deleted: 0, versionsDeleted: 3, readBytes: 3_400_000 };
const receiptWith = (found: readonly string[], isAtLeast = false) => ({
  ...{
    erasure: 7,
    requestedAtMs: 1000,
    requestedBy: 'ops',
    startedAtMs: 2000,
    finishedAtMs: 63_000,
    passes: 2,
  },
  ...{
    users: ['a'.repeat(64)],
    keyCheck: 'b'.repeat(16),
    together: [7],
    objects: COUNTS,
    changes: [],
    parts: [],
  },
  outside: { isAtLeast, tableItems: 4, queues: [{ queue: 'dead', messages: 2, deleted: 1 }], logs: [] },
  scan: { objects: 20, versions: 1, found, possible: [] },
  notReached: ['The topic keeps the sales'],
});
const forgetting = (found: readonly string[], isAtLeast?: boolean) => (event: unknown) => {
  const { forget } = event as { forget?: { dryRun?: boolean } };
  if (forget?.dryRun) return FORECAST;
  return { erasure: 7, progress: null, receipt: forget ? null : receiptWith(found, isAtLeast) };
};

test('forget shows what it will take, asks for it, and shows the receipt', async () => {
  answerOfForget = forgetting([]);
  const { code, stdout } = await run('forget', '--user=--x');
  expect([code, stdout.split('\n').slice(0, 4)]).toEqual([
    0,
    [
      'To forget 1 user, 12 objects and older versions that may hold users (3.4 MB) are read twice: to remove the users, and to search for them afterwards',
      'That takes about 20 seconds and costs about $0.0012 in an account',
      '1 user will be forgotten: erasure 7',
      'Erasure 7: 1 user forgotten in 62 seconds and 2 passes',
    ],
  ]);
  expect(stdout).toContain('4 recent sales deleted, 1 message in 1 queue deleted, 0 log streams deleted');
  expect(aws.calls.map(({ event }) => event)).toEqual([
    { forget: { users: ['--x'], dryRun: true } },
    { forget: { users: ['--x'], requestedBy: 'npm run forget' } },
    { erasure: 7 },
  ]);
});

test('forget says that an interrupted worker may have deleted more', async () => {
  answerOfForget = forgetting([], true);
  const { stdout } = await run('forget', '--user', 'ann');
  expect(stdout).toContain('  outside   at least: 4 recent sales deleted');
});

test('forget fails if the search afterwards found the user', async () => {
  answerOfForget = forgetting(['interactions/1']);
  const { code, stdout } = await run('forget', '--user', 'ann');
  expect([code, stdout]).toEqual([1, expect.stringContaining('✗ still found in interactions/1')]);
});

test('a dry run of forget changes nothing; a file names many users', async () => {
  answerOfForget = forgetting([]);
  const file = join(directory, 'leaving.txt');
  writeFileSync(file, 'ann\nbob\n');
  const { code, stdout } = await run('forget', '--users', file, '--dry-run');
  expect([code, stdout]).toEqual([
    0,
    expect.stringContaining('Nothing was changed, because this is a dry run'),
  ]);
  expect(aws.calls.map(({ event }) => event)).toEqual([{ forget: { users: ['ann', 'bob'], dryRun: true } }]);
});

test.each([
  [['--user', ''], '--user is empty, should be an id'],
  [[], '--user is missing: it names the user to forget'],
  [['--user', 'ann', '--users', 'x'], '--user and --users cannot be used together'],
])('forget %j is refused', async (args, message) => {
  const { code, stderr } = await run('forget', ...args);
  expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
  expect(aws.calls).toEqual([]);
});
