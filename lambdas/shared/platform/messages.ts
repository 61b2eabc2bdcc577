import * as z from 'zod';
import type { Log } from './log.ts';

/**
 * A message in the queue of a stage: an object was created, a sweep is due, a job run changed its state, or a person sends
 * a request. A person may send all kinds but the first.
 */
export type QueueMessage = {
  /** Id of the SQS message, for the partial batch response; `DIRECT` if the Lambda was invoked directly. */
  readonly messageId: string;
} & Body;

type Body =
  | { readonly kind: 'object'; readonly key: string }
  /**
   * `all` asks for a sweep of everything ever stored, in a stage whose frequent sweep covers less. Other stages ignore it.
   */
  | { readonly kind: 'sweep'; readonly all: boolean }
  | { readonly kind: 'job'; readonly jobRunId: string; readonly state: string }
  | { readonly kind: 'request'; readonly body: Readonly<Record<string, unknown>> };

/** The message id of a direct invocation. */
export const DIRECT = 'direct';

const QueueEvent = z.object({
  Records: z.array(z.object({ messageId: z.string(), eventSource: z.literal('aws:sqs'), body: z.string() })),
});

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
const ObjectCreated = z.object({
  'detail-type': z.literal('Object Created'),
  detail: z.object({ object: z.object({ key: z.string() }) }),
});

/** https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/using-eventbridge.html */
const JobRunStateChange = z.object({
  'detail-type': z.literal('EMR Serverless Job Run State Change'),
  detail: z.object({ jobRunId: z.string(), state: z.string() }),
});

const Sweep = z.strictObject({ sweep: z.literal(true), all: z.literal(true).optional() });
const Request = z.record(z.string(), z.unknown());

/**
 * Parses the event of a Lambda that reads a queue. A person or a test may also invoke the Lambda directly, with the body of
 * one message.
 *
 * A message of an unknown kind would be unknown again after a retry, so it is logged as an error and skipped.
 *
 * @returns The other messages, in the order of the event; may be empty.
 * @throws {TypeError} If a direct invocation is of an unknown kind.
 */
export function parseQueueEvent(event: unknown, log: Log): QueueMessage[] {
  const queue = QueueEvent.safeParse(event);
  if (!queue.success) return [{ messageId: DIRECT, ...parseBody(event, 'the event') }];
  return queue.data.Records.flatMap(({ messageId, body }) => {
    try {
      return [{ messageId, ...parseBody(parseText(body, messageId), `message ${messageId}`) }];
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      log.error('Skipped a message that cannot be read', { messageId, body, error });
      return [];
    }
  });
}

function parseText(body: string, messageId: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new TypeError(`Cannot read message ${messageId}: its body is not JSON`, { cause });
  }
}

/** @param name Names the value in an error: `message m1`. */
function parseBody(value: unknown, name: string): Body {
  const created = ObjectCreated.safeParse(value);
  if (created.success) return { kind: 'object', key: created.data.detail.object.key };
  const job = JobRunStateChange.safeParse(value);
  if (job.success) return { kind: 'job', ...job.data.detail };
  const sweep = Sweep.safeParse(value);
  if (sweep.success) return { kind: 'sweep', all: sweep.data.all === true };
  const request = Request.safeParse(value);
  if (request.success && !('Records' in request.data) && !('detail-type' in request.data))
    return { kind: 'request', body: request.data };
  throw new TypeError(
    `Cannot read ${name}: it is neither "Object Created", nor a state change of a job run, nor {"sweep":true}, nor a request`,
  );
}

/** The answer of a Lambda to its queue: these messages failed, and the queue delivers them again. */
export interface QueueResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}
