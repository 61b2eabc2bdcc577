import { DeleteMessageCommand, type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Outside } from '../shared/contract/erasure.ts';
import type { Log } from '../shared/platform/log.ts';
import { parseQueueEvent } from '../shared/platform/messages.ts';
import type { Mentions } from './mentions.ts';

type QueueResult = Outside['queues'][number];

/** Messages that were received stay invisible for this long: longer than the search takes, so that none comes twice. */
const HIDDEN_SECONDS = 120;
const MOST_PER_CALL = 10;
/** Receiving nothing once is no proof that a queue is empty: it samples its servers. */
const EMPTY_ANSWERS = 3;
const MOST_CALLS = 1_000;

/** Searches a dead-letter queue, and deletes the messages that name a user. The others are visible again after two minutes. */
export async function searchQueue(
  queueUrl: string,
  mentions: Mentions,
  {
    log,
    client = new SQSClient({ maxAttempts: 5, useQueueUrlAsEndpoint: false }),
  }: { readonly log: Log; readonly client?: SQSClient },
): Promise<QueueResult> {
  const seen = new Set<string>();
  let deleted = 0;
  for (let calls = 0, empty = 0; calls < MOST_CALLS && empty < EMPTY_ANSWERS; calls++) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: MOST_PER_CALL,
        VisibilityTimeout: HIDDEN_SECONDS,
      }),
    );
    const unseen = Messages.filter(({ MessageId = '' }) => !seen.has(MessageId));
    if (unseen.length === 0) empty++;
    for (const message of unseen) {
      seen.add(message.MessageId ?? '');
      if (!namesUser(message, mentions, log)) continue;
      await client.send(
        new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: message.ReceiptHandle }),
      );
      deleted++;
    }
  }
  return { queue: queueUrl.split('/').at(-1) ?? queueUrl, messages: seen.size, deleted };
}

/** Messages about objects, jobs and sweeps name no user: their keys and ids are made of numbers. */
function namesUser({ Body = '' }: Message, mentions: Mentions, log: Log): boolean {
  try {
    const [message] = parseQueueEvent(JSON.parse(Body), log);
    if (message && message.kind !== 'request') return false;
  } catch {
    // Anything else is searched as text.
  }
  return mentions(Body);
}
