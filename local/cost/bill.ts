import { counted, sum } from '../../lambdas/shared/contract/numbers.ts';
import { HOURS_PER_MONTH, PRICES, type Region } from '../../lambdas/shared/contract/prices.ts';
import { secondsOfRun } from '../../lambdas/shared/contract/run-seconds.ts';
import { MAX_PARTITIONS_LISTED_AT_ONCE } from '../../lambdas/threshold/scan.ts';
import { ASSUMED, STACK } from './assumed.ts';
import { type BillLine, type Line, lineAt } from './line.ts';
import { type RequestUsage, requestLines } from './request-lines.ts';
import { planRuns, type RunAt, type Workload } from './workload.ts';

export const STREAMS = ['serverless', 'provisioned', 'existing'] as const;
export type StreamKind = (typeof STREAMS)[number];
export const POLLERS = ['on-demand', 'provisioned'] as const;
export type PollerKind = (typeof POLLERS)[number];

export interface BillInput extends Workload {
  readonly region: Region;
  readonly stream: StreamKind;
  readonly pollers: PollerKind;
  /** Partitions of the topic. */
  readonly partitions: number;
  /** Whether the stack has an API (`serve`). */
  readonly serve: boolean;
  /** Lists that the shop asks the API for, for each sale. */
  readonly requestsPerSale: number;
}

export interface Bill {
  /** Costs without any sale. */
  readonly idle: readonly BillLine[];
  /** Costs that the sales add. */
  readonly busy: readonly BillLine[];
  readonly idleUsd: number;
  readonly busyUsd: number;
}

/** Listings by one decision of threshold beyond those of the partitions: windows, sources, topics and partitions. */
const LISTS_OF_FOLDERS = 4;
/** The part of them that an empty bucket needs too; it has no sources yet. */
const LISTS_OF_EMPTY_LAKE = 2;
/** Up to this many partitions, an event lists all of them and the folders; beyond, only those that it names. */
const MAX_LISTED_AT_ONCE = MAX_PARTITIONS_LISTED_AT_ONCE;
/** Days that a full sweep looks back. */
const FULL_SWEEP_DAYS = 7;

const GB = 1e9;
const SWEEPS_PER_MONTH = (HOURS_PER_MONTH * 60) / STACK.sweepMinutes;
const FULL_SWEEPS_PER_MONTH = HOURS_PER_MONTH / STACK.fullSweepHours;

/**
 * Calculates the bill of one month.
 *
 * @returns Every line, also those that cost nothing, in the order in which a sale passes through the parts.
 * @throws {RangeError} If a number of the workload is out of range.
 */
export function makeBill(input: BillInput): Bill {
  const line = lineAt(PRICES[input.region]);
  const idle = [...idleStream(input, line), ...idleStages(line), ...idleOperations(input, line)];
  const busy = busyLines(input, line);
  return { idle, busy, idleUsd: usdOf(idle), busyUsd: usdOf(busy) };
}

const usdOf = (lines: readonly BillLine[]): number => sum(lines.map(({ usd }) => usd));

function idleStream({ stream, pollers, partitions }: BillInput, line: Line): BillLine[] {
  const { brokers, brokerDiskGb, endpoints, zones } = STACK;
  const cluster: Readonly<Record<StreamKind, readonly BillLine[]>> = {
    serverless: [
      line('MSK Serverless, cluster', HOURS_PER_MONTH, 'mskServerlessCluster'),
      line('MSK Serverless, partitions', partitions * HOURS_PER_MONTH, 'mskServerlessPartition'),
    ],
    provisioned: [
      line('MSK, two kafka.t3.small', brokers * HOURS_PER_MONTH, 'mskSmallBroker'),
      line('MSK, disks', brokers * brokerDiskGb, 'mskBrokerStorage'),
    ],
    existing: [],
  };
  const polling =
    pollers === 'provisioned'
      ? line('Lambda, provisioned poller', HOURS_PER_MONTH, 'eventPollerUnit')
      : line('Interface endpoints', endpoints * zones * HOURS_PER_MONTH, 'endpoint');
  return [...cluster[stream], polling];
}

