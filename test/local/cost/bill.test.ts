import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PRICES, PRICES_AS_OF } from '../../../lambdas/shared/contract/prices.ts';
import { METRICS } from '../../../lambdas/shared/platform/metrics.ts';
import { Config } from '../../../lib/config.ts';
import { executorsOf, takenGb } from '../../../lib/train-config.ts';
import { ASSUMED, STACK } from '../../../local/cost/assumed.ts';
import { type Bill, type BillInput, makeBill } from '../../../local/cost/bill.ts';
import { DEFAULTS } from '../../../local/cost/defaults.ts';
import type { BillLine } from '../../../local/cost/line.ts';
import { costTable, formatBill } from '../../../local/cost/table.ts';
import { ROOT } from '../../../local/process/paths.ts';

const bill = (input: Partial<BillInput>): Bill => makeBill({ ...DEFAULTS, ...input });
const usdOf = (lines: readonly BillLine[]): Record<string, number> => {
  const byPart: Record<string, number> = {};
  for (const { part, usd } of lines) byPart[part] = (byPart[part] ?? 0) + usd;
  return byPart;
};

test('idle, MSK Serverless: 730 h x 0.75, and 3 partitions x 730 h x 0.0015', () => {
  const { idle, busyUsd } = bill({ salesPerMonth: 0 });
  expect(usdOf(idle)['MSK Serverless, cluster']).toBeCloseTo(547.5, 6);
  expect(usdOf(idle)['MSK Serverless, partitions']).toBeCloseTo(3.285, 6);
  expect(busyUsd).toBe(0);
});

test('idle, two small brokers: 2 x 730 h x 0.0456, and 2 disks x 10 GB x 0.10', () => {
  const { idle } = bill({ stream: 'provisioned' });
  expect(usdOf(idle)['MSK, two kafka.t3.small']).toBeCloseTo(66.576, 6);
  expect(usdOf(idle)['MSK, disks']).toBeCloseTo(2, 6);
});

test('idle, pollers: 2 endpoints x 2 zones x 730 h x 0.01, or one unit x 730 h x 0.185', () => {
  const onDemand = usdOf(bill({ stream: 'existing' }).idle);
  expect(onDemand['Interface endpoints']).toBeCloseTo(29.2, 6);
  const provisioned = usdOf(bill({ stream: 'existing', pollers: 'provisioned' }).idle);
  expect(provisioned['Lambda, provisioned poller']).toBeCloseTo(135.05, 6);
  expect(provisioned).not.toHaveProperty('Interface endpoints');
  expect(Object.keys(provisioned).filter((part) => part.startsWith('MSK'))).toEqual([]);
});

/**
 * A sweep every 5 minutes is 8,760 a month for each of 5 stages: 43,800 messages of 3 requests. Lambda polls 5 queues 900
 * times an hour: 3,285,000.
 */
test('idle, sweeps: polling and sweeping cost little, and are listed', () => {
  expect(usdOf(bill({}).idle)).toMatchObject({
    'SQS, polls and sweeps': expect.closeTo((3_285_000 + 131_400) * 0.4e-6, 6),
    // 8,760 x 0.3 s x (3 x 0.5 GB + 1 GB + 3 GB) = 14,454 GB-s at 0.0000133334, and 43,800 requests at 0.20 a million
    'Lambda, sweeps': expect.closeTo(0.192721 + 0.00876, 5),
    'S3, listings of sweeps': expect.closeTo(8_760 * 9 * 5e-6, 6),
    'CloudWatch, dashboard': 3,
  });
});

test('the secret costs $0.40 a month, and its reads 0.05 for 10,000', () => {
  const input = { salesPerMonth: 1e6, month: 1, runsPerMonth: 10 };
  const { idle, busy } = bill(input);
  expect(usdOf(idle)['Secrets Manager, secret of personal ids']).toBeCloseTo(0.4, 9);
  // 730 h / 2 h x 3 stages, and 10 jobs; without an API one stage.
  expect(usdOf(busy)['Secrets Manager, reads']).toBeCloseTo((1095 + 10) * 5e-6, 9);
  expect(usdOf(bill({ ...input, serve: false }).busy)['Secrets Manager, reads']).toBeCloseTo(
    (365 + 10) * 5e-6,
    9,
  );
});

