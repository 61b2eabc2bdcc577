import type { ApiStage } from '../stages.ts';

/** The scopes that a token may have. A route needs one of them, or none: then it is enough to be signed in. */
export const SCOPES = {
  'cartograph/recommendations.read': 'Ask for recommendations, similar products and popular products',
  'cartograph/history.read': 'Read what is known of a user',
  'cartograph/explore.read': 'Read what the explorer shows of a user',
  'cartograph/sales.write': 'Send sales',
  'cartograph/products.write': 'Change attributes of products',
  'cartograph/users.delete': 'Forget users',
} as const;
export type Scope = keyof typeof SCOPES;

/** The address of an operation, the stage that answers it, and the scope that it needs. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Parameters are in braces, such as `/v1/users/{user}/history`. A segment is either a parameter or literal. */
  readonly path: `/v1/${string}`;
  readonly stage: ApiStage;
  /** Null: every caller who is signed in may use it. */
  readonly scope: Scope | null;
}

/**
 * Every route of the API, by the id of its operation. The gateway's routes, the checks of requests, the OpenAPI document and the
 * typed client are made from this table. It is apart from the schemas, so that a browser can read it without them.
 */
export const ROUTES = {
  recommendations: {
    method: 'GET',
    path: '/v1/users/{user}/recommendations',
    stage: 'serve',
    scope: 'cartograph/recommendations.read',
  },
  recommendationsFor: {
    method: 'POST',
    path: '/v1/recommendations',
    stage: 'serve',
    scope: 'cartograph/recommendations.read',
  },
  similar: {
    method: 'GET',
    path: '/v1/products/{product}/similar',
    stage: 'serve',
    scope: 'cartograph/recommendations.read',
  },
  together: {
    method: 'GET',
    path: '/v1/products/{product}/together',
    stage: 'serve',
    scope: 'cartograph/recommendations.read',
  },
  popular: {
    method: 'GET',
    path: '/v1/popular',
    stage: 'serve',
    scope: 'cartograph/recommendations.read',
  },
  trending: {
    method: 'GET',
    path: '/v1/trending',
    stage: 'serve',
    scope: 'cartograph/recommendations.read',
  },
  history: {
    method: 'GET',
    path: '/v1/users/{user}/history',
    stage: 'serve',
    scope: 'cartograph/history.read',
  },
  explorer: {
    method: 'GET',
    path: '/v1/users/{user}/explorer',
    stage: 'serve',
    scope: 'cartograph/explore.read',
  },
  addSales: { method: 'POST', path: '/v1/sales', stage: 'collect', scope: 'cartograph/sales.write' },
  putProduct: {
    method: 'PUT',
    path: '/v1/products/{product}',
    stage: 'catalogue',
    scope: 'cartograph/products.write',
  },
  addProducts: {
    method: 'POST',
    path: '/v1/products',
    stage: 'catalogue',
    scope: 'cartograph/products.write',
  },
  forgetUser: {
    method: 'DELETE',
    path: '/v1/users/{user}',
    stage: 'erasures',
    scope: 'cartograph/users.delete',
  },
  erasure: {
    method: 'GET',
    path: '/v1/erasures/{erasure}',
    stage: 'erasures',
    scope: 'cartograph/users.delete',
  },
  health: { method: 'GET', path: '/v1/health', stage: 'serve', scope: null },
  ready: { method: 'GET', path: '/v1/ready', stage: 'serve', scope: null },
  openapi: { method: 'GET', path: '/v1/openapi.json', stage: 'serve', scope: null },
} as const satisfies Record<string, Route>;

export type OperationId = keyof typeof ROUTES;

/** The operations that a stage answers. */
export type OperationOf<Stage extends ApiStage> = {
  [Id in OperationId]: (typeof ROUTES)[Id]['stage'] extends Stage ? Id : never;
}[OperationId];

/** @example routeKeyOf(ROUTES.popular) // 'GET /v1/popular' */
export const routeKeyOf = ({ method, path }: Pick<Route, 'method' | 'path'>): string => `${method} ${path}`;
