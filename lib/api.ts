import { Aws, Duration } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import * as apigateway from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer, HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { SHOP_PATH } from '../lambdas/serve/shop/address.ts';
import { ROUTES, type Route } from '../lambdas/shared/contract/api/routes.ts';
import type { ApiStage } from '../lambdas/shared/contract/stages.ts';
import { acknowledge } from './acknowledge.ts';
import type { Serve } from './request-config.ts';
import type { LogKeeping } from './stage-function.ts';

export interface ApiProps {
  readonly config: Serve;
  /** The Lambda of each stage. Routes of a stage without one are left out. */
  readonly targets: Readonly<Partial<Record<ApiStage, lambda.IFunction>>>;
  readonly logKeeping: LogKeeping;
}

/**
 * The fields of a line in the access log, by name. None of them contains a user: the path and the address of the caller are
 * left out, and so are the claims of a token.
 */
const ACCESS_LOG = {
  requestId: '$context.requestId',
  at: '$context.requestTimeEpoch',
  route: '$context.routeKey',
  status: '$context.status',
  latencyMs: '$context.responseLatency',
  integrationLatencyMs: '$context.integrationLatency',
  bytes: '$context.responseLength',
} as const;

/** The HTTP API: one route for each operation, each with authorization, and a stage with throttling. */
export class Api extends Construct {
  readonly http: apigateway.HttpApi;

  constructor(scope: Construct, id: string, { config, targets, logKeeping }: ApiProps) {
    super(scope, id);
    this.http = new apigateway.HttpApi(this, 'Http', {
      apiName: Aws.STACK_NAME,
      description: 'Recommendations, sales and the catalogue',
      createDefaultStage: false,
      ...(config.cors.length > 0 && { corsPreflight: cors(config.cors) }),
    });
    this.stage(config, new logs.LogGroup(this, 'AccessLogs', logKeeping));
    this.addRoutes(targets, config);
    if (config.shop && targets.serve) this.addShop(targets.serve);
  }

  /** The address without a slash at its end; the paths of the routes follow it. */
  get url(): string {
    return this.http.apiEndpoint;
  }

  private stage({ throttle }: Serve, accessLogs: logs.LogGroup): void {
    this.http.addStage('Stage', {
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: throttle.requestsPerSecond, burstLimit: throttle.burst },
      accessLogSettings: {
        destination: new apigateway.LogGroupLogDestination(accessLogs),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
      },
    });
  }

  /** Adds the routes of the contract. With tokens, each needs the scope of its operation; with IAM, policies decide. */
  private addRoutes(targets: ApiProps['targets'], { auth, issuer = '', audience = [] }: Serve): void {
    const routes: readonly Route[] = Object.values(ROUTES);
    const authorizer =
      auth === 'jwt'
        ? new HttpJwtAuthorizer('Jwt', issuer, { jwtAudience: audience })
        : new HttpIamAuthorizer();
    for (const [stage, target] of Object.entries(targets)) {
      const integration = new HttpLambdaIntegration(stage, target, {
        // One permission for each Lambda instead of one for each route: all routes are of this API.
        scopePermissionToRoute: false,
      });
      for (const { method, path, scope } of routes.filter((route) => route.stage === stage))
        this.http.addRoutes({
          path,
          methods: [apigateway.HttpMethod[method]],
          integration,
          authorizer,
          ...(auth === 'jwt' && scope !== null && { authorizationScopes: [scope] }),
        });
    }
  }

  /** Anybody may read the page: people sign in on it, and it holds no data. */
  private addShop(target: lambda.IFunction): void {
    const [route] = this.http.addRoutes({
      path: SHOP_PATH,
      methods: [apigateway.HttpMethod.GET],
      integration: new HttpLambdaIntegration('shop', target, { scopePermissionToRoute: false }),
    });
    if (route)
      acknowledge(route, {
        'AwsSolutions-APIG4': 'The page is where people sign in. What it asks the API for needs their token.',
      });
  }
}

/** The headers that callers need: of conditional requests, retries and tokens. */
const cors = (allowOrigins: string[]): apigateway.CorsPreflightOptions => ({
  allowOrigins,
  allowMethods: [
    apigateway.CorsHttpMethod.GET,
    apigateway.CorsHttpMethod.POST,
    apigateway.CorsHttpMethod.PUT,
    apigateway.CorsHttpMethod.DELETE,
  ],
  allowHeaders: ['authorization', 'content-type', 'idempotency-key', 'if-none-match'],
  exposeHeaders: ['etag', 'location'],
  maxAge: Duration.hours(1),
});