/**
 * A million sales of 1,000 bytes in the first month, ten runs: 1 GB in and out, 168 of 730 hours kept. A window of 60 s is
 * 43,800 calls a month, each with a batch of 3 partitions: 131,400. An event has 1,333 + 250 bytes a record.
 * The runs train on 100,000, 200,000 … 1,000,000 sales: 10 x 73 s + 5,500,000 x 55 us = 1,032.5 s of 16 vCPU and 56 GB.
 */
test('busy, an example calculated by hand', () => {
  const { busy } = bill({ salesPerMonth: 1e6, recordBytes: 1000, month: 1, runsPerMonth: 10 });
  expect(usdOf(busy)).toMatchObject({
    'MSK Serverless, sales in': expect.closeTo(0.1, 9),
    'MSK Serverless, sales out': expect.closeTo(0.05, 9),
    'MSK Serverless, sales kept 7 days': expect.closeTo(0.023014, 6),
    'Interface endpoints, sales': expect.closeTo(0.015833, 6),
    // (43,800 x 0.15 s + 10 s) x 1.7275 GB = 11,367 GB-s
    'Lambda, accumulate': expect.closeTo(0.151567, 4),
    'S3, batches written': expect.closeTo(131_400 * 5e-6, 9),
    'S3, listings of threshold': expect.closeTo(43_800 * 7 * 5e-6, 9),
    // Two folders more than an empty bucket has, and the start and the end of three partitions.
    'S3, listings of sweeps, partitions': expect.closeTo(8_760 * 8 * 5e-6, 9),
    'S3, reads of sweeps, newest window': expect.closeTo(8_760 * 3 * 0.4e-6, 9),
    // A week has 168 of 730 hours: 30,240 batches, which are 31 pages, and three starts of partitions; 2.3 windows and a mark.
    'S3, listings of full sweeps': expect.closeTo(34 * (730 / 24) * 5e-6, 9),
    'S3, reads of full sweeps': expect.closeTo((1680 / 730 + 1) * (730 / 24) * 0.4e-6, 9),
    'SQS, events': expect.closeTo(394_200 * 0.4e-6, 9),
    // 0.286806 h x 16 x 0.042094 + 0.286806 h x 56 x 0.004628
    'EMR Serverless, 10 runs': expect.closeTo(0.193165 + 0.074331, 5),
    'EventBridge, rules': 0,
  });
});

/** A minute with a batch of each of 100 partitions: they are listed once each, and the windows once. */
test('busy, 100 partitions: threshold lists about as often as batches are written, and the age of the lake does not matter', () => {
  const input = { salesPerMonth: 1e7, partitions: 100, runsPerMonth: 10 };
  const [young, old] = [1, 12].map((month) => usdOf(bill({ ...input, month }).busy));
  expect(young).toMatchObject({
    'S3, batches written': expect.closeTo(4_380_000 * 5e-6, 9),
    'S3, listings of threshold': expect.closeTo(43_800 * 101 * 5e-6, 9),
    'S3, listings of sweeps, partitions': expect.closeTo(8_760 * 202 * 5e-6, 9),
  });
  for (const part of Object.keys(young ?? {}).filter((name) => name.startsWith('S3, listings')))
    expect(old?.[part]).toBe(young?.[part]);
});

test('more than ten partitions are called expensive', () => {
  const printed = (partitions: number) => {
    const input: BillInput = { ...DEFAULTS, partitions };
    return formatBill(makeBill(input), input);
  };
  expect(printed(10)).not.toContain('more than 10 partitions');
  expect(printed(11)).toContain('more than 10 partitions');
});

test('busy, few sales: no more calls and batches than sales', () => {
  const parts = usdOf(bill({ salesPerMonth: 100, month: 1, runsPerMonth: 0 }).busy);
  expect(parts['S3, batches written']).toBeCloseTo(100 * 5e-6, 9);
  expect(parts['EMR Serverless, 0 runs']).toBe(0);
});

test('an existing cluster is not on the bill: there is no line for MSK', () => {
  const { idle, busy } = bill({ stream: 'existing' });
  expect([...idle, ...busy].filter(({ part }) => part.startsWith('MSK'))).toEqual([]);
});

