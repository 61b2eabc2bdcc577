import {
  CloudWatchLogsClient,
  DeleteLogStreamCommand,
  paginateFilterLogEvents,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Outside } from '../shared/contract/erasure.ts';
import type { Mentions } from './mentions.ts';

/** A part of a log group that was searched. */
export interface SearchedLogs {
  readonly result: Outside['logs'][number];
  /** Start of the next part, epoch ms; undefined at the end of the group. */
  readonly nextMs: number | undefined;
}

/** A page has at most 1 MB, and takes about a second. */
const MOST_PAGES = 10;

/**
 * Reads a part of a log group, oldest lines first, and deletes the log streams that name a user. CloudWatch cannot delete a line, so the
 * whole stream goes, with the lines of one process of a function. A stream that is still written begins again.
 *
 * All lines are read, and searched here: CloudTrail records the parameters of each request, so an id in a filter pattern would be kept
 * there (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/logging_cw_api_calls_cwl.html).
 *
 * @param fromMs Only lines of this moment or later are read, epoch ms.
 */
export async function searchLogs(
  group: string,
  mentions: Mentions,
  {
    fromMs = 0,
    client = new CloudWatchLogsClient({ maxAttempts: 5 }),
  }: { readonly fromMs?: number; readonly client?: CloudWatchLogsClient } = {},
): Promise<SearchedLogs> {
  const found = new Set<string>();
  const nextMs = await readPages({ group, fromMs, client }, (stream, message) => {
    if (!found.has(stream) && mentions(message)) found.add(stream);
  });
  for (const logStreamName of found) await deleteStream(client, { logGroupName: group, logStreamName });
  return { result: { group, streamsDeleted: found.size }, nextMs };
}

/** @returns The start of the next part; undefined at the end. */
async function readPages(
  {
    group,
    fromMs,
    client,
  }: { readonly group: string; readonly fromMs: number; readonly client: CloudWatchLogsClient },
  read: (stream: string, message: string) => void,
): Promise<number | undefined> {
  let [pages, newestMs] = [0, fromMs];
  const input = { logGroupName: group, ...(fromMs > 0 && { startTime: fromMs }) };
  try {
    for await (const { events = [], nextToken } of paginateFilterLogEvents({ client }, input)) {
      for (const { logStreamName, message = '', timestamp = 0 } of events) {
        newestMs = Math.max(newestMs, timestamp);
        if (logStreamName !== undefined) read(logStreamName, message);
      }
      // Lines of one millisecond may be on two pages, so the next part begins with them again.
      if (++pages >= MOST_PAGES && newestMs > fromMs && nextToken !== undefined) return newestMs;
    }
  } catch (error) {
    // A group without a line may not exist yet.
    if (!(error instanceof ResourceNotFoundException)) throw error;
  }
  return undefined;
}

async function deleteStream(
  client: CloudWatchLogsClient,
  stream: { readonly logGroupName: string; readonly logStreamName: string },
): Promise<void> {
  try {
    await client.send(new DeleteLogStreamCommand(stream));
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
  }
}
