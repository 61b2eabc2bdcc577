import { S3Client } from '@aws-sdk/client-s3';
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { AUTHORISATION_VARIABLES, authorisationOf } from '../shared/http/authorise.ts';
import type { HttpResult } from '../shared/http/event.ts';
import { createRouter } from '../shared/http/router.ts';
import { ENV, jsonVariable, readEnvironment } from '../shared/platform/env.ts';
import { s3Lake } from '../shared/platform/lake.ts';
import { createLog } from '../shared/platform/log.ts';
import { dynamoRecentSales } from '../shared/platform/recent.ts';
import { PRIVACY_VARIABLES, personAccessOf } from '../shared/privacy/environment.ts';
import { SignInSettings } from '../shared/web/shop-settings.ts';
import { createSources } from './create-sources.ts';
import { createServeRoutes } from './routes.ts';
import { withShop } from './shop/router.ts';

const environment = readEnvironment(
  z.object({
    [ENV.lakeBucket]: z.string().min(1),
    [ENV.recentTable]: z.string().min(1),
    [ENV.recentDays]: z.coerce.number().int().min(1),
    [ENV.catalogueMaxAgeSeconds]: z.coerce.number().min(1),
    [ENV.shopSignIn]: jsonVariable(SignInSettings).optional(),
    ...AUTHORISATION_VARIABLES,
    ...PRIVACY_VARIABLES,
  }),
);
const authorisation = authorisationOf(environment);
const functionName = process.env.AWS_LAMBDA_FUNCTION_NAME;
const bucket = environment[ENV.lakeBucket];
const s3 = new S3Client({
  forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined,
  // An answer must not wait for a connection that hangs.
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 1000, socketTimeout: 3000 },
});
const persons = personAccessOf(environment, { lake: s3Lake(bucket, s3), use: 'serving' });

const sources = createSources({
  bucket,
  s3,
  recent: dynamoRecentSales(environment[ENV.recentTable], environment[ENV.recentDays]),
  catalogueMaxAgeSeconds: environment[ENV.catalogueMaxAgeSeconds],
  personKey: persons.key,
  persons: persons.ids,
  log: createLog('serve', functionName === undefined ? {} : { functionName }),
  nowMs: Date.now,
});
const router = withShop(
  createRouter(createServeRoutes(sources, authorisation.auth)),
  environment[ENV.shopSignIn],
);

// Loads while the function starts: that is before the first request if concurrency is provisioned.
await Promise.all([
  sources.served.get(),
  sources.catalogue.current().catch(() => undefined),
  persons.ids().catch(() => undefined),
  sources.forgotten.current(),
]);

/** Answers the requests of the routes of serve. */
export async function handler(event: unknown, context: Context): Promise<HttpResult> {
  const { awsRequestId: requestId, functionName } = context;
  return router(event, { log: createLog('serve', { requestId, functionName }), authorisation });
}