test('the bill is for the default configuration of the stack', () => {
  const { stream, sweepMinutes, threshold, train, serve, remember } = Config.parse({});
  expect(STACK.gatherSeconds).toBe(threshold.gatherSeconds);
  const { diskGb } = Config.parse({ stream: { kind: 'provisioned' } }).stream as { diskGb: number };
  expect(STACK).toMatchObject({
    partitions: stream.partitions,
    retentionHours: stream.retentionHours,
    windowSeconds: stream.windowSeconds,
    batchSize: stream.batchSize,
    brokerDiskGb: diskGb,
    sweepMinutes,
    fullSweepHours: threshold.fullSweepHours,
    // Two more are published only for a receipt, which is for an hour, and only with a ceiling.
    metrics:
      Object.keys(METRICS).filter((name) => !/^(JobUsd|WindowsOverBudget)$/.test(name)).length -
      STACK.requestMetrics,
    pollerMetrics: 2,
    workers: 1 + executorsOf(train),
    workerVcpu: train.driver.vcpu,
    workerGb: takenGb(train.driver),
  });
  expect(train.executor).toEqual(train.driver);
  expect(ASSUMED.rememberDays).toBe(remember.days);
  expect(ASSUMED.serveGb * 1024).toBe(serve === false ? 0 : serve.memoryMb);
});

/** Counts the metrics that an alarm watches: one, or those of its expression. */
const metricsOf = ({ Metrics }: { readonly Metrics?: readonly object[] }): number =>
  Metrics?.filter((metric) => 'MetricStat' in metric).length ?? 1;

