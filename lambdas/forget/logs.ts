import {
  CloudWatchLogsClient,
  DeleteLogStreamCommand,
  paginateFilterLogEvents,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Outside } from '../shared/contract/erasure.ts';
import { mentionsOf } from './mentions.ts';

type LogResult = Outside['logs'][number];

/** Beyond so many users all lines are read once, instead of a search for each user. */
const MOST_SEARCHES = 20;

/**
 * Deletes the log streams that name a user. CloudWatch cannot delete a line, so the whole stream goes, with the lines of one process
 * of a function. A stream that is still written begins again.
 */
export async function searchLogs(
  group: string,
  users: ReadonlySet<string>,
  client: CloudWatchLogsClient = new CloudWatchLogsClient({ maxAttempts: 5 }),
): Promise<LogResult> {
  const mentions = mentionsOf(users);
  const found = new Set<string>();
  const patterns = users.size > MOST_SEARCHES ? [undefined] : [...users].map(patternOf);
  for (const filterPattern of patterns)
    try {
      const pages = paginateFilterLogEvents(
        { client },
        { logGroupName: group, ...(filterPattern !== undefined && { filterPattern }) },
      );
      for await (const { events = [] } of pages)
        for (const { logStreamName, message = '' } of events)
          if (logStreamName !== undefined && !found.has(logStreamName) && mentions(message))
            found.add(logStreamName);
    } catch (error) {
      // A group without a line may not exist yet.
      if (!(error instanceof ResourceNotFoundException)) throw error;
    }
  for (const logStreamName of found) await deleteStream(client, { logGroupName: group, logStreamName });
  return { group, streamsDeleted: found.size };
}

/** A quoted term finds lines that contain it: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html */
const patternOf = (user: string): string | undefined =>
  // A quotation mark or a backslash cannot be escaped safely in a pattern; then all lines are read.
  /["\\]/.test(user) ? undefined : `"${user}"`;

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
