import { describe, expect, test } from 'vitest';
import type { ApiRequest, StageRoutes } from '../../../../lambdas/shared/contract/api/operation.ts';
import type { Problem } from '../../../../lambdas/shared/contract/api/problem.ts';
import type { Authorisation } from '../../../../lambdas/shared/http/authorise.ts';
import { MAX_BODY_BYTES } from '../../../../lambdas/shared/http/body.ts';
import { ProblemError } from '../../../../lambdas/shared/http/problem-error.ts';
import { createRouter } from '../../../../lambdas/shared/http/router.ts';
import { createLog } from '../../../../lambdas/shared/platform/log.ts';
import { type EventOptions, httpEvent } from './events.ts';

const echo = (request: ApiRequest) => ({
  status: 200,
  body: {
    operation: request.operation,
    params: request.params,
    query: request.query,
    body: request.body,
    onlyUser: request.onlyUser,
  },
});

/** Answers with what the router has read. */
const ECHO: StageRoutes<'serve'> = {
  recommendations: echo,
  recommendationsFor: echo,
  similar: echo,
  together: () => {
    throw new ProblemError('unknown-product', 'The run does not know it');
  },
  popular: echo,
  trending: () => {
    throw new Error('the password is hunter2');
  },
  history: echo,
  explorer: echo,
  health: echo,
  ready: echo,
  openapi: echo,
};

function setUp(authorisation: Authorisation = { auth: 'none' }) {
  const lines: string[] = [];
  const router = createRouter<'serve'>(ECHO);
  const log = createLog('serve', {}, (line) => lines.push(line));
  const ask = async (options: EventOptions) => {
    const result = await router(httpEvent(options), { log, authorisation });
    return { ...result, json: result.body === '' ? undefined : JSON.parse(result.body) };
  };
  const problem = async (options: EventOptions): Promise<Problem> => {
    const { json, headers } = await ask(options);
    expect(headers['content-type']).toBe('application/problem+json');
    return json;
  };
  return { ask, problem, lines, router, log };
}

