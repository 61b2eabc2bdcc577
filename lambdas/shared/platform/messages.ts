import * as z from 'zod';
import type { Log } from './log.ts';

/**
 * What arrives in a stage's queue: an object was created, the sweep's turn has come, a job run changed its state, or a
 * person asks for something. All but the first may be sent by hand.
 */
export type QueueMessage = {
  /** SQS message id, for the partial batch response; `DIRECT` if the Lambda was invoked without a queue. */
  readonly messageId: string;
} & Body;

type Body =
  | { readonly kind: 'object'; readonly key: string }
  /** `all`: at everything that was ever stored, for a stage whose usual sweep looks at less; the others take it as any. */
  | { readonly kind: 'sweep'; readonly all: boolean }
  | { readonly kind: 'job'; readonly jobRunId: string; readonly state: string }
  | { readonly kind: 'request'; readonly body: Readonly<Record<string, unknown>> };

/** Stands for the message id of a direct invocation. */
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
 * Reads the event of a Lambda that hangs on a queue. A Lambda may also be invoked directly with one body (a person's
 * request, a test).
 *
 * A message that is none of the known kinds would be none the next time either: it is told as an error and left out, so
 * that its neighbours are not delivered again and again until they are put aside with it.
 *
 * @returns one message per record that can be read, in the event's order; may be empty.
 * @throws {TypeError} If the Lambda was invoked directly with something else.
 */
export function parseQueueEvent(event: unknown, log: Log): QueueMessage[] {
  const queue = QueueEvent.safeParse(event);
  if (!queue.success) return [{ messageId: DIRECT, ...parseBody(event, 'the event') }];
  return queue.data.Records.flatMap(({ messageId, body }) => {
    try {
      return [{ messageId, ...parseBody(parseText(body, messageId), `message ${messageId}`) }];
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      log.error('Left out a message', { messageId, body, error });
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

function parseBody(value: unknown, what: string): Body {
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
    `Cannot read ${what}: it is neither "Object Created", a job run's state change, {"sweep":true} nor a request`,
  );
}

/** Answer of a Lambda on a queue: these messages come again. */
export interface QueueResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}
