import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { AUTHORISATION_VARIABLES, authorisationOf } from '../shared/http/authorise.ts';
import type { HttpResult } from '../shared/http/event.ts';
import { createRouter } from '../shared/http/router.ts';
import { ENV, readEnvironment } from '../shared/platform/env.ts';
import { s3Lake } from '../shared/platform/lake.ts';
import { createLog } from '../shared/platform/log.ts';
import { createCatalogueRoutes } from './routes.ts';

const environment = readEnvironment(
  z.object({ [ENV.lakeBucket]: z.string().min(1), ...AUTHORISATION_VARIABLES }),
);
const authorisation = authorisationOf(environment);
const functionName = process.env.AWS_LAMBDA_FUNCTION_NAME;

const router = createRouter(
  createCatalogueRoutes({
    lake: s3Lake(environment[ENV.lakeBucket]),
    log: createLog('catalogue', functionName === undefined ? {} : { functionName }),
  }),
);

/** Answers the requests of the routes of catalogue. */
export async function handler(event: unknown, context: Context): Promise<HttpResult> {
  const { awsRequestId: requestId, functionName } = context;
  return router(event, { log: createLog('catalogue', { requestId, functionName }), authorisation });
}
