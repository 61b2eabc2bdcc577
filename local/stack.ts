import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { z } from 'zod';
import { awsClient } from './emulator.ts';

/**
 * Calls a Lambda of the local stack and waits for its answer.
 *
 * @throws {Error} If the function failed; the message is the function's.
 */
export const invokeFunction = (endpoint: string, functionName: string, event: unknown): Promise<unknown> =>
  callFunction(lambdaClient(endpoint), functionName, event);

/**
 * Calls a Lambda, wherever it is, and waits for its answer.
 *
 * @throws {Error} If the function failed; the message is the function's.
 */
export async function callFunction(
  client: Pick<LambdaClient, 'send'>,
  functionName: string,
  event: unknown,
): Promise<unknown> {
  const { Payload, FunctionError } = await client.send(
    new InvokeCommand({ FunctionName: functionName, Payload: Buffer.from(JSON.stringify(event)) }),
  );
  const answer: unknown = JSON.parse(Buffer.from(Payload ?? 'null').toString() || 'null');
  if (FunctionError) throw new Error(`${functionName} failed: ${JSON.stringify(answer).slice(0, 500)}`);
  return answer;
}

const clients = new Map<string, LambdaClient>();

/** One client per endpoint: connections are kept. */
function lambdaClient(endpoint: string): LambdaClient {
  const client = clients.get(endpoint) ?? new LambdaClient(awsClient(endpoint));
  clients.set(endpoint, client);
  return client;
}

const Line = z.looseObject({
  level: z.enum(['info', 'warn', 'error']),
  stage: z.string(),
  message: z.string(),
});
export type LogLine = z.infer<typeof Line>;

/** Reads what the Lambdas logged since the last call: lines of the stages only, at least at warning level. */
export class LogReader {
  private readonly client: CloudWatchLogsClient;
  private readonly seen = new Set<string>();

  constructor(endpoint: string) {
    this.client = new CloudWatchLogsClient(awsClient(endpoint));
  }

  async read(): Promise<LogLine[]> {
    const found: LogLine[] = [];
    const { logGroups = [] } = await this.client.send(new DescribeLogGroupsCommand({}));
    for (const { logGroupName } of logGroups) {
      const { events = [] } = await this.client.send(
        new FilterLogEventsCommand({ logGroupName, filterPattern: '"level"' }),
      );
      for (const { eventId, timestamp, message = '' } of events) {
        const line = parseLine(message);
        const identity = `${logGroupName} ${eventId ?? timestamp} ${message}`;
        if (!line || line.level === 'info' || this.seen.has(identity)) continue;
        this.seen.add(identity);
        found.push(line);
      }
    }
    return found;
  }
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
