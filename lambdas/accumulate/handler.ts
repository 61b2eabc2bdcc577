import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { ENV, jsonVariable, readEnvironment } from '../shared/platform/env.ts';
import { s3Lake } from '../shared/platform/lake.ts';
import { createLog } from '../shared/platform/log.ts';
import { PRIVACY_VARIABLES, personAccessOf } from '../shared/privacy/environment.ts';
import { FieldMap } from '../shared/sales/field-map.ts';
import { type PartialBatchResponse, throwFailures } from '../shared/sales/partial-batch.ts';
import { createSaleParser } from '../shared/sales/sale.ts';
import { accumulate } from './accumulate.ts';

const environment = readEnvironment(
  z.object({
    [ENV.lakeBucket]: z.string().min(1),
    [ENV.fieldMap]: jsonVariable(FieldMap),
    [ENV.partialAnswers]: z.stringbool(),
    ...PRIVACY_VARIABLES,
  }),
);
const lake = s3Lake(environment[ENV.lakeBucket]);
const people = personAccessOf(environment, { lake, use: 'storing' });
const parseSale = createSaleParser(environment[ENV.fieldMap], people.settings);

export async function handler(event: unknown, context: Context): Promise<PartialBatchResponse> {
  const log = createLog('accumulate', {
    requestId: context.awsRequestId,
    functionName: context.functionName,
  });
  try {
    const answer = await accumulate(event, { lake, log, parseSale, ids: await people.ids() });
    if (!environment[ENV.partialAnswers]) throwFailures(answer);
    return answer;
  } catch (error) {
    log.error('Cannot accumulate; the records are delivered again', { error });
    throw error;
  }
}