/** Lambda polls the queues, and sweeps list the bucket, also without sales. */
function idleStages(line: Line): BillLine[] {
  const messages = SWEEPS_PER_MONTH * STACK.queues;
  const polls = STACK.queues * ASSUMED.pollsPerQueueHour * HOURS_PER_MONTH;
  const gb = (STACK.queues - 2) * ASSUMED.smallGb + ASSUMED.thresholdGb + ASSUMED.forgetGb;
  return [
    line('SQS, polls and sweeps', polls + messages * ASSUMED.requestsPerMessage, 'sqsRequest'),
    line('Lambda, sweeps', SWEEPS_PER_MONTH * gb * ASSUMED.smallSeconds, 'lambdaArm'),
    line('Lambda, sweeps', messages, 'lambdaRequest'),
    line('S3, listings of sweeps', SWEEPS_PER_MONTH * ASSUMED.listsPerSweep, 's3Put'),
    line('CloudWatch, logs of sweeps', (messages * ASSUMED.logBytesPerRequest) / GB, 'logs'),
    line('X-Ray, sweeps', messages, 'trace'),
  ];
}

/** The API, its Lambdas and the table cost nothing while idle; what watches them does. */
function idleOperations({ serve, pollers }: BillInput, line: Line): BillLine[] {
  const { alarms, requestAlarms, dashboards, metrics, pollerAlarms, pollerMetrics } = STACK;
  const isProvisioned = Number(pollers === 'provisioned');
  const readers = serve ? 2 : 1;
  return [
    line('CloudWatch, alarms', alarms + isProvisioned * pollerAlarms, 'alarm'),
    ...(serve
      ? [line('CloudWatch, alarms of requests', requestAlarms + isProvisioned * pollerAlarms, 'alarm')]
      : []),
    line('CloudWatch, dashboard', dashboards, 'dashboard'),
    line('CloudWatch, metrics', metrics + isProvisioned * readers * pollerMetrics, 'metric'),
    line('Secrets Manager, secret of personal ids', 1, 'secret'),
  ];
}

/** Calculates what the sales of the billed month use. */
function usageOf(input: BillInput) {
  const { salesPerMonth: sales, month, recordBytes } = input;
  const runs = planRuns(input);
  const now = runs.filter((run) => run.month === month);
  const topicGb = (sales * recordBytes) / GB;
  const eventBytes = (recordBytes * 4) / 3 + ASSUMED.eventBytesPerRecord;
  const mostRecords = Math.min(STACK.batchSize, Math.floor(ASSUMED.eventBytes / eventBytes));
  const windows = (HOURS_PER_MONTH * 3600) / STACK.windowSeconds;
  const calls = Math.min(sales, Math.max(windows, Math.ceil(sales / mostRecords)));
  const batches = Math.min(sales, calls * input.partitions);
  // Events of one minute are answered by one decision. It lists a partition once for each of its batches at most.
  const decisions = Math.min(calls, (HOURS_PER_MONTH * 3600) / STACK.gatherSeconds);
  const listed =
    input.partitions <= MAX_LISTED_AT_ONCE ? LISTS_OF_FOLDERS + input.partitions : 1 + input.partitions;
  const lists = Math.min(decisions * listed, decisions * LISTS_OF_FOLDERS + batches);
  // On average, half of the billed month's sales are in the lake.
  const elapsedMonths = month - 0.5;
  return {
    sales,
    runs,
    now,
    topicGb,
    eventGb: (sales * eventBytes) / GB,
    calls,
    decisions,
    lists,
    batches,
    elapsedMonths,
  };
}

function busyLines(input: BillInput, line: Line): BillLine[] {
  const usage = usageOf(input);
  const { sales, now, calls, decisions, lists, batches } = usage;
  const requests = calls + decisions + now.length * ASSUMED.requestsPerRun;
  const accumulateSeconds = calls * ASSUMED.accumulateSeconds + sales / ASSUMED.accumulateSalesPerSecond;
  const smallGbSeconds =
    decisions * ASSUMED.thresholdGb * ASSUMED.smallSeconds + now.length * ASSUMED.gbSecondsPerRun;
  return [
    ...busyStream(input, usage, line),
    line('Lambda, accumulate', accumulateSeconds * ASSUMED.accumulateGb, 'lambdaArm'),
    line('Lambda, other stages', smallGbSeconds, 'lambdaArm'),
    line('Lambda, all', requests, 'lambdaRequest'),
    line('S3, batches written', batches, 's3Put'),
    line('S3, listings of threshold', lists, 's3Put'),
    line('S3, reads of threshold and of runs', decisions * ASSUMED.getsPerEvent + batches, 's3Get'),
    ...busySweeps(input, usage, line),
    line('EventBridge, rules', batches, 'eventBridge'),
    line('SQS, events', batches * ASSUMED.requestsPerMessage, 'sqsRequest'),
    ...trainingLines(now, line),
    line('Secrets Manager, reads', secretReads(input, usage), 'secretRead'),
    ...(input.serve ? requestLines(input, requestUsageOf(input, usage), line) : []),
    line('S3, the lake', lakeGb(usage), 's3Storage'),
    line('CloudWatch, logs', (requests * ASSUMED.logBytesPerRequest) / GB, 'logs'),
    line('X-Ray', requests, 'trace'),
  ];
}

