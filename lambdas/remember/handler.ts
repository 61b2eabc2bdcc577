import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { ENV, jsonVariable, readEnvironment } from '../shared/platform/env.ts';
import { s3Lake } from '../shared/platform/lake.ts';
import { createLog } from '../shared/platform/log.ts';
import { dynamoRecentSales } from '../shared/platform/recent.ts';
import { createTombstones } from '../shared/platform/tombstones.ts';
import { PRIVACY_VARIABLES, personAccessOf } from '../shared/privacy/environment.ts';
import { FieldMap } from '../shared/sales/field-map.ts';
import { type PartialBatchResponse, throwFailures } from '../shared/sales/partial-batch.ts';
import { createSaleParser } from '../shared/sales/sale.ts';
import { remember } from './remember.ts';

const environment = readEnvironment(
  z.object({
    [ENV.lakeBucket]: z.string().min(1),
    [ENV.recentTable]: z.string().min(1),
    [ENV.recentDays]: z.coerce.number().int().min(1),
    [ENV.fieldMap]: jsonVariable(FieldMap),
    [ENV.partialAnswers]: z.stringbool(),
    ...PRIVACY_VARIABLES,
  }),
);
const days = environment[ENV.recentDays];
const recent = dynamoRecentSales(environment[ENV.recentTable], days);
const lake = s3Lake(environment[ENV.lakeBucket]);
const people = personAccessOf(environment, { lake, use: 'reading' });
const tombstones = createTombstones({ lake, key: people.key, nowMs: Date.now });
const parseSale = createSaleParser(environment[ENV.fieldMap], people.settings);

export async function handler(event: unknown, context: Context): Promise<PartialBatchResponse> {
  const log = createLog('remember', {
    requestId: context.awsRequestId,
    functionName: context.functionName,
  });
  try {
    const ids = await people.ids();
    const answer = await remember(event, { recent, tombstones, days, log, parseSale, ids, nowMs: Date.now });
    if (!environment[ENV.partialAnswers]) throwFailures(answer);
    return answer;
  } catch (error) {
    log.error('Cannot remember; the records are delivered again', { error });
    throw error;
  }
}
