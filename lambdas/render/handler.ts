import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { PREFIX, parseNumberedKey } from '../shared/contract/keys.ts';
import { ENV, jsonVariable, readEnvironment } from '../shared/platform/env.ts';
import { s3Lake } from '../shared/platform/lake.ts';
import { createLog } from '../shared/platform/log.ts';
import { parseQueueEvent, type QueueMessage, type QueueResponse } from '../shared/platform/messages.ts';
import { Privacy } from '../shared/privacy/settings.ts';
import { type Parts, renderDecided, sweep } from './render.ts';

const environment = readEnvironment(
  z.object({
    [ENV.lakeBucket]: z.string().min(1),
    [ENV.privacy]: jsonVariable(Privacy).optional(),
  }),
);
const lake = s3Lake(environment[ENV.lakeBucket]);
const hasPseudonyms = environment[ENV.privacy]?.userIds === 'keyed';

/** Each message names one decided run. Messages that failed are delivered again; the others are not. */
export async function handler(event: unknown, context: Context): Promise<QueueResponse> {
  const log = createLog('render', {
    requestId: context.awsRequestId,
    functionName: context.functionName,
  });
  const batchItemFailures: { itemIdentifier: string }[] = [];
  for (const message of parseQueueEvent(event, log))
    try {
      await answer({ lake, log, hasPseudonyms }, message);
    } catch (error) {
      log.error('Cannot render; the message will be delivered again', {
        ...(message.kind === 'object' ? { object: message.key } : {}),
        error,
      });
      batchItemFailures.push({ itemIdentifier: message.messageId });
    }
  return { batchItemFailures };
}

async function answer(parts: Parts, message: QueueMessage): Promise<void> {
  if (message.kind === 'sweep') return sweep(parts);
  if (message.kind !== 'object' || !message.key.startsWith(PREFIX.publications))
    throw new TypeError(
      `Cannot render: the message is ${message.kind}, should name a publication or be a sweep`,
    );
  const publication = parseNumberedKey(PREFIX.publications, message.key);
  // Publish also counts its tries below this prefix.
  if (publication !== undefined) await renderDecided(parts, publication);
}
