import { describe, expect, test } from 'vitest';
import { createErasuresRoutes } from '../../../lambdas/erasures/routes.ts';
import { workOnErasures } from '../../../lambdas/forget/worker.ts';
import { ErasureRequest, erasureRequestKey } from '../../../lambdas/shared/contract/erasure.ts';
import { createRouter } from '../../../lambdas/shared/http/router.ts';
import { readJson } from '../../../lambdas/shared/platform/lake.ts';
import { sampleBucket, workerParts } from '../forget/sample-bucket.ts';
import { recordingLog } from '../log.ts';
import { httpEvent } from '../shared/http/events.ts';

const bucket = sampleBucket();
const parts = workerParts(bucket);
const router = createRouter(createErasuresRoutes(parts));

interface Asking {
  readonly method?: string;
  readonly authorizer?: unknown;
  readonly userClaim?: string;
}
async function ask(url: string, { method = 'GET', authorizer = { iam: {} }, userClaim }: Asking = {}) {
  const auth = JSON.stringify(authorizer).includes('jwt') ? 'jwt' : 'iam';
  const result = await router(httpEvent({ method, url, authorizer }), {
    log: recordingLog(),
    authorisation: { auth, userClaim },
  });
  return { ...result, body: JSON.parse(result.body) };
}
const token = (sub: string, scope = 'cartograph/users.delete') => ({ jwt: { claims: { sub, scope } } });
const requestedBy = async (erasure: number): Promise<string | undefined> =>
  (await readJson(bucket.lake, erasureRequestKey(erasure), ErasureRequest))?.requestedBy;

describe('DELETE of a user', () => {
  test('is accepted, with the address of the receipt, whether the user is known or not', async () => {
    const known = await ask('/v1/users/1', { method: 'DELETE' });
    expect(known).toMatchObject({
      ...{ statusCode: 202, headers: { location: '/v1/erasures/1' } },
      body: { erasure: 1, receipt: '/v1/erasures/1' },
    });
    expect(await ask('/v1/users/ghost', { method: 'DELETE' })).toMatchObject({ statusCode: 202 });
  });

  test('again is another erasure, because there may be sales between the two', async () => {
    expect((await ask('/v1/users/1', { method: 'DELETE' })).body).toEqual({
      erasure: 3,
      receipt: '/v1/erasures/3',
    });
  });

  test('by a role stores the role without its session', async () => {
    const userArn = 'arn:aws:sts::111122223333:assumed-role/support/ann@example.com';
    const { body } = await ask('/v1/users/a%20b', { method: 'DELETE', authorizer: { iam: { userArn } } });
    expect(await requestedBy(body.erasure)).toBe('arn:aws:sts::111122223333:assumed-role/support');
  });

  test('by a token needs its scope, and its own user', async () => {
    const options = { method: 'DELETE', userClaim: 'sub' };
    expect(
      await ask('/v1/users/ann', { ...options, authorizer: token('ann', 'cartograph/history.read') }),
    ).toMatchObject({ statusCode: 403 });
    expect(await ask('/v1/users/ann', { ...options, authorizer: token('bob') })).toMatchObject({
      statusCode: 403,
    });
    const own = await ask('/v1/users/ann', { ...options, authorizer: token('ann') });
    expect(own).toMatchObject({ statusCode: 202 });
    expect(await requestedBy(own.body.erasure)).toBe('the user, with a token');
  });

  test('that is not signed stores nothing', async () => {
    const before = bucket.state();
    expect(await ask('/v1/users/1', { method: 'DELETE', authorizer: null })).toMatchObject({
      statusCode: 401,
    });
    expect(bucket.state()).toEqual(before);
  });
});

describe('GET of an erasure', () => {
  test('shows that it waits, then its receipt', async () => {
    expect(await ask('/v1/erasures/1')).toMatchObject({
      statusCode: 200,
      body: { state: 'waiting', receipt: null },
    });
    await workOnErasures(false, parts);
    expect(await ask('/v1/erasures/1')).toMatchObject({
      ...{ statusCode: 200, body: { state: 'finished', receipt: { erasure: 1, scan: { found: [] } } } },
    });
  });

  test.each([
    ['/v1/erasures/99', 404, 'There is no erasure 99'],
    ['/v1/erasures/0', 400, 'erasure: is "0", should be a number from 1'],
    ['/v1/erasures/1x', 400, 'erasure: is "1x", should be a number from 1'],
  ])('%s is answered with %i', async (url, statusCode, detail) => {
    expect(await ask(url)).toMatchObject({ statusCode, body: { detail } });
  });

  test('a token for one user sees only erasures of that user', async () => {
    const options = { userClaim: 'sub' };
    expect(await ask('/v1/erasures/1', { ...options, authorizer: token('1') })).toMatchObject({
      statusCode: 200,
    });
    expect(await ask('/v1/erasures/1', { ...options, authorizer: token('11') })).toMatchObject({
      statusCode: 404,
    });
  });
});
