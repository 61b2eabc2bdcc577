import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import type { ErasureForecast } from '../shared/contract/erasure.ts';
import { answerMessages } from '../shared/platform/answer-messages.ts';
import { ENV, jsonVariable, readEnvironment } from '../shared/platform/env.ts';
import { s3Lake } from '../shared/platform/lake.ts';
import { createLog } from '../shared/platform/log.ts';
import type { QueueResponse } from '../shared/platform/messages.ts';
import { REMEMBER_SETTLES_SECONDS } from '../shared/platform/tombstones.ts';
import { PRIVACY_VARIABLES, personAccessOf } from '../shared/privacy/environment.ts';
import { FieldMap } from '../shared/sales/field-map.ts';
import { s3VersionedBucket } from './bucket.ts';
import { answerDirect, type DirectAnswer, DirectRequest } from './direct.ts';
import { createKindOf } from './kinds.ts';
import { placesOf } from './places.ts';
import { dynamoForgetRecent } from './table.ts';
import { LOOK_AGAIN_SECONDS, measureAge, workOnErasures } from './worker.ts';

const list = z
  .string()
  .default('')
  .transform((text) => text.split(',').filter(Boolean));
const environment = readEnvironment(
  z.object({
    [ENV.lakeBucket]: z.string().min(1),
    ...PRIVACY_VARIABLES,
    [ENV.recentTable]: z.string().min(1).optional(),
    [ENV.fieldMap]: jsonVariable(FieldMap),
    [ENV.deadLetters]: list,
    [ENV.logGroups]: list,
    [ENV.ownQueue]: z.string().min(1),
  }),
);
const lake = s3Lake(environment[ENV.lakeBucket]);
const bucket = s3VersionedBucket(environment[ENV.lakeBucket]);
const table = environment[ENV.recentTable];
const recent = table === undefined ? undefined : dynamoForgetRecent(table);
const people = personAccessOf(environment, { lake, use: 'reading' });
const kindOf = createKindOf(environment[ENV.fieldMap]);
// Emulators answer at another address than that in the URLs of their queues.
const sqs = new SQSClient({ maxAttempts: 5, useQueueUrlAsEndpoint: false });

/** Longer than a unit of the work takes. */
const MARGIN_MS = 90_000;

/**
 * Answers the requests of `npm run forget`, and works: after tombstones were written, in every sweep, and after
 * its own message, which it sends before its time ends.
 */
export async function handler(
  event: unknown,
  context: Context,
): Promise<QueueResponse | DirectAnswer | ErasureForecast | undefined> {
  const { awsRequestId: requestId, functionName } = context;
  const log = createLog('forget', { requestId, functionName });
  const [key, ids] = await Promise.all([people.key(), people.ids()]);
  const parts = {
    ...{ lake, bucket, key, ids, log, kindOf, nowMs: Date.now, holder: requestId },
    hasPseudonyms: environment[ENV.privacy].userIds === 'keyed',
    places: placesOf({
      ...{ recent, log },
      queues: environment[ENV.deadLetters],
      logGroups: environment[ENV.logGroups],
    }),
    settlesSeconds: REMEMBER_SETTLES_SECONDS,
    isLate: () => context.getRemainingTimeInMillis() < MARGIN_MS,
  };
  return answerMessages<DirectRequest, DirectAnswer | ErasureForecast | undefined>(event, {
    log,
    failure: 'Cannot forget',
    request: DirectRequest,
    answer: (request) => answerDirect(request, parts),
    work: async (notices) => {
      const isSweep = notices.some((notice) => notice.kind === 'sweep' && notice.all);
      const { state, looksAgain } = await workOnErasures(isSweep, parts);
      if (state === 'more') await goOn(0);
      if (looksAgain) await goOn(LOOK_AGAIN_SECONDS);
      await measureAge(parts);
      return undefined;
    },
  });
}

/** Sends a message to the function itself. If it were lost, the next sweep would continue the work. */
const goOn = (DelaySeconds: number): Promise<unknown> =>
  sqs.send(
    new SendMessageCommand({
      QueueUrl: environment[ENV.ownQueue],
      MessageBody: JSON.stringify({ sweep: true }),
      DelaySeconds,
    }),
  );
