import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { ENV, jsonVariable, readEnvironment } from '../shared/platform/env.ts';
import { s3Lake } from '../shared/platform/lake.ts';
import { createLog } from '../shared/platform/log.ts';
import { accumulate, type PartialBatchResponse, throwFailures } from './accumulate.ts';
import { FieldMap } from './field-map.ts';
import { createJudge } from './sale.ts';

const environment = readEnvironment(
  z.object({
    [ENV.lakeBucket]: z.string().min(1),
    [ENV.fieldMap]: jsonVariable(FieldMap),
    [ENV.partialAnswers]: z.stringbool(),
  }),
);
const lake = s3Lake(environment[ENV.lakeBucket]);
const judge = createJudge(environment[ENV.fieldMap]);

export async function handler(event: unknown, context: Context): Promise<PartialBatchResponse> {
  const log = createLog('accumulate', {
    requestId: context.awsRequestId,
    functionName: context.functionName,
  });
  try {
    const answer = await accumulate(event, { lake, log, judge });
    if (!environment[ENV.partialAnswers]) throwFailures(answer);
    return answer;
  } catch (error) {
    log.error('Failed; the records come again', { error });
    throw error;
  }
}
