import { expect, test } from 'vitest';
import { createCatalogueRoutes } from '../../../lambdas/catalogue/routes.ts';
import { ProductsResult } from '../../../lambdas/shared/contract/api/catalogue.ts';
import { Problem } from '../../../lambdas/shared/contract/api/problem.ts';
import { catalogueKey } from '../../../lambdas/shared/contract/keys.ts';
import { createRouter } from '../../../lambdas/shared/http/router.ts';
import { memoryLake } from '../../lake.ts';
import { recordingLog } from '../log.ts';
import { type EventOptions, httpEvent } from '../shared/http/events.ts';

function open() {
  const lake = memoryLake();
  const log = recordingLog();
  const router = createRouter(createCatalogueRoutes({ lake, log }));
  const ask = async (options: EventOptions) => {
    const { statusCode, body } = await router(httpEvent(options), { log, authorisation: { auth: 'none' } });
    const json: unknown = JSON.parse(body);
    return {
      status: statusCode,
      body:
        statusCode === 200 || statusCode === 207 || statusCode === 422
          ? ProductsResult.parse(json)
          : Problem.parse(json),
    };
  };
  const post = (body: string, type = 'application/json') =>
    ask({ method: 'POST', url: '/v1/products', headers: { 'content-type': type }, body });
  const put = (id: string, body: unknown) =>
    ask({ method: 'PUT', url: `/v1/products/${encodeURIComponent(id)}`, body: JSON.stringify(body) });
  return {
    lake,
    log,
    post,
    put,
    lines: () => lake.keys().flatMap((key) => lake.text(key).trim().split('\n')),
  };
}

test('a product is stored with its attributes; its id may hold a slash, an emoji or __proto__', async () => {
  const { put, lines } = open();
  for (const id of ['lamp', 'a/b', '🦆', '__proto__'])
    expect(await put(id, { name: 'N', price: 3, colour: 'red' })).toEqual({
      status: 200,
      body: { accepted: 1, refused: 0, products: [{ accepted: true, productId: id }] },
    });
  expect(lines()).toEqual(
    ['lamp', 'a/b', '🦆', '__proto__'].map((productId) =>
      JSON.stringify({ productId, name: 'N', price: 3, attributes: { colour: 'red' } }),
    ),
  );
});

test('a product with a wrong field is a problem that names it, and nothing is stored', async () => {
  const { put, lake } = open();
  for (const [body, field] of [
    [{ price: -3 }, 'price'],
    [{ from: 5, until: 4 }, 'until'],
    [{ productId: 'vase' }, 'productId'],
    [{ on: true }, 'on'],
    [[], ''],
    [7, ''],
  ] as const) {
    const answer = await put('lamp', body);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ in: 'body', field }] } });
  }
  for (const field of ['name', 'colour'])
    expect(await put('lamp', { [field]: '\ud800' })).toMatchObject({
      status: 400,
      body: { errors: [{ field, shouldBe: expect.stringContaining('text without half a surrogate pair') }] },
    });
  expect(lake.keys()).toEqual([]);
  expect((await put('17', { productId: 17 })).status).toBe(200);
});

test('of several products, each is accepted or refused with its reason; what is valid is one batch', async () => {
  const { post, lake } = open();
  const answer = await post(
    JSON.stringify([{ productId: 'a' }, { productId: 'b', price: '3' }, { productId: 7 }]),
  );
  expect(answer).toEqual({
    status: 207,
    body: {
      accepted: 2,
      refused: 1,
      products: [
        { accepted: true, productId: 'a' },
        { accepted: false, reason: 'price: is "3", should be a finite number of at least 0' },
        { accepted: true, productId: '7' },
      ],
    },
  });
  expect(lake.keys()).toEqual([catalogueKey('batches', 1)]);
});

test('NDJSON is read by line; a line that is not JSON does not refuse its neighbours', async () => {
  const { post, lines } = open();
  const answer = await post('\ufeff{"productId":"a"}\nnot JSON\n\n{"productId":"b"}', 'application/x-ndjson');
  expect(answer).toMatchObject({ status: 207, body: { accepted: 2, refused: 1 } });
  expect(answer.body).toMatchObject({
    products: [{}, { reason: 'is "not JSON", should be a JSON object' }, {}],
  });
  expect(lines()).toEqual(['{"productId":"a"}', '{"productId":"b"}']);
});

test('if all are refused, the answer is 422 and nothing is stored; no product and too many are problems', async () => {
  const { post, lake } = open();
  expect(await post('{"price":3}')).toMatchObject({ status: 422, body: { accepted: 0, refused: 1 } });
  expect((await post('[]')).status).toBe(400);
  expect((await post(JSON.stringify(Array.from({ length: 1001 }, () => ({ productId: 'a' }))))).status).toBe(
    400,
  );
  expect(lake.keys()).toEqual([]);
});

test('if the bucket is away, the answer is 503: nothing is stored, and the request may be sent again', async () => {
  const { put, lake } = open();
  lake.fault = () => {
    throw new Error('the bucket is away');
  };
  expect(await put('lamp', { price: 3 })).toMatchObject({
    status: 503,
    body: { type: 'urn:cartograph:problem:unavailable' },
  });
});
