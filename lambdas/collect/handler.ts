import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { AUTHORISATION_VARIABLES, authorisationOf } from '../shared/http/authorise.ts';
import type { HttpResult } from '../shared/http/event.ts';
import { createRouter } from '../shared/http/router.ts';
import { ENV, jsonVariable, readEnvironment } from '../shared/platform/env.ts';
import { iamKafka } from '../shared/platform/iam-kafka.ts';
import { createLog } from '../shared/platform/log.ts';
import { Privacy } from '../shared/privacy/settings.ts';
import { FieldMap } from '../shared/sales/field-map.ts';
import { createCollectRoutes } from './routes.ts';
import { COLLECT_PATIENCE, kafkaSalesTopic } from './sales-topic.ts';

const environment = readEnvironment(
  z.object({
    [ENV.brokers]: z.string().min(1),
    [ENV.topic]: z.string().min(1),
    [ENV.fieldMap]: jsonVariable(FieldMap),
    [ENV.privacy]: jsonVariable(Privacy),
    AWS_REGION: z.string().min(1),
    ...AUTHORISATION_VARIABLES,
  }),
);
const authorisation = authorisationOf(environment);
const functionName = process.env.AWS_LAMBDA_FUNCTION_NAME;
const kafka = iamKafka({
  brokers: environment[ENV.brokers],
  region: environment.AWS_REGION,
  patience: COLLECT_PATIENCE,
});
const router = createRouter(
  createCollectRoutes({
    topic: kafkaSalesTopic(kafka, environment[ENV.topic]),
    fieldMap: environment[ENV.fieldMap],
    privacy: environment[ENV.privacy],
    log: createLog('collect', functionName === undefined ? {} : { functionName }),
    nowMs: Date.now,
  }),
);

/** Answers the requests of the routes of collect. */
export async function handler(event: unknown, context: Context): Promise<HttpResult> {
  const { awsRequestId: requestId, functionName } = context;
  return router(event, { log: createLog('collect', { requestId, functionName }), authorisation });
}
