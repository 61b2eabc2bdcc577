import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { AUTHORISATION_VARIABLES, authorisationOf } from '../shared/http/authorise.ts';
import type { HttpResult } from '../shared/http/event.ts';
import { createRouter } from '../shared/http/router.ts';
import { ENV, readEnvironment } from '../shared/platform/env.ts';
import { s3Lake } from '../shared/platform/lake.ts';
import { createLog } from '../shared/platform/log.ts';
import { PRIVACY_VARIABLES, personAccessOf } from '../shared/privacy/environment.ts';
import { createErasuresRoutes } from './routes.ts';

const environment = readEnvironment(
  z.object({
    [ENV.lakeBucket]: z.string().min(1),
    ...PRIVACY_VARIABLES,
    ...AUTHORISATION_VARIABLES,
  }),
);
const authorisation = authorisationOf(environment);
const lake = s3Lake(environment[ENV.lakeBucket]);
const people = personAccessOf(environment, { lake, use: 'reading' });

/**
 * Answers the routes of erasures. The object that a request becomes starts forget, which does the work with a role of its own: this
 * function may neither replace nor delete anything.
 */
export async function handler(event: unknown, context: Context): Promise<HttpResult> {
  const { awsRequestId: requestId, functionName } = context;
  const [key, ids] = await Promise.all([people.key(), people.ids()]);
  const router = createRouter(createErasuresRoutes({ lake, key, ids, nowMs: Date.now }));
  return router(event, { log: createLog('erasures', { requestId, functionName }), authorisation });
}
