import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { ConfiguredModel } from '../shared/contract/model.ts';
import { answerMessages } from '../shared/platform/answer-messages.ts';
import { ENV, jsonVariable, readEnvironment } from '../shared/platform/env.ts';
import { s3Lake } from '../shared/platform/lake.ts';
import { createLog } from '../shared/platform/log.ts';
import type { QueueResponse } from '../shared/platform/messages.ts';
import { lookFor } from './look-for.ts';
import { Threshold } from './settings.ts';
import { type Look, type Outcome, threshold } from './threshold.ts';

const environment = readEnvironment(
  z.object({
    [ENV.lakeBucket]: z.string().min(1),
    [ENV.threshold]: jsonVariable(Threshold),
    [ENV.model]: jsonVariable(ConfiguredModel),
  }),
);
const lake = s3Lake(environment[ENV.lakeBucket]);

const FlushRequest = z.strictObject({ flush: z.literal(true) });

/** Answers each request `{flush: true}` by a separate decision, and all notices of the event by one decision. */
export async function handler(event: unknown, context: Context): Promise<Outcome | QueueResponse> {
  const log = createLog('threshold', {
    requestId: context.awsRequestId,
    functionName: context.functionName,
  });
  const { [ENV.threshold]: settings, [ENV.model]: model } = environment;
  const decide = (look: Look): Promise<Outcome> =>
    threshold(look, { lake, log, settings, model, nowMs: Date.now });
  return answerMessages(event, {
    log,
    failure: 'Cannot decide',
    request: FlushRequest,
    answer: () => decide({ how: 'flush' }),
    work: (notices) => decide(lookFor(notices)),
  });
}
