import type { Context } from 'aws-lambda';
import { z } from 'zod';
import { ENV, jsonVariable, readEnvironment } from '../shared/env.ts';
import { s3Lake } from '../shared/lake.ts';
import { createLog } from '../shared/log.ts';
import { accumulate, type PartialBatchResponse } from './accumulate.ts';
import { FieldMap } from './field-map.ts';
import { createJudge } from './sale.ts';

const environment = readEnvironment(
  z.object({ [ENV.lakeBucket]: z.string().min(1), [ENV.fieldMap]: jsonVariable(FieldMap) }),
);
const lake = s3Lake(environment[ENV.lakeBucket]);
const judge = createJudge(environment[ENV.fieldMap]);

export async function handler(event: unknown, context: Context): Promise<PartialBatchResponse> {
  const log = createLog('accumulate', { requestId: context.awsRequestId });
  try {
    return await accumulate(event, { lake, log, judge });
  } catch (error) {
    log.error('Cannot read the event', { error });
    throw error;
  }
}
