import type { LambdaClient } from '@aws-sdk/client-lambda';
import {
  MOST_RECORDS,
  ProduceAnswer,
  type ProduceRequest,
  type TopicRecord,
} from '../../lambdas/produce/produce.ts';
import { callFunction } from './call-function.ts';

/**
 * Most bytes of records in one call. Lambda accepts 6 MB; a third less leaves room for the rest of the request.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const MOST_BYTES = 4 * 1024 * 1024;

export interface ProduceByLambdaOptions {
  /** Must not retry a call: the first attempt may have worked, and every sale would count twice. */
  readonly client: Pick<LambdaClient, 'send'>;
  readonly functionName: string;
  /** Called after each request with the number of records sent so far. */
  readonly onProgress?: (sent: number) => void;
}

/**
 * Puts records on a stack's topic by calling its produce Lambda, one call after the other.
 *
 * @returns The number of records sent.
 * @throws {Error} If a call fails; the message says how many records the earlier calls have put on the topic.
 */
export async function produceByLambda(
  records: Iterable<TopicRecord> | AsyncIterable<TopicRecord>,
  { client, functionName, onProgress = () => undefined }: ProduceByLambdaOptions,
): Promise<number> {
  let sent = 0;
  for await (const request of splitIntoRequests(records)) {
    try {
      sent += ProduceAnswer.parse(await callFunction(client, functionName, request)).sent;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : cause;
      throw new Error(`Cannot produce: ${reason}; earlier calls have put ${sent} records on the topic`, {
        cause,
      });
    }
    onProgress(sent);
  }
  return sent;
}

/** Splits records into requests, each as large as one call allows; yields none if there are no records. */
async function* splitIntoRequests(
  records: Iterable<TopicRecord> | AsyncIterable<TopicRecord>,
): AsyncGenerator<ProduceRequest> {
  let batch: ProduceRequest['records'] = [];
  let bytes = 0;
  for await (const { key, value, timestampMs } of records) {
    const record = {
      key,
      value: value?.toString('base64') ?? null,
      ...(timestampMs === undefined ? {} : { timestampMs }),
    };
    const sizeBytes = Buffer.byteLength(JSON.stringify(record)) + 1;
    if (batch.length > 0 && (batch.length >= MOST_RECORDS || bytes + sizeBytes > MOST_BYTES)) {
      yield { records: batch };
      batch = [];
      bytes = 0;
    }
    batch.push(record);
    bytes += sizeBytes;
  }
  if (batch.length > 0) yield { records: batch };
}
