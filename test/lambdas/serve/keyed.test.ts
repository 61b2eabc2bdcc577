import { describe, expect, test } from 'vitest';
import { createPersonIds } from '../../../lambdas/shared/privacy/person-ids.ts';
import { createPersonKey } from '../../../lambdas/shared/privacy/person-key.ts';
import { AS_OF_MS, openShop } from './shop.ts';

const persons = createPersonIds('keyed', createPersonKey('a secret of a shop of six lamps, 40 letters'));
const ANN = persons.stored('ann');

/** A plain and a keyed shop, in which Ann has bought since. */
function openBoth() {
  const [plain, keyed] = [openShop(), openShop({ persons })];
  const sale = { price: 3, orderId: 'order-1', id: 'sale-1' };
  plain.remember('ann', 'wall', sale);
  keyed.remember(ANN, 'wall', {
    ...sale,
    orderId: persons.stored('order-1'),
    id: persons.stored('sale-1'),
  });
  return { plain, keyed };
}

test.each([
  '/v1/users/ann/recommendations?list=new&n=3&because=true',
  '/v1/users/ann/recommendations?list=any',
  '/v1/users/ann/explorer',
  '/v1/users/nobody/recommendations',
  '/v1/users/nobody/explorer',
  '/v1/users/nobody/history',
  '/v1/products/desk/similar',
])('%s has the answer of a shop with plain ids', async (url) => {
  const { plain, keyed } = openBoth();
  const { requestId: _, ...expected } = (await plain.ask(url)).json;
  const { requestId: __, ...answer } = (await keyed.ask(url)).json;
  expect(answer).toEqual(expected);
});

test('a history has the same lines, without the ids of orders and sales', async () => {
  const { plain, keyed } = openBoth();
  const expected = (await plain.ask('/v1/users/ann/history')).json;
  const [{ orderId, id, ...line }] = expected.recent.newest;
  expect([orderId, id]).toEqual(['order-1', 'sale-1']);
  expect((await keyed.ask('/v1/users/ann/history')).json).toEqual({
    ...expected,
    recent: { lines: 1, newest: [line] },
  });
});

test('no answer and no log has a pseudonym, and a user who is asked for by one is unknown', async () => {
  const { keyed } = openBoth();
  const urls = ['recommendations?because=true', 'history', 'explorer'];
  for (const url of urls) {
    const { body, headers } = await keyed.ask(`/v1/users/ann/${url}`);
    for (const id of ['ann', 'order-1', 'sale-1']) {
      expect(body).not.toContain(persons.stored(id));
      expect(JSON.stringify(headers)).not.toContain(persons.stored(id));
    }
  }
  expect((await keyed.ask(`/v1/users/${ANN}/recommendations`)).json).toMatchObject({
    source: 'coldStart',
    newerSales: 0,
  });
  expect((await keyed.ask(`/v1/users/${ANN}/explorer`)).statusCode).toBe(404);
  const failing = openShop({
    persons,
    recent: () => Promise.reject(new Error('DynamoDB does not answer')),
  });
  failing.lake.fault = (_, key) => {
    if (key.includes('histories')) throw new Error('S3 does not answer');
  };
  expect((await failing.ask('/v1/users/ann/recommendations')).json.missing).toEqual([
    'recentSales',
    'runHistory',
  ]);
  const logged = [...keyed.lines, ...failing.lines].join('\n');
  expect(logged).not.toMatch(new RegExp(`\\bann\\b|${ANN}`));
});

describe('a token for one user', () => {
  const authorisation = { auth: 'jwt', userClaim: 'sub' } as const;
  const scope =
    'cartograph/recommendations.read cartograph/history.read cartograph/explore.read cartograph/sales.write';
  const authorizer = (sub: string) => ({ jwt: { claims: { sub, scope }, scopes: null } });

  test.each(['recommendations', 'history', 'explorer'])(
    'is compared with the id in the shop, for %s',
    async (url) => {
      const { ask } = openShop({ persons, authorisation });
      const as = async (sub: string, user: string) =>
        (await ask({ url: `/v1/users/${user}/${url}`, authorizer: authorizer(sub) })).statusCode;
      expect(await as('ann', 'ann')).toBe(200);
      expect(await as('bob', 'ann')).toBe(403);
      expect(await as('ann', ANN)).toBe(403);
      expect(await as(ANN, 'ann')).toBe(403);
    },
  );
});

test('an entity tag holds while nothing changes, and changes with a new sale of the user alone', async () => {
  const { keyed } = openBoth();
  const url = '/v1/users/ann/recommendations';
  const tag = async () => (await keyed.ask(url)).headers.etag;
  const first = await tag();
  const again = await keyed.ask({ url, headers: { 'if-none-match': String(first) } });
  expect(again.statusCode).toBe(304);
  keyed.remember('ann', 'floor');
  expect(await tag()).toBe(first);
  keyed.remember(ANN, 'floor');
  expect(await tag()).not.toBe(first);
});

test('while the secret cannot be read, users are not answered and lists of products are', async () => {
  const shop = openShop({ persons });
  let fails = true;
  const sources = {
    ...shop.sources,
    persons: async () => {
      if (fails) throw new Error('Secrets Manager does not answer');
      return persons;
    },
  };
  const { ask } = openShop({ persons, sources });
  for (const url of ['recommendations', 'history', 'explorer']) {
    const { statusCode, json } = await ask(`/v1/users/ann/${url}`);
    expect([statusCode, json.type]).toEqual([503, 'urn:cartograph:problem:unavailable']);
  }
  expect((await ask('/v1/popular')).statusCode).toBe(200);
  fails = false;
  expect((await ask('/v1/users/ann/recommendations')).json).toMatchObject({
    source: 'model',
    newestSaleMs: AS_OF_MS - 86_400_000,
  });
});
