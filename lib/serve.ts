import { Duration } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type OperationId, ROUTES } from '../lambdas/shared/contract/api/routes.ts';
import { ENV } from '../lambdas/shared/platform/env.ts';
import { browserFile } from '../lambdas/shared/web/browser-code.ts';
import type { SignInSettings } from '../lambdas/shared/web/shop-settings.ts';
import type { Lake } from './lake.ts';
import type { Privacy } from './privacy.ts';
import type { Remember } from './remember.ts';
import type { Catalogue, Serve as ServeConfig } from './request-config.ts';
import { type LogKeeping, stageFunction } from './stage-function.ts';

export interface ServeProps {
  readonly lake: Lake;
  readonly privacy: Privacy;
  readonly remember: Remember;
  readonly config: ServeConfig;
  readonly catalogue: Catalogue;
  readonly logKeeping: LogKeeping;
}

/** Answers requests for lists from the served run, recent sales and the catalogue. It may write nothing. */
export class Serve extends Construct {
  readonly fn: lambda.Function;
  readonly logGroup: logs.LogGroup;
  /** The target of the API: the function, or its alias if instances are kept started. */
  readonly target: lambda.IFunction;

  constructor(scope: Construct, id: string, props: ServeProps) {
    super(scope, id);
    const { lake, privacy, remember, config, catalogue, logKeeping } = props;
    const { fn, logGroup } = stageFunction(this, 'serve', {
      memoryMb: config.memoryMb,
      // API Gateway waits at most 30 s. The first request of a process waits for the model.
      timeout: Duration.seconds(29),
      logKeeping,
      ...(config.shop && { extraFiles: browserFile('shop-page') }),
    });
    this.fn = fn;
    this.logGroup = logGroup;
    lake.grantServe(fn);
    privacy.grantKey(fn);
    remember.grantRecall(fn);
    addIdentity(fn, config);
    addShop(fn, config);
    fn.addEnvironment(ENV.catalogueMaxAgeSeconds, String(catalogue.maxAgeSeconds));
    this.target = this.keptStarted(config.provisionedConcurrency);
  }

  private keptStarted(instances: number): lambda.IFunction {
    if (instances === 0) return this.fn;
    return new lambda.Alias(this, 'Live', {
      aliasName: 'live',
      version: this.fn.currentVersion,
      provisionedConcurrentExecutions: instances,
    });
  }
}

/** Tells a Lambda behind the API how callers sign in, and which claim of a token names the user. */
export function addIdentity(fn: lambda.Function, { auth, userClaim = 'sub' }: ServeConfig): void {
  fn.addEnvironment(ENV.auth, auth);
  if (auth === 'jwt' && userClaim !== false) fn.addEnvironment(ENV.userClaim, userClaim);
}

/** The operations that the shop page calls. */
const SHOP_OPERATIONS = [
  'recommendations',
  'popular',
  'history',
  'addSales',
] as const satisfies OperationId[];

/** Sets how people sign in to the shop page, if there is one. The page asks for the scopes that it needs, and no other. */
function addShop(fn: lambda.Function, config: ServeConfig): void {
  const settings = signInFor(SHOP_OPERATIONS, config);
  if (settings) fn.addEnvironment(ENV.shopSignIn, JSON.stringify(settings));
}

/**
 * Returns how people sign in on a page that calls these operations.
 *
 * @returns undefined if people cannot sign in on pages: `serve.shop` is absent.
 */
export function signInFor(
  operations: readonly OperationId[],
  { issuer, shop, userClaim = 'sub' }: ServeConfig,
): SignInSettings | undefined {
  if (!shop || issuer === undefined) return undefined;
  const scopes = operations.map((operation) => ROUTES[operation].scope).filter((scope) => scope !== null);
  return {
    issuer,
    clientId: shop.clientId,
    scopes: [...new Set(scopes)],
    ...(shop.endpoints && { endpoints: shop.endpoints }),
    ...(userClaim !== false && { userClaim }),
  };
}
