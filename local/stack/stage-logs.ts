import {
  CloudWatchLogsClient,
  paginateDescribeLogGroups,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs';
import { z } from 'zod';
import { STAGES } from '../../lambdas/shared/contract/stages.ts';
import { awsClient } from './emulator.ts';

const Line = z.looseObject({
  level: z.enum(['info', 'warn', 'error']),
  stage: z.string(),
  message: z.string(),
});
export type LogLine = z.infer<typeof Line>;

/** Each read starts this long before the newest line, because lines may arrive late. */
const OVERLAP_MS = 5_000;

/** Reads the Lambdas' warnings, errors, crashes and timeouts from CloudWatch Logs. */
export class LogReader {
  private readonly client: CloudWatchLogsClient;
  /** Timestamps of lines that were returned already, by log group and event; only those that may be read again. */
  private readonly returned = new Map<string, number>();
  /** Where the next read starts, by log group: epoch ms. */
  private readonly fromMs = new Map<string, number>();
  private readonly sinceMs: number;

  /** @param sinceMs When the pipeline started, epoch ms. Earlier lines are skipped. */
  constructor(endpoint: string, sinceMs: number) {
    this.client = new CloudWatchLogsClient(awsClient(endpoint));
    this.sinceMs = Math.floor(sinceMs);
  }

  /** @returns Warnings and errors logged since the last call: one log group after the other, oldest first in each. */
  async read(): Promise<LogLine[]> {
    const found: LogLine[] = [];
    for await (const { logGroups = [] } of paginateDescribeLogGroups({ client: this.client }, {}))
      for (const { logGroupName } of logGroups)
        if (logGroupName !== undefined)
          for (const line of await this.readGroup(logGroupName)) found.push(line);
    return found;
  }

  private async readGroup(logGroupName: string): Promise<LogLine[]> {
    const startTime = this.fromMs.get(logGroupName) ?? this.sinceMs;
    const lines: LogLine[] = [];
    let newestMs = startTime;
    const pages = paginateFilterLogEvents({ client: this.client }, { logGroupName, startTime });
    for await (const { events = [] } of pages)
      for (const { eventId, timestamp = startTime, message = '' } of events) {
        newestMs = Math.max(newestMs, timestamp);
        const line = toLogLine(message, logGroupName);
        const identity = `${logGroupName} ${eventId ?? `${timestamp} ${message}`}`;
        if (!line || line.level === 'info' || this.returned.has(identity)) continue;
        this.returned.set(identity, timestamp);
        lines.push(line);
      }
    this.fromMs.set(logGroupName, Math.max(this.sinceMs, newestMs - OVERLAP_MS));
    this.forgetOld();
    return lines;
  }

  private forgetOld(): void {
    const oldestMs = Math.min(...this.fromMs.values());
    for (const [identity, timestamp] of this.returned)
      if (timestamp < oldestMs) this.returned.delete(identity);
  }
}

/**
 * Matches what the runtime logs when a Lambda crashes or times out: the Lambda itself logs nothing then. Lines of a
 * stack trace do not match; they belong to the line before.
 */
const CRASH = /^(?!\s+at ).*(Error|Task timed out|process died)/;

function toLogLine(message: string, logGroupName: string): LogLine | undefined {
  const line = parseLine(message);
  if (line || !CRASH.test(message)) return line;
  return { level: 'error', stage: stageIn(logGroupName), message: message.trim() };
}

function parseLine(message: string): LogLine | undefined {
  const start = message.indexOf('{');
  if (start < 0) return undefined;
  try {
    const line = Line.safeParse(JSON.parse(message.slice(start)));
    return line.success ? line.data : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the stage that a function's generated name contains, or the name itself if it contains none. */
export const stageIn = (name: string): string =>
  [...STAGES, 'forget'].find((stage) => name.toLowerCase().includes(stage)) ?? name;
