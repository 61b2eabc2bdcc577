import type { Context } from 'aws-lambda';
import * as z from 'zod';
import type { RequestAnswer } from '../shared/contract/answers.ts';
import { answerMessages } from '../shared/platform/answer-messages.ts';
import { ENV, jsonVariable, readEnvironment } from '../shared/platform/env.ts';
import { s3Lake } from '../shared/platform/lake.ts';
import { createLog } from '../shared/platform/log.ts';
import type { QueueResponse } from '../shared/platform/messages.ts';
import { emrJobs } from './jobs.ts';
import { Launch } from './settings.ts';
import { retry, train } from './train.ts';
import { loggedUsage, MeasuredFunctions } from './usage.ts';

const environment = readEnvironment(
  z.object({
    [ENV.lakeBucket]: z.string().min(1),
    [ENV.launch]: jsonVariable(Launch),
    [ENV.usage]: jsonVariable(MeasuredFunctions),
    /** Set by Lambda. */
    AWS_REGION: z.string().optional(),
  }),
);
const bucket = environment[ENV.lakeBucket];
const lake = s3Lake(bucket);
const jobs = emrJobs();
const usage = loggedUsage(environment[ENV.usage]);

const RetryRequest = z.strictObject({ retry: z.int().min(1), overBudget: z.literal(true).optional() });

/**
 * Advances every window that has no run yet, whatever the notices say, and writes the receipts of attempts that have ended.
 * A request `{retry: N}` adds an attempt to window N; with `overBudget: true` even if it does not fit into the budget.
 */
export async function handler(
  event: unknown,
  context: Context,
): Promise<RequestAnswer | QueueResponse | undefined> {
  const log = createLog('train', {
    requestId: context.awsRequestId,
    functionName: context.functionName,
  });
  const parts = {
    lake,
    jobs,
    log,
    bucket,
    launch: environment[ENV.launch],
    region: environment.AWS_REGION,
    usage,
    nowMs: Date.now,
  };
  return answerMessages<z.infer<typeof RetryRequest>, RequestAnswer | undefined>(event, {
    log,
    failure: 'Cannot train',
    request: RetryRequest,
    answer: ({ retry: window, overBudget = false }) => retry(parts, { window, overBudget }),
    work: async () => {
      await train(parts);
      return undefined;
    },
  });
}
