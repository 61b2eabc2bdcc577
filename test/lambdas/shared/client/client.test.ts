import { describe, expect, test } from 'vitest';
import { ApiError, addressOf, createClient } from '../../../../lambdas/shared/client/client.ts';
import { idOf, segmentOf } from '../../../../lambdas/shared/contract/api/path-ids.ts';
import { ROUTES } from '../../../../lambdas/shared/contract/api/routes.ts';
import { openShop } from '../../serve/shop.ts';

/** A client whose requests go to the router of serve. */
function clientOf(shop = openShop()) {
  const requests: string[] = [];
  const client = createClient({
    baseUrl: '',
    headers: () => ({ authorization: 'Bearer token' }),
    async fetch(url, { method = 'GET', headers, body }) {
      requests.push(`${method} ${url} ${JSON.stringify(headers)}`);
      const answer = await shop.ask({
        method,
        url,
        headers: headers as Record<string, string>,
        ...(typeof body === 'string' && { body }),
      });
      return new Response(answer.body === '' ? null : answer.body, {
        status: answer.statusCode,
        headers: answer.headers,
      });
    },
  });
  return { client, requests };
}

describe('createClient', () => {
  test('has a typed function for each operation', async () => {
    const { client, requests } = clientOf();
    const { products, run } = await client.recommendations({ user: 'ann', list: 'new', n: 2 });
    expect([products.map(({ product }) => product), run?.run]).toEqual([['floor', 'wall'], 1]);
    expect(requests).toEqual([
      'GET /v1/users/ann/recommendations?list=new&n=2 {"authorization":"Bearer token"}',
    ]);
    const basket = await client.recommendationsFor({ body: { history: [{ product: 'desk' }], n: 1 } });
    expect(basket.products.length).toBe(1);
    expect((await client.ready({})).run.run).toBe(1);
    // @ts-expect-error: the list is any or new.
    await expect(client.recommendations({ user: 'ann', list: 'all' })).rejects.toThrow(ApiError);
    expect(Object.keys(client)).toEqual(Object.keys(ROUTES));
  });

  test('throws the problem that the API answers', async () => {
    const { client } = clientOf();
    const error = await client.similar({ product: 'unheard-of' }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      status: 404,
      problem: { type: 'urn:cartograph:problem:unknown-product' },
      message: 'GET /v1/products/{product}/similar: 404 Run 1 does not know the product "unheard-of"',
    });
  });

  test('reports an answer of a gateway, which is no problem', async () => {
    const client = createClient({
      baseUrl: 'https://api.example',
      fetch: async () => Response.json({ message: 'Too Many Requests' }, { status: 429 }),
    });
    await expect(client.health({})).rejects.toMatchObject({
      status: 429,
      problem: undefined,
      message: 'GET /v1/health: 429 {"message":"Too Many Requests"}',
    });
  });
});

describe('addresses', () => {
  test.each(['ann', 'a b', 'a/b', '..', '.', '~', '~YQ', '%2F', '?', '#', '🦆', '__proto__', 'é', '+', '&='])(
    'the id %j comes back as it was',
    (id) => {
      const address = new URL(addressOf(ROUTES.history, { user: id }), 'http://api.example');
      const [, , , segment = ''] = address.pathname.split('/');
      // As a gateway does, which decodes before it chooses a route.
      const decoded = decodeURIComponent(address.pathname);
      expect(decoded.split('/').length).toBe(5);
      expect(idOf(decodeURIComponent(segment))).toBe(id);
    },
  );

  test('repeats arrays, leaves out what is undefined, and refuses a missing id', () => {
    expect(addressOf(ROUTES.popular, { exclude: ['a', 'b c'], n: undefined, minPrice: 0 })).toBe(
      '/v1/popular?exclude=a&exclude=b+c&minPrice=0',
    );
    expect(() => addressOf(ROUTES.history, {})).toThrow(
      'Cannot call /v1/users/{user}/history: user is missing',
    );
    expect(() => segmentOf('\ud800')).toThrow(URIError);
  });
});
