import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { ENV, jsonVariable, readEnvironment } from '../shared/platform/env.ts';
import { s3Lake } from '../shared/platform/lake.ts';
import { createLog } from '../shared/platform/log.ts';
import { parseQueueEvent } from '../shared/platform/messages.ts';
import { emrJobs } from './jobs.ts';
import { Launch } from './settings.ts';
import { retry, train } from './train.ts';

const environment = readEnvironment(
  z.object({ [ENV.lakeBucket]: z.string().min(1), [ENV.launch]: jsonVariable(Launch) }),
);
const bucket = environment[ENV.lakeBucket];
const lake = s3Lake(bucket);
const jobs = emrJobs();

const RetryRequest = z.strictObject({ retry: z.int().min(1) });

/** Whatever the message, all open windows are brought further; a request `{retry: N}` adds an attempt to window N. */
export async function handler(event: unknown, context: Context): Promise<readonly string[]> {
  const log = createLog('train', {
    requestId: context.awsRequestId,
    functionName: context.functionName,
  });
  const parts = { lake, jobs, log, bucket, launch: environment[ENV.launch], nowMs: Date.now };
  const answers: string[] = [];
  try {
    for (const message of parseQueueEvent(event, log))
      if (message.kind === 'request') {
        const { retry: window } = RetryRequest.parse(message.body);
        answers.push(await retry(parts, window));
        log.info(answers.at(-1) ?? '', { window });
      }
    await train(parts);
    return answers;
  } catch (error) {
    log.error('Cannot launch; the message comes again', { error });
    throw error;
  }
}
