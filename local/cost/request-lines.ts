import { HOURS_PER_MONTH } from '../../lambdas/shared/contract/prices.ts';
import { ASSUMED, STACK } from './assumed.ts';
import type { BillLine, Line } from './line.ts';

/** What decides the cost of requests in one month. */
export interface RequestUsage {
  readonly sales: number;
  /** Records on the topic, and the same as events of Lambda. */
  readonly topicGb: number;
  readonly eventGb: number;
  /** Months since the deployment. */
  readonly months: number;
}

export interface RequestInput {
  readonly stream: string;
  readonly pollers: string;
  readonly partitions: number;
  readonly requestsPerSale: number;
}

const GB = 1e9;
const SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600;
const DAYS_PER_MONTH = HOURS_PER_MONTH / 24;

/**
 * Calculates what lists, sales through the API and recent sales cost in one month. Every sale counts as if it came through the
 * API in a request of its own, which is the most that it can cost.
 */
export function requestLines(input: RequestInput, usage: RequestUsage, line: Line): BillLine[] {
  const { sales } = usage;
  const lists = sales * input.requestsPerSale;
  const requests = lists + sales;
  const remembered = Math.min(sales, SECONDS_PER_MONTH * ASSUMED.rememberCallsPerSecond * input.partitions);
  const smallSeconds = sales * ASSUMED.collectSeconds + remembered * ASSUMED.rememberSeconds;
  const calls = requests + remembered;
  return [
    line('API Gateway, lists and sales', requests, 'httpApiRequest'),
    line('Lambda, serve', lists * ASSUMED.serveSeconds * ASSUMED.serveGb, 'lambdaArm'),
    line('Lambda, collect and remember', smallSeconds * ASSUMED.smallGb, 'lambdaArm'),
    line('Lambda, lists and sales', calls, 'lambdaRequest'),
    ...tableLines(usage, lists, line),
    ...secondReader(input, usage, line),
    line('S3, histories read by serve', lists * ASSUMED.getsPerList, 's3Get'),
    line('S3, looks of serve for news', LISTINGS * looks(lists), 's3Put'),
    line('S3, looks of remember for tombstones', looksOfRemember(remembered), 's3Put'),
    line('CloudWatch, logs of lists and sales', (calls * ASSUMED.logBytesPerApiRequest) / GB, 'logs'),
    line('CloudWatch, metrics of requests', sales === 0 ? 0 : STACK.requestMetrics, 'metric'),
    line('X-Ray, lists and sales', traced(calls), 'trace'),
  ];
}

function tableLines({ sales, months }: RequestUsage, lists: number, line: Line): BillLine[] {
  // Half of the billed month's sales are stored, on average; TTL deletes for free.
  const monthsKept = Math.min(months - 0.5, ASSUMED.rememberDays / DAYS_PER_MONTH);
  return [
    line('DynamoDB, sales written', sales, 'dynamodbWrite'),
    line('DynamoDB, users read', lists, 'dynamodbRead'),
    line('DynamoDB, sales kept 90 days', (sales * monthsKept * ASSUMED.itemBytes) / GB, 'dynamodbStorage'),
  ];
}

/** remember reads every sale a second time. Provisioned pollers are shared with accumulate. */
function secondReader(
  { stream, pollers }: RequestInput,
  { topicGb, eventGb }: RequestUsage,
  line: Line,
): BillLine[] {
  return [
    ...(stream === 'serverless'
      ? [line('MSK Serverless, sales out again', topicGb, 'mskServerlessOut')]
      : []),
    ...(pollers === 'on-demand' ? [line('Interface endpoints, sales again', eventGb, 'endpointData')] : []),
  ];
}

/** A look lists the batches of the catalogue and the tombstones. */
const LISTINGS = 2;

/** Each process looks for what is new while it answers: at most once for each list. */
function looks(lists: number): number {
  const processes = Math.max(1, (lists / SECONDS_PER_MONTH) * ASSUMED.serveSeconds);
  return Math.min(lists, (SECONDS_PER_MONTH / ASSUMED.serveRefreshSeconds) * processes);
}

/** The same for remember: at most once for each call. */
function looksOfRemember(calls: number): number {
  const processes = Math.max(1, (calls / SECONDS_PER_MONTH) * ASSUMED.rememberSeconds);
  return Math.min(calls, (SECONDS_PER_MONTH / ASSUMED.rememberRefreshSeconds) * processes);
}

/** All calls of a quiet shop are traced, and a part of those of a busy one. */
const traced = (calls: number): number =>
  Math.min(calls, SECONDS_PER_MONTH + Math.max(0, calls - SECONDS_PER_MONTH) * ASSUMED.tracedShare);