describe('createRouter', () => {
  test('reads ids and the query by their types, with defaults', async () => {
    const { ask } = setUp();
    const { statusCode, json } = await ask({
      url: '/v1/users/ann/recommendations?n=3&because=true&exclude=p1&exclude=p2&minPrice=1e1',
    });
    expect(statusCode).toBe(200);
    expect(json).toEqual({
      operation: 'recommendations',
      params: { user: 'ann' },
      query: { list: 'any', n: 3, because: true, exclude: ['p1', 'p2'], minPrice: 10 },
    });
  });

  test.each([
    ['a slash', 'a/b', 'a%2Fb'],
    ['an emoji', '🦆', '%F0%9F%A6%86'],
    ['the name of a prototype', '__proto__', '__proto__'],
    ['base64url', 'a/b?', '~YS9iPw'],
    ['two dots, as base64url', '..', '~Li4'],
  ])('reads an id with %s', async (_, id, segment) => {
    const { ask } = setUp();
    const { json } = await ask({ url: `/v1/users/${segment}/recommendations` });
    expect(json.params.user).toBe(id);
  });

  test('refuses an id that begins with ~ and is not base64url of UTF-8', async () => {
    const { problem } = setUp();
    expect(await problem({ url: '/v1/users/~_w/recommendations' })).toMatchObject({
      status: 400,
      errors: [{ in: 'path', field: 'user', is: '"~_w"' }],
    });
  });

  test('names each field that is wrong, what it is and what it should be', async () => {
    const { problem } = setUp();
    expect(await problem({ url: '/v1/popular?n=0&available=yes&colour=red&minPrice=1&minPrice=2' })).toEqual({
      type: 'urn:cartograph:problem:invalid-request',
      title: 'The request is not valid',
      status: 400,
      detail:
        'colour: is not a known parameter, should be one of category, available, minPrice, maxPrice, exclude, n, and 3 more',
      errors: [
        {
          in: 'query',
          field: 'colour',
          is: 'not a known parameter',
          shouldBe: 'one of category, available, minPrice, maxPrice, exclude, n',
        },
        { in: 'query', field: 'minPrice', is: 'given 2 times', shouldBe: 'given once' },
        { in: 'query', field: 'available', is: '"yes"', shouldBe: 'a boolean' },
        { in: 'query', field: 'n', is: '0', shouldBe: 'at least 1' },
      ],
      requestId: 'request-1',
    });
  });

  test.each(['', '1.5', '0x10', ' 5', '1e400', 'NaN', '101'])('refuses n=%j', async (n) => {
    const { problem } = setUp();
    expect(await problem({ url: `/v1/popular?n=${encodeURIComponent(n)}` })).toMatchObject({
      errors: [{ field: 'n' }],
    });
  });

  test('checks the body, and names a field in it by its position', async () => {
    const { problem, ask } = setUp();
    const post = (body: unknown) => ({
      method: 'POST',
      url: '/v1/recommendations',
      body: JSON.stringify(body),
    });
    expect((await ask(post({ history: [{ product: 'p1' }] }))).json.body).toEqual({
      list: 'any',
      n: 10,
      because: false,
      history: [{ product: 'p1', quantity: 1, type: 'purchase' }],
    });
    const wrong = await problem(
      post({ history: [{ product: 'p1' }, { product: '', quantity: 'two' }], lst: 1 }),
    );
    expect(wrong.errors).toEqual([
      { in: 'body', field: 'history.1.product', is: '""', shouldBe: 'at least 1 character' },
      { in: 'body', field: 'history.1.quantity', is: '"two"', shouldBe: 'a number' },
      { in: 'body', field: 'lst', is: 'not a known field', shouldBe: 'left out' },
    ]);
  });

  test('reads a body in base64, and one whose keys are names of a prototype', async () => {
    const { ask } = setUp();
    const { json } = await ask({
      method: 'POST',
      url: '/v1/recommendations',
      body: Buffer.from('{"history":[{"product":"__proto__"}]}'),
    });
    expect(json.body.history[0].product).toBe('__proto__');
  });

  test.each([
    ['no body', undefined, 'missing'],
    ['text that is not JSON', '{"history":', 'not JSON: "{\\"history\\":"'],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'not UTF-8'],
  ])('refuses %s', async (_, body, is) => {
    const { problem } = setUp();
    expect(
      await problem({ method: 'POST', url: '/v1/recommendations', ...(body !== undefined && { body }) }),
    ).toMatchObject({ status: 400, errors: [{ in: 'body', field: '', is }] });
  });

  test('refuses a body that is too large, and one that is not JSON by its content type', async () => {
    const { problem } = setUp();
    const url = '/v1/recommendations';
    expect(await problem({ method: 'POST', url, body: ' '.repeat(MAX_BODY_BYTES + 1) })).toMatchObject({
      status: 413,
      detail: 'The body has 1048577 bytes, should be at most 1048576; send several requests',
    });
    expect(
      await problem({ method: 'POST', url, body: '{}', headers: { 'Content-Type': 'text/csv' } }),
    ).toMatchObject({ status: 415, errors: [{ field: 'content-type', is: 'text/csv' }] });
  });

  test('refuses a compressed body by its header, and reads one that begins with a byte order mark', async () => {
    const { ask, problem } = setUp();
    const request = { method: 'POST', url: '/v1/recommendations', body: '\ufeff{"history":[]}' };
    expect(await problem({ ...request, headers: { 'Content-Encoding': 'gzip' } })).toMatchObject({
      status: 415,
      errors: [{ in: 'header', field: 'content-encoding', is: 'gzip' }],
    });
    const { json } = await ask({ ...request, headers: { 'Content-Encoding': 'identity' } });
    expect(json.body.history).toEqual([]);
  });

  test('answers 404 for an unknown path, and 405 with Allow for another method', async () => {
    const { ask } = setUp();
    expect((await ask({ url: '/v1/people/ann' })).statusCode).toBe(404);
    expect((await ask({ url: '/v1/users//recommendations' })).statusCode).toBe(404);
    const { statusCode, headers } = await ask({ method: 'DELETE', url: '/v1/popular' });
    expect([statusCode, headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS']);
    expect((await ask({ method: 'POST', url: '/v1/sales' })).statusCode).toBe(404);
  });

  test('answers HEAD as GET without a body, and OPTIONS with Allow', async () => {
    const { ask } = setUp();
    const head = await ask({ method: 'HEAD', url: '/v1/popular' });
    expect([head.statusCode, head.body, head.headers['content-type']]).toEqual([
      200,
      '',
      'application/json; charset=utf-8',
    ]);
    const options = await ask({ method: 'OPTIONS', url: '/v1/popular' });
    expect([options.statusCode, options.headers.allow]).toEqual([204, 'GET, HEAD, OPTIONS']);
  });

  test('says what an operation says, and hides the message of a fault', async () => {
    const { problem, lines } = setUp();
    expect(await problem({ url: '/v1/products/p1/together' })).toMatchObject({ status: 404 });
    expect(lines).toEqual([]);
    const fault = await problem({ url: '/v1/trending' });
    expect(fault.status).toBe(500);
    expect(JSON.stringify(fault)).not.toContain('hunter2');
    expect(lines.join()).toContain('hunter2');
  });

  test('keeps answers private and uncached', async () => {
    const { ask } = setUp();
    const { headers } = await ask({ url: '/v1/popular' });
    expect(headers['cache-control']).toBe('private, no-cache');
    expect((await ask({ url: '/v1/nothing' })).headers['cache-control']).toBe('no-store');
  });

  test('does not read an event of another kind', async () => {
    const { router, log } = setUp();
    await expect(router({ Records: [] }, { log, authorisation: { auth: 'none' } })).rejects.toThrow(
      /Cannot read the event: version/,
    );
  });
});

describe('with IAM', () => {
  test('answers only requests that an AWS identity has signed', async () => {
    const { ask, problem } = setUp({ auth: 'iam' });
    expect(await problem({ url: '/v1/health' })).toMatchObject({ status: 401 });
    expect((await ask({ url: '/v1/health', authorizer: { iam: { accountId: '1' } } })).statusCode).toBe(200);
  });
});

describe('with tokens', () => {
  const authorisation = { auth: 'jwt', userClaim: 'sub' } as const;
  const token = (claims: Record<string, unknown>, scopes: string[] | null = null) => ({
    jwt: { claims, scopes },
  });
  const url = '/v1/users/ann/recommendations';
  const READ = 'cartograph/recommendations.read';

  test('asks for the scope of the operation, in any of the forms that a token has', async () => {
    const { ask, problem } = setUp({ auth: 'jwt' });
    expect(await problem({ url })).toMatchObject({ status: 401 });
    expect(await problem({ url, authorizer: token({ scope: 'cartograph/history.read' }) })).toMatchObject({
      status: 403,
      detail: `The token does not have the scope ${READ}`,
    });
    for (const authorizer of [
      token({ scope: `openid ${READ}` }),
      token({ scp: [READ] }),
      token({ scp: `[openid ${READ}]` }),
      token({}, [READ]),
    ])
      expect((await ask({ url, authorizer })).statusCode).toBe(200);
    expect((await ask({ url: '/v1/health', authorizer: token({}) })).statusCode).toBe(200);
  });

  test('lets a token read only the user in its claim', async () => {
    const { ask, problem } = setUp(authorisation);
    const own = await ask({ url, authorizer: token({ sub: 'ann', scope: READ }) });
    expect(own.json.onlyUser).toBe('ann');
    expect(await problem({ url, authorizer: token({ sub: 'bob', scope: READ }) })).toMatchObject({
      status: 403,
    });
    expect(await problem({ url, authorizer: token({ scope: READ }) })).toMatchObject({ status: 403 });
    // The id of the path is compared after it is decoded.
    const encoded = {
      url: '/v1/users/~YW5u/recommendations',
      authorizer: token({ sub: 'ann', scope: READ }),
    };
    expect((await ask(encoded)).statusCode).toBe(200);
  });
});
