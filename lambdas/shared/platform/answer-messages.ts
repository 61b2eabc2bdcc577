import type * as z from 'zod';
import type { Log } from './log.ts';
import { DIRECT, parseQueueEvent, type QueueMessage, type QueueResponse } from './messages.ts';

/** A message after which a stage looks for work: an object was created, a job changed its state, or a sweep is due. */
export type Notice = Exclude<QueueMessage, { readonly kind: 'request' }>;

/** How a stage answers its messages. */
export interface Answering<Request, Answer> {
  readonly log: Log;
  /** Start of the log line of a failure, such as `Cannot publish`. */
  readonly failure: string;
  /** Schema of the requests that a person may send to this stage. */
  readonly request: z.ZodType<Request>;
  /** Answers one request. */
  readonly answer: (request: Request) => Promise<Answer>;
  /** Does the work that the notices of one event ask for; there is at least one. */
  readonly work: (notices: readonly Notice[]) => Promise<Answer>;
}

/**
 * Answers the event of a Lambda that reads a queue: first each request, in order, then all notices together.
 *
 * A message that fails does not fail its neighbours: the queue delivers that message again, and moves it to the
 * dead-letter queue if it fails too often.
 *
 * @returns For a queue, the messages that failed; may be empty. For a direct invocation, its answer.
 * @throws {Error} If a direct invocation failed, or if every message did, so that Lambda counts a failed invocation.
 */
export async function answerMessages<Request, Answer>(
  event: unknown,
  answering: Answering<Request, Answer>,
): Promise<QueueResponse | Answer> {
  const { log, failure } = answering;
  let messages: QueueMessage[];
  try {
    messages = parseQueueEvent(event, log);
    if (messages[0]?.messageId === DIRECT) return await perform(messages, answering);
  } catch (error) {
    log.error(failure, { error });
    throw error;
  }
  return answerQueue(messages, answering);
}

async function answerQueue<Request, Answer>(
  messages: readonly QueueMessage[],
  answering: Answering<Request, Answer>,
): Promise<QueueResponse> {
  const requests = messages.filter((message) => !isNotice(message)).map((message) => [message]);
  const parts = [...requests, messages.filter(isNotice)].filter((part) => part.length > 0);
  const failed: QueueMessage[] = [];
  const errors: unknown[] = [];
  for (const part of parts)
    try {
      await perform(part, answering);
    } catch (error) {
      answering.log.error(`${answering.failure}; the queue delivers the message again`, {
        messageIds: part.map(({ messageId }) => messageId),
        error,
      });
      for (const message of part) failed.push(message);
      errors.push(error);
    }
  if (parts.length > 0 && errors.length === parts.length) throw errors[0];
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

/** @param part One request, or any number of notices. */
async function perform<Request, Answer>(
  part: readonly QueueMessage[],
  { request, answer, work }: Answering<Request, Answer>,
): Promise<Answer> {
  const [message] = part;
  if (message?.kind !== 'request') return work(part.filter(isNotice));
  const parsed = request.safeParse(message.body);
  if (parsed.success) return answer(parsed.data);
  const issue = parsed.error.issues[0];
  // Without values: a request of forget names users, and this text is logged.
  throw new TypeError(
    `Cannot answer the request ${Object.keys(Object(message.body)).join(', ')}: ${[...(issue?.path ?? []), issue?.message].join(': ')}`,
  );
}

const isNotice = (message: QueueMessage): message is Notice => message.kind !== 'request';
