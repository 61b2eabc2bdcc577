import type { Context } from 'aws-lambda';
import { expect, test, vi } from 'vitest';
import type { SourceOptions } from '../../../lambdas/serve/create-sources.ts';
import { ENV } from '../../../lambdas/shared/platform/env.ts';
import { PLAIN_IDS } from '../../../lambdas/shared/privacy/person-ids.ts';
import { httpEvent } from '../shared/http/events.ts';
import { openShop } from './shop.ts';

const shop = openShop();
const asked: SourceOptions[] = [];
const loads: string[] = [];
const accesses: unknown[] = [];
vi.mock(import('../../../lambdas/serve/create-sources.ts'), () => ({
  createSources: (options) => {
    asked.push(options);
    const { served, catalogue } = shop.sources;
    return {
      ...shop.sources,
      served: {
        ...served,
        get: () => {
          loads.push('run');
          return served.get();
        },
      },
      catalogue: {
        latest: undefined,
        current: () => {
          loads.push('catalogue');
          return catalogue.current();
        },
      },
    };
  },
}));
vi.mock(import('../../../lambdas/shared/privacy/environment.ts'), async (original) => ({
  ...(await original()),
  personAccessOf: (environment, options) => {
    accesses.push([environment, options.use]);
    return {
      settings: environment[ENV.privacy],
      key: () => Promise.reject(new Error('the key is not needed')),
      ids: async () => {
        loads.push('ids');
        return PLAIN_IDS;
      },
    };
  },
}));
for (const [name, value] of Object.entries({
  AWS_REGION: 'eu-central-1',
  [ENV.lakeBucket]: 'lake-1',
  [ENV.recentTable]: 'recent-1',
  [ENV.recentDays]: '90',
  [ENV.catalogueMaxAgeSeconds]: '30',
  [ENV.auth]: 'jwt',
  [ENV.privacy]: '{"userIds":"plain","refusePersonal":false}',
  [ENV.personSecret]: 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:a-1',
  [ENV.userClaim]: 'sub',
}))
  vi.stubEnv(name, value);
const { handler } = await import('../../../lambdas/serve/handler.ts');

const context = { awsRequestId: 'r1', functionName: 'serve-1' } as Context;
const ask = (url: string, claims?: Readonly<Record<string, unknown>>) =>
  handler(httpEvent({ url, ...(claims && { authorizer: { jwt: { claims, scopes: null } } }) }), context);

test('run, catalogue and the form of ids are loaded while the function starts, before any request', () => {
  expect(loads).toEqual(['run', 'catalogue', 'ids']);
  expect(accesses).toMatchObject([[{ [ENV.privacy]: { userIds: 'plain' } }, 'serving']]);
  expect(asked).toMatchObject([{ bucket: 'lake-1', catalogueMaxAgeSeconds: 30 }]);
});

test('the function checks the token again: its scope, and that the user is its own', async () => {
  const url = '/v1/users/ann/recommendations';
  const scope = 'cartograph/recommendations.read';
  expect((await ask(url)).statusCode).toBe(401);
  expect((await ask(url, { sub: 'ann' })).statusCode).toBe(403);
  expect((await ask(url, { sub: 'bob', scope })).statusCode).toBe(403);
  expect((await ask(url, { sub: 'ann', scope })).statusCode).toBe(200);
});

test('without a configured shop there is no page', async () => {
  expect((await ask('/shop')).statusCode).toBe(404);
});
