import {
  CloudWatchLogsClient,
  paginateDescribeLogGroups,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs';
import { z } from 'zod';
import { awsClient } from './emulator.ts';
import { stageIn } from './stage-logs.ts';

/** A line of accumulate about a batch with fields that look personal. */
const Line = z.looseObject({ looksPersonal: z.record(z.string(), z.int()) });

/**
 * Adds up the fields that look personal, by the log lines of accumulate: the bucket does not count them.
 *
 * @param sinceMs Earlier lines are skipped, epoch ms.
 * @returns Counts by field and kind, such as `userId email`; empty if there are none. A batch that was delivered again counts
 *   again.
 */
export async function readLooksPersonal(
  endpoint: string,
  sinceMs: number,
): Promise<Readonly<Record<string, number>>> {
  const client = new CloudWatchLogsClient(awsClient(endpoint));
  const counts: Record<string, number> = {};
  for await (const { logGroups = [] } of paginateDescribeLogGroups({ client }, {}))
    for (const { logGroupName = '' } of logGroups) {
      if (stageIn(logGroupName) !== 'accumulate') continue;
      const query = { logGroupName, startTime: Math.floor(sinceMs) };
      for await (const { events = [] } of paginateFilterLogEvents({ client }, query))
        for (const { message } of events)
          for (const [name, count] of Object.entries(looksPersonalIn(message)))
            counts[name] = (counts[name] ?? 0) + count;
    }
  return counts;
}

function looksPersonalIn(message = ''): Readonly<Record<string, number>> {
  if (!message.includes('"looksPersonal"')) return {};
  try {
    return Line.parse(JSON.parse(message.slice(message.indexOf('{')))).looksPersonal;
  } catch {
    return {};
  }
}
