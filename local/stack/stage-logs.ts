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

/** How far back each look goes behind the newest line: lines may arrive late. */
const OVERLAP_MS = 5_000;

/** What the Lambdas log that a person must see: their warnings and errors, and how they died. */
export class LogReader {
  private readonly client: CloudWatchLogsClient;
  /** Told lines, as far back as a look goes. */
  private readonly told = new Map<string, number>();
  /** By log group: lines from then on are not all read. */
  private readonly fromMs = new Map<string, number>();
  private readonly sinceMs: number;

  /** @param sinceMs Lines before are of an earlier start: epoch ms. */
  constructor(endpoint: string, sinceMs: number) {
    this.client = new CloudWatchLogsClient(awsClient(endpoint));
    this.sinceMs = Math.floor(sinceMs);
  }

  /** @returns what was logged since the last call, group by group, in order of time */
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
        if (!line || line.level === 'info' || this.told.has(identity)) continue;
        this.told.set(identity, timestamp);
        lines.push(line);
      }
    this.fromMs.set(logGroupName, Math.max(this.sinceMs, newestMs - OVERLAP_MS));
    this.forget();
    return lines;
  }

  private forget(): void {
    const oldestMs = Math.min(...this.fromMs.values());
    for (const [identity, timestamp] of this.told) if (timestamp < oldestMs) this.told.delete(identity);
  }
}

/**
 * A Lambda that dies writes no line of ours: the runtime tells of the exception, or of the time that was up. Lines of a
 * stack trace belong to the one before.
 */
const DEATH = /^(?!\s+at ).*(Error|Task timed out|process died)/;

function toLogLine(message: string, logGroupName: string): LogLine | undefined {
  const line = parseLine(message);
  if (line || !DEATH.test(message)) return line;
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

/** The stage in a function's name, which CloudFormation has made; else the name. */
export const stageIn = (name: string): string =>
  STAGES.find((stage) => name.toLowerCase().includes(stage)) ?? name;