type Usage = ReturnType<typeof usageOf>;

const requestUsageOf = ({ month }: BillInput, { sales, topicGb, eventGb }: Usage): RequestUsage => ({
  sales,
  topicGb,
  eventGb,
  months: month,
});

function busyStream(
  { stream, pollers }: BillInput,
  { topicGb, eventGb }: Usage,
  line: Line,
): readonly BillLine[] {
  const kept = topicGb * (STACK.retentionHours / HOURS_PER_MONTH);
  const msk =
    stream === 'serverless'
      ? [
          line('MSK Serverless, sales in', topicGb, 'mskServerlessIn'),
          line('MSK Serverless, sales out', topicGb, 'mskServerlessOut'),
          line('MSK Serverless, sales kept 7 days', kept, 'mskServerlessStorage'),
        ]
      : [];
  return pollers === 'on-demand'
    ? [...msk, line('Interface endpoints, sales', eventGb, 'endpointData')]
    : msk;
}

/**
 * Requests by threshold's sweeps beyond those for an empty bucket. Every sweep lists the start and the end of each partition;
 * a full sweep lists the batches of the last week too and reads the windows of that week.
 */
function busySweeps({ partitions }: BillInput, { sales, batches, now }: Usage, line: Line): BillLine[] {
  const sweeps = sales === 0 ? 0 : SWEEPS_PER_MONTH;
  const lists = LISTS_OF_FOLDERS - LISTS_OF_EMPTY_LAKE + 2 * partitions;
  const weeks = (FULL_SWEEP_DAYS * 24) / HOURS_PER_MONTH;
  const pages = Math.ceil((batches * weeks) / ASSUMED.keysPerList);
  return [
    line('S3, listings of sweeps, partitions', sweeps * lists, 's3Put'),
    line('S3, reads of sweeps, newest window', sweeps * ASSUMED.getsPerEvent, 's3Get'),
    line(
      'S3, listings of full sweeps',
      (sales === 0 ? 0 : pages + partitions) * FULL_SWEEPS_PER_MONTH,
      's3Put',
    ),
    line(
      'S3, reads of full sweeps',
      (sales === 0 ? 0 : now.length * weeks + 1) * FULL_SWEEPS_PER_MONTH,
      's3Get',
    ),
  ];
}

/** By each job, and by each process of accumulate (if ids are keyed) and, with an API, of remember and serve. */
function secretReads({ serve }: BillInput, { sales, now }: Usage): number {
  const readers = serve ? 3 : 1;
  return (sales === 0 ? 0 : (readers * HOURS_PER_MONTH) / ASSUMED.processHours) + now.length;
}

function trainingLines(now: readonly RunAt[], line: Line): BillLine[] {
  const { workers, workerVcpu, workerGb } = STACK;
  const hours = sum(now.map(({ trainedOn }) => secondsOfRun(trainedOn))) / 3600;
  const runs = counted(now.length, 'run');
  return [
    line(`EMR Serverless, ${runs}`, hours * workers * workerVcpu, 'emrArmVcpu'),
    line(`EMR Serverless, ${runs}`, hours * workers * workerGb, 'emrArmMemory'),
  ];
}

/** Size of the batches, of the same sales compacted, and of the files of all runs, because no run is deleted. */
function lakeGb({ sales, batches, elapsedMonths, runs }: Usage): number {
  const interactions = elapsedMonths * (batches * ASSUMED.batchBytes + 2 * sales * ASSUMED.saleBytes);
  const files = sum(runs.map(({ trainedOn }) => trainedOn * ASSUMED.runBytesPerSale));
  return (interactions + files) / GB;
}
