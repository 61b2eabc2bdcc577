import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { Model } from '../shared/contract/model.ts';
import { ENV, jsonVariable, readEnvironment } from '../shared/platform/env.ts';
import { s3Lake } from '../shared/platform/lake.ts';
import { createLog } from '../shared/platform/log.ts';
import { parseQueueEvent, type QueueMessage } from '../shared/platform/messages.ts';
import { Threshold } from './settings.ts';
import { type Look, type Outcome, threshold } from './threshold.ts';

const environment = readEnvironment(
  z.object({
    [ENV.lakeBucket]: z.string().min(1),
    [ENV.threshold]: jsonVariable(Threshold),
    [ENV.model]: jsonVariable(Model),
  }),
);
const lake = s3Lake(environment[ENV.lakeBucket]);

/** One decision answers all messages of the event; the closest look that one of them asks for is taken. */
export async function handler(event: unknown, context: Context): Promise<Outcome> {
  const log = createLog('threshold', {
    requestId: context.awsRequestId,
    functionName: context.functionName,
  });
  try {
    return await threshold(closestLook(parseQueueEvent(event, log)), {
      lake,
      log,
      settings: environment[ENV.threshold],
      model: environment[ENV.model],
      nowMs: Date.now,
    });
  } catch (error) {
    log.error('Cannot decide; the message comes again', { error });
    throw error;
  }
}

const FlushRequest = z.strictObject({ flush: z.literal(true) });

/** @throws {z.ZodError} If a request asks for something else than a flush. */
function closestLook(messages: readonly QueueMessage[]): Look {
  const requests = messages.flatMap((message) => (message.kind === 'request' ? [message.body] : []));
  if (requests.map((body) => FlushRequest.parse(body)).length > 0) return 'flush';
  return messages.some((message) => message.kind === 'sweep' && message.all) ? 'sweep' : 'event';
}
