import type { Context } from 'aws-lambda';
import * as z from 'zod';
import type { RequestAnswer } from '../shared/contract/answers.ts';
import { answerMessages } from '../shared/platform/answer-messages.ts';
import { ENV, jsonVariable, readEnvironment } from '../shared/platform/env.ts';
import { s3Lake } from '../shared/platform/lake.ts';
import { createLog } from '../shared/platform/log.ts';
import type { QueueResponse } from '../shared/platform/messages.ts';
import { ExplorerSettings } from '../shared/web/explorer-settings.ts';
import { measureServed } from './measure.ts';
import { publish } from './publish.ts';
import { rollback } from './rollback.ts';

const environment = readEnvironment(
  z.object({
    [ENV.lakeBucket]: z.string().min(1),
    [ENV.explorer]: jsonVariable(ExplorerSettings).optional(),
  }),
);
const lake = s3Lake(environment[ENV.lakeBucket]);

const RollbackRequest = z.strictObject({ rollback: z.union([z.literal(true), z.int().min(1)]) });

/**
 * Decides every undecided run, whatever the notices say. A request `{rollback: N}` serves run N again, `{rollback: true}`
 * the run that was served before; it decides nothing.
 */
export async function handler(
  event: unknown,
  context: Context,
): Promise<RequestAnswer | QueueResponse | undefined> {
  const log = createLog('publish', {
    requestId: context.awsRequestId,
    functionName: context.functionName,
  });
  const parts = { lake, log, explorer: environment[ENV.explorer] };
  return answerMessages<z.infer<typeof RollbackRequest>, RequestAnswer | undefined>(event, {
    log,
    failure: 'Cannot publish',
    request: RollbackRequest,
    answer: ({ rollback: to }) => rollback(parts, to === true ? undefined : to),
    work: async (notices) => {
      await publish(
        parts,
        notices.some(({ kind }) => kind === 'sweep'),
      );
      await measureServed({ lake, log, nowMs: Date.now });
      return undefined;
    },
  });
}
