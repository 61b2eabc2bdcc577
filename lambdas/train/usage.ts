import { setTimeout as sleep } from 'node:timers/promises';
import {
  CloudWatchLogsClient,
  GetQueryResultsCommand,
  StartQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import * as z from 'zod';
import type { FunctionUsage } from '../shared/contract/receipt.ts';

/** Replaces the log group of a stage that runs in the process of `npm start`. */
export const NO_LOG_GROUP = 'local';

/** The Lambdas whose use is measured, by stage; the construct sets them. */
export const MeasuredFunctions = z.record(
  z.string(),
  z.strictObject({
    /** {@link NO_LOG_GROUP} for a stage that is not a Lambda in this deployment. */
    logGroup: z.string(),
    memoryMb: z.number().positive(),
  }),
);
export type MeasuredFunctions = z.infer<typeof MeasuredFunctions>;

/** Measures what the Lambdas used. */
export interface Usage {
  /**
   * @param fromMs Start, inclusive, and `untilMs` end, exclusive: whole seconds, epoch ms.
   * @returns The use by stage; a stage without a request is left out.
   * @throws {Error} If it cannot be measured.
   */
  measure(fromMs: number, untilMs: number): Promise<Record<string, FunctionUsage>>;
}

/**
 * Sums the reports that Lambda itself logs after every request. They have the billed duration, which includes the start of a
 * process; the metric `Duration` does not. CloudWatch Logs Insights adds them up where they are stored, for $0.005 per GB
 * that it scans, and can be allowed for single log groups, which reading metrics cannot.
 *
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
 */
const QUERY =
  'filter @message like /^REPORT RequestId/ | stats count(*) as requests, sum(@billedDuration) as milliseconds by @log';

const POLL_MS = 500;
/** A query takes a second or a few. */
const MAX_POLLS = 20;

type Row = Readonly<Record<string, string>>;

/** The reports of the Lambdas in CloudWatch Logs. */
export function loggedUsage(
  functions: MeasuredFunctions,
  client: Pick<CloudWatchLogsClient, 'send'> = new CloudWatchLogsClient({}),
  pause: (ms: number) => Promise<unknown> = sleep,
): Usage {
  const measured = Object.entries(functions).filter(([, { logGroup }]) => logGroup !== NO_LOG_GROUP);
  return {
    async measure(fromMs, untilMs) {
      if (untilMs <= fromMs || measured.length === 0) return {};
      const { queryId } = await client.send(
        new StartQueryCommand({
          logGroupNames: measured.map(([, { logGroup }]) => logGroup),
          queryString: QUERY,
          startTime: Math.floor(fromMs / 1000),
          // Both ends are inclusive.
          endTime: Math.floor(untilMs / 1000) - 1,
        }),
      );
      return usageOf(await waitFor(queryId), measured);
    },
  };

  async function waitFor(queryId: string | undefined): Promise<Row[]> {
    for (let poll = 0; poll < MAX_POLLS; poll++) {
      const { status, results = [] } = await client.send(new GetQueryResultsCommand({ queryId }));
      if (status === 'Complete')
        return results.map((fields) =>
          Object.fromEntries(fields.map(({ field = '', value = '' }) => [field, value])),
        );
      if (status !== 'Running' && status !== 'Scheduled')
        throw new Error(`Cannot measure the Lambdas: the query of their logs ended ${status}`);
      await pause(POLL_MS);
    }
    throw new Error(
      `Cannot measure the Lambdas: the query of their logs took more than ${(MAX_POLLS * POLL_MS) / 1000} s`,
    );
  }
}

function usageOf(
  rows: readonly Row[],
  measured: readonly (readonly [string, MeasuredFunctions[string]])[],
): Record<string, FunctionUsage> {
  const usage: Record<string, FunctionUsage> = {};
  for (const [stage, { logGroup, memoryMb }] of measured) {
    let [requests, milliseconds] = [0, 0];
    for (const row of rows.filter((each) => logGroupOf(each) === logGroup)) {
      const report = reportOf(row);
      requests += report.requests;
      milliseconds += report.milliseconds;
    }
    if (requests > 0)
      usage[stage] = { requests, milliseconds, gbSeconds: (milliseconds / 1000) * (memoryMb / 1024) };
  }
  return usage;
}

/** AWS names a log group with its account: `123456789012:NAME`. */
const logGroupOf = (row: Row): string | undefined => row['@log']?.split(':').at(-1);

/** Reads a row of the query. An emulator that cannot add up returns each report instead, as the text that Lambda logged. */
function reportOf(row: Row): { readonly requests: number; readonly milliseconds: number } {
  if (row.requests !== undefined)
    return { requests: Number(row.requests), milliseconds: Number(row.milliseconds ?? 0) };
  const [, billed] = /Billed Duration: ([\d.]+) ms/.exec(row['@message'] ?? '') ?? [];
  return billed === undefined
    ? { requests: 0, milliseconds: 0 }
    : { requests: 1, milliseconds: Number(billed) };
}
