import type { Context } from 'aws-lambda';
import * as z from 'zod';
import type { ProductsResult } from '../shared/contract/api/catalogue.ts';
import { AUTHORISATION_VARIABLES, authorisationOf } from '../shared/http/authorise.ts';
import type { HttpResult } from '../shared/http/event.ts';
import { createRouter } from '../shared/http/router.ts';
import { ENV, readEnvironment } from '../shared/platform/env.ts';
import { s3Lake } from '../shared/platform/lake.ts';
import { createLog } from '../shared/platform/log.ts';
import { createCatalogueRoutes } from './routes.ts';
import { storeProducts } from './store.ts';

const environment = readEnvironment(
  z.object({ [ENV.lakeBucket]: z.string().min(1), ...AUTHORISATION_VARIABLES }),
);
const authorisation = authorisationOf(environment);
const functionName = process.env.AWS_LAMBDA_FUNCTION_NAME;

const parts = {
  lake: s3Lake(environment[ENV.lakeBucket]),
  log: createLog('catalogue', functionName === undefined ? {} : { functionName }),
};
const router = createRouter(createCatalogueRoutes(parts));

/** The request of `npm run catalogue -- FILE --stack NAME`, which needs the permission to invoke this function. */
const DirectRequest = z.strictObject({ products: z.array(z.unknown()) });

/** Answers the requests of the routes of catalogue, and stores the products of a direct request. */
export async function handler(event: unknown, context: Context): Promise<HttpResult | ProductsResult> {
  const direct = DirectRequest.safeParse(event);
  if (direct.success) return storeProducts(direct.data.products, parts);
  const { awsRequestId: requestId, functionName } = context;
  return router(event, { log: createLog('catalogue', { requestId, functionName }), authorisation });
}