test('the bill counts the alarms, dashboards, endpoints and swept queues of the reviewed template', () => {
  const { Resources }: { Resources: Record<string, { Type: string; Properties?: object }> } = JSON.parse(
    readFileSync(join(ROOT, 'test/fixtures/recommender-stack.template.json'), 'utf8'),
  );
  const count = (type: string, has: (properties: object) => boolean = () => true): number =>
    Object.values(Resources).filter(({ Type, Properties = {} }) => Type === type && has(Properties)).length;
  const alarms = Object.values(Resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm');
  const watched = (isOfRequests: boolean): number =>
    alarms
      .map(({ Properties = {} }) => Properties as { AlarmDescription?: string; Metrics?: object[] })
      .filter(
        ({ AlarmDescription = '' }) =>
          /^(remember|serve|collect|catalogue|erasures)-/.test(AlarmDescription) === isOfRequests,
      )
      .reduce((total, properties) => total + metricsOf(properties), 0);
  expect(STACK).toMatchObject({
    alarms: watched(false),
    requestAlarms: watched(true),
    dashboards: count('AWS::CloudWatch::Dashboard'),
    queues: count('AWS::SQS::Queue', (properties) => 'RedrivePolicy' in properties),
    endpoints: count('AWS::EC2::VPCEndpoint', (properties) => 'PrivateDnsEnabled' in properties),
    zones: count('AWS::EC2::Subnet'),
  });
});

/**
 * A million sales of 1,000 bytes in the first month and ten lists for each: 10,000,000 lists and 11,000,000 requests. An event
 * has 1,583 bytes a record. remember is called for each sale, because 5 calls a second for 3 partitions would be 39,420,000.
 */
test('busy, requests: an example calculated by hand', () => {
  const input = { salesPerMonth: 1e6, recordBytes: 1000, month: 1, runsPerMonth: 10 };
  expect(usdOf(bill(input).busy)).toMatchObject({
    'API Gateway, lists and sales': 11,
    // 10,000,000 x 0.03 s x 1.7275 GB
    'Lambda, serve': expect.closeTo(518_262 * 0.0000133334, 3),
    // (1,000,000 + 1,000,000) x 0.03 s x 0.5 GB
    'Lambda, collect and remember': expect.closeTo(30_000 * 0.0000133334, 6),
    'Lambda, lists and sales': expect.closeTo(12 * 0.2, 9),
    'DynamoDB, sales written': 0.625,
    'DynamoDB, users read': 1.25,
    // Half of the month's sales on average, of 250 bytes.
    'DynamoDB, sales kept 90 days': expect.closeTo(0.5 * 0.25 * 0.25, 9),
    'MSK Serverless, sales out again': expect.closeTo(0.05, 9),
    'Interface endpoints, sales again': expect.closeTo(0.015833, 6),
    'S3, histories read by serve': 4,
    // One process makes two listings every 5 s of 2,628,000, and one of remember makes one.
    'S3, looks of serve for news': expect.closeTo(2 * 525_600 * 5e-6, 9),
    'S3, looks of remember for tombstones': expect.closeTo(525_600 * 5e-6, 9),
    'CloudWatch, logs of lists and sales': expect.closeTo(12e6 * 900e-9 * 0.5, 9),
    // One a second, and 5 % of the other 9,372,000.
    'X-Ray, lists and sales': expect.closeTo((2_628_000 + 468_600) * 5e-6, 6),
  });
  // The table is as large as 90 days of sales, from the fourth month on.
  const kept = usdOf(bill({ ...input, month: 24 }).busy)['DynamoDB, sales kept 90 days'];
  expect(kept).toBeCloseTo((90 / (730 / 24)) * 0.25 * 0.25, 9);
});

test('without an API the bill has none of its lines, idle or busy', () => {
  const [withApi, without] = [true, false].map((serve) => bill({ serve }));
  const parts = ({ idle = [], busy = [] }: Partial<Bill> = {}) => [...idle, ...busy].map(({ part }) => part);
  expect(parts(without).filter((part) => /API|DynamoDB|serve|collect|remember|requests/.test(part))).toEqual(
    [],
  );
  expect(parts(withApi)).toEqual(expect.arrayContaining(parts(without)));
  // While idle, the API costs what watches it.
  expect((withApi?.idleUsd ?? 0) - (without?.idleUsd ?? 0)).toBeCloseTo(STACK.requestAlarms * 0.1, 9);
});

test('each reader with provisioned pollers adds two metrics, and the three that an alarm watches', () => {
  const [provisioned, onDemand] = (['provisioned', 'on-demand'] as const).map((pollers) =>
    usdOf(bill({ serve: true, pollers }).idle),
  );
  for (const [part, usd] of [
    ['CloudWatch, alarms', 3 * 0.1],
    ['CloudWatch, alarms of requests', 3 * 0.1],
    ['CloudWatch, metrics', 4 * 0.3],
  ] as const)
    expect((provisioned?.[part] ?? 0) - (onDemand?.[part] ?? 0), part).toBeCloseTo(usd, 9);
});

test('provisioned pollers are shared, so the second reader of the topic adds nothing to them', () => {
  const polling = (serve: boolean) =>
    usdOf(bill({ serve, pollers: 'provisioned' }).idle)['Lambda, provisioned poller'];
  expect(polling(true)).toBe(polling(false));
});

test('totals are the sums of their lines, and every line is its quantity at its price', () => {
  const { idle, busy, idleUsd, busyUsd } = bill({});
  for (const { quantity, price, usd } of [...idle, ...busy]) expect(usd).toBe(quantity * price.usd);
  expect(idleUsd).toBeCloseTo(
    idle.reduce((total, { usd }) => total + usd, 0),
    9,
  );
  expect(busyUsd).toBeCloseTo(
    busy.reduce((total, { usd }) => total + usd, 0),
    9,
  );
});

test('every price has a unit and an AWS page as its source, and the prices have a date', () => {
  expect(PRICES_AS_OF).toMatch(/^20\d\d-\d\d$/);
  for (const table of Object.values(PRICES))
    for (const [name, { usd, unit, source }] of Object.entries(table)) {
      expect(usd, name).toBeGreaterThanOrEqual(0);
      expect(unit, name).not.toBe('');
      expect(source, name).toMatch(/^https:\/\/aws\.amazon\.com\/[a-z0-9-]+\/pricing\/$/);
    }
});

test('the printed bill has every line, idle before busy, and the totals', () => {
  const input: BillInput = { ...DEFAULTS, stream: 'provisioned' };
  const made = makeBill(input);
  const text = formatBill(made, input);
  const lines = text.split('\n');
  for (const { part } of [...made.idle, ...made.busy]) expect(text).toContain(`  ${part} `);
  expect(lines.indexOf('Idle')).toBeLessThan(lines.indexOf('Busy, in addition'));
  expect(text).toMatch(/= idle +\d/);
  expect(text).toMatch(/= busy +\d/);
  expect(lines.every((line) => line.length <= 120)).toBe(true);
});

test('the cost table of docs/deploy.md is what npm run cost -- --table prints', () => {
  expect(readFileSync(join(ROOT, 'docs/deploy.md'), 'utf8')).toContain(costTable(DEFAULTS));
});

test('every cost that the README mentions is in that table', () => {
  const amounts = readFileSync(join(ROOT, 'README.md'), 'utf8').match(/\$\d+/g) ?? [];
  expect(amounts.length).toBeGreaterThan(0);
  for (const amount of amounts) expect(costTable(DEFAULTS)).toContain(`| ${amount} |`);
});
