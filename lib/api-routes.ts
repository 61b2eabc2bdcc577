import type { RequestStage } from '../lambdas/shared/contract/stages.ts';

/** One route of the HTTP API. */
export interface ApiRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With parameters in braces, such as `/v1/users/{user}/history`. */
  readonly path: string;
  /** The stage that answers. */
  readonly stage: RequestStage;
  /** What a token must allow; undefined if every valid token may call the route. */
  readonly scope?: string | undefined;
}

const READ = 'recommendations:read';

/** The routes of the API. */
export const API_ROUTES: readonly ApiRoute[] = [
  { method: 'GET', path: '/v1/users/{user}/recommendations', stage: 'serve', scope: READ },
  { method: 'POST', path: '/v1/recommendations', stage: 'serve', scope: READ },
  { method: 'GET', path: '/v1/products/{product}/similar', stage: 'serve', scope: READ },
  { method: 'GET', path: '/v1/products/{product}/together', stage: 'serve', scope: READ },
  { method: 'GET', path: '/v1/popular', stage: 'serve', scope: READ },
  { method: 'GET', path: '/v1/trending', stage: 'serve', scope: READ },
  { method: 'GET', path: '/v1/users/{user}/history', stage: 'serve', scope: 'history:read' },
  { method: 'POST', path: '/v1/sales', stage: 'collect', scope: 'sales:write' },
  { method: 'PUT', path: '/v1/products/{product}', stage: 'catalogue', scope: 'products:write' },
  { method: 'POST', path: '/v1/products', stage: 'catalogue', scope: 'products:write' },
  { method: 'GET', path: '/v1/health', stage: 'serve' },
  { method: 'GET', path: '/v1/ready', stage: 'serve' },
  { method: 'GET', path: '/v1/openapi.json', stage: 'serve' },
];
