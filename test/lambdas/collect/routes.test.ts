import { expect, test } from 'vitest';
import { createCollectRoutes } from '../../../lambdas/collect/routes.ts';
import type { OutgoingSale } from '../../../lambdas/collect/sale-of-request.ts';
import type { SalesTopic } from '../../../lambdas/collect/sales-topic.ts';
import { SalesResult } from '../../../lambdas/shared/contract/api/sales.ts';
import type { Authorisation } from '../../../lambdas/shared/http/authorise.ts';
import { createRouter } from '../../../lambdas/shared/http/router.ts';
import { PLAIN_PRIVACY, type Privacy } from '../../../lambdas/shared/privacy/settings.ts';
import type { FieldMap } from '../../../lambdas/shared/sales/field-map.ts';
import { createSaleParser } from '../../../lambdas/shared/sales/sale.ts';
import { recordingLog } from '../log.ts';
import { type EventOptions, httpEvent } from '../shared/http/events.ts';

const NOW = Date.UTC(2026, 5, 1);

interface Options {
  readonly fieldMap?: FieldMap;
  readonly authorisation?: Authorisation;
  readonly privacy?: Privacy;
  /** Returns whether the brokers acknowledge the sale. */
  readonly takes?: (sale: OutgoingSale) => boolean;
}

/** A collect whose topic is a list. */
function setUp({
  fieldMap = {},
  authorisation = { auth: 'none' },
  privacy = PLAIN_PRIVACY,
  takes = () => true,
}: Options = {}) {
  const onTopic: OutgoingSale[] = [];
  const log = recordingLog();
  const topic: SalesTopic = {
    async put(sales, timestampMs) {
      expect(timestampMs).toBe(NOW);
      const addresses = sales.map((sale) =>
        takes(sale) ? { topic: 'sales', partition: 0, offset: onTopic.push(sale) - 1 } : undefined,
      );
      return { addresses, error: addresses.includes(undefined) ? new Error('no leader') : undefined };
    },
    close: async () => undefined,
  };
  const router = createRouter(createCollectRoutes({ topic, fieldMap, privacy, log, nowMs: () => NOW }));
  const post = async (body: unknown, options: Partial<EventOptions> = {}) => {
    const text = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const event = httpEvent({ method: 'POST', url: '/v1/sales', body: text, ...options });
    const result = await router(event, { log, authorisation });
    const json = JSON.parse(result.body);
    if ([200, 207, 422].includes(result.statusCode)) SalesResult.parse(json);
    return { status: result.statusCode, headers: result.headers, json };
  };
  return { post, onTopic, log, values: () => onTopic.map(({ value }) => JSON.parse(String(value))) };
}

const lamp = { userId: 'ann', productId: 'lamp', quantity: 2 };
const NDJSON = { headers: { 'content-type': 'application/x-ndjson' } };

test('one sale is put on the topic with its user as key, and answered with its address', async () => {
  const { post, onTopic, values } = setUp();
  expect(await post({ ...lamp, id: 's-1', coupon: 'never stored' })).toMatchObject({
    status: 200,
    json: {
      accepted: 1,
      refused: 0,
      sales: [{ accepted: true, address: { topic: 'sales', partition: 0, offset: 0 }, id: 's-1' }],
    },
  });
  expect(onTopic).toMatchObject([{ key: 'ann', id: 's-1' }]);
  expect(values()).toEqual([lamp]);
});

test('good and bad sales of one request are told apart, each with its reason, in the order of the request', async () => {
  const { post, onTopic, log } = setUp();
  const lines = [
    JSON.stringify(lamp),
    'nonsense',
    '[1]',
    '{"userId":"ann"}',
    JSON.stringify({ ...lamp, quantity: 0 }),
    JSON.stringify({ ...lamp, price: '£3' }),
    JSON.stringify({ ...lamp, id: '' }),
    JSON.stringify({ ...lamp, timestamp: NOW + 90_000_000 }),
    '{"userId":12345678901234567890,"productId":"lamp"}',
    JSON.stringify({ userId: '__proto__', productId: 17850, id: null }),
  ];
  const { status, json } = await post(lines.join('\n'), NDJSON);
  expect(status).toBe(207);
  expect(json).toMatchObject({ accepted: 2, refused: 8 });
  expect(json.sales.map((sale: { reason?: string }) => sale.reason)).toEqual([
    undefined,
    'not JSON: is "nonsense", should be a JSON object',
    'not an object: is an array, should be a JSON object',
    'productId: is missing, should be a string of 1 to 256 characters or a number',
    'quantity: is 0, should be a finite number other than 0',
    'price: is "£3", should be a finite number',
    'id: should be a string of 1 to 256 characters',
    `timestamp: is ${NOW + 90_000_000}, should be at most a day ahead of its record, 2026-06-01T00:00:00.000Z`,
    'userId: is a number of more than 15 digits, should be a string',
    undefined,
  ]);
  expect(onTopic.map(({ key, id }) => [key, id])).toEqual([
    ['ann', undefined],
    ['__proto__', undefined],
  ]);
  expect(log.measured).toEqual([{ SalesAccepted: 2, SalesRefused: 8, SalesNotSent: 0 }]);
});

test('what is accepted is never rejected on the topic: accumulate parses the same sale from it', async () => {
  const fieldMap: FieldMap = { userId: 'user', timestamp: 'at', productName: 'name' };
  const { post, onTopic } = setUp({ fieldMap });
  const sale = {
    ...lamp,
    timestamp: '2026-05-31T12:00:00Z',
    price: 9.5,
    orderId: 77,
    productName: 'Blue “lamp” 💡',
    type: 'view',
  };
  expect((await post([sale])).status).toBe(200);
  expect(createSaleParser(fieldMap)(onTopic[0]?.value, NOW)).toEqual({
    user: 'ann',
    product: 'lamp',
    quantity: 2,
    atMs: Date.UTC(2026, 4, 31, 12),
    type: 'view',
    orderId: '77',
    price: 9.5,
    productName: 'Blue “lamp” 💡',
  });
});

test('an idempotency key gives each sale without an id one that a repeated request gives again', async () => {
  const { post, onTopic } = setUp();
  const request = [lamp, { ...lamp, id: 'own' }, { ...lamp, quantity: 0 }, lamp];
  for (let time = 0; time < 2; time++) await post(request, { headers: { 'idempotency-key': 'order-77' } });
  const ids = onTopic.map(({ id }) => id);
  expect(ids.slice(0, 3)).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), 'own', expect.any(String)]);
  expect(new Set(ids).size).toBe(3);
  expect(ids.slice(3)).toEqual(ids.slice(0, 3));
});

test('an idempotency key that is used again for other sales loses none of them', async () => {
  const { post, onTopic } = setUp();
  const shade = { ...lamp, productId: 'shade' };
  const headers = { 'idempotency-key': 'order-77' };
  await post([lamp, shade], { headers });
  await post([shade], { headers });
  await post([{ ...lamp, productId: 'rug' }], { headers });
  await post([lamp], { headers: { 'idempotency-key': 'order-78' } });
  const [first, second, repeated, ...others] = onTopic.map(({ id }) => id);
  expect(repeated).toBe(second);
  expect(new Set([first, second, ...others]).size).toBe(4);
});

test('sales that the brokers did not acknowledge are named; without any acknowledged sale the request fails', async () => {
  const { post, log } = setUp({ takes: ({ key }) => key === 'ann' });
  const both = await post([lamp, { ...lamp, userId: 'bob' }, { userId: 'zoe' }]);
  expect(both.status).toBe(207);
  expect(both.json.sales.map((sale: { mayRetry?: boolean }) => sale.mayRetry)).toEqual([
    undefined,
    true,
    false,
  ]);
  const none = await post([{ ...lamp, userId: 'bob' }, { userId: 'zoe' }]);
  expect(none).toMatchObject({
    status: 503,
    headers: { 'retry-after': '2', 'content-type': 'application/problem+json' },
    json: { type: 'urn:cartograph:problem:unavailable' },
  });
  expect(log.measured).toEqual([
    { SalesAccepted: 1, SalesRefused: 1, SalesNotSent: 1 },
    { SalesAccepted: 0, SalesRefused: 1, SalesNotSent: 1 },
  ]);
  expect(JSON.stringify(log.lines)).not.toMatch(/\bann\b|bob|zoe|lamp/);
});

test('a request of refused sales alone is answered with 422, and nothing is sent', async () => {
  const { post, onTopic } = setUp();
  expect((await post([{}, null, 7])).status).toBe(422);
  expect(onTopic).toEqual([]);
});

test('a token that may write one user alone cannot send sales of others', async () => {
  const { post } = setUp({ authorisation: { auth: 'jwt', userClaim: 'sub' } });
  const authorizer = { jwt: { claims: { sub: 'ann' }, scopes: ['cartograph/sales.write'] } };
  const { status, json } = await post([lamp, { ...lamp, userId: 'bob' }], { authorizer });
  expect([status, json.sales[1]?.reason]).toEqual([
    207,
    'userId: is another user, should be the user of the token',
  ]);
});

test('1,000 sales are accepted; 1,001, none, and a body of 10 MB are refused as a whole, with the reason', async () => {
  const { post, onTopic } = setUp();
  const sales = Array.from({ length: 1001 }, (_, n) => ({ ...lamp, userId: `u${n}` }));
  expect((await post(sales.slice(1))).json).toMatchObject({ accepted: 1000, refused: 0 });
  expect(await post(sales)).toMatchObject({
    status: 400,
    json: { detail: 'the body: is 1001 documents, should be 1 to 1000 documents' },
  });
  expect((await post([])).status).toBe(400);
  expect((await post(Buffer.alloc(10_000_000, ' '))).status).toBe(413);
  expect((await post(Buffer.from([0xff, 0xfe]))).status).toBe(400);
  expect(onTopic).toHaveLength(1000);
});

test.each([
  [
    'a field',
    `{"userId":"ann","productId":"lamp","productName":${'['.repeat(200_000)}${']'.repeat(200_000)}}`,
  ],
  ['a line', `${'['.repeat(200_000)}${']'.repeat(200_000)}`],
])('%s that is nested 200,000 deep is refused', async (_, body) => {
  const { post } = setUp();
  for (const options of [NDJSON, {}]) expect((await post(body, options)).status).toBeOneOf([400, 422]);
});

const PERSONAL = [
  { ...lamp, userId: 'ann@example.com' },
  { ...lamp, orderId: '4111 1111 1111 1111' },
  { ...lamp, productName: 'call +49 171 1234567' },
  { ...lamp, id: '+49 171 1234567' },
];

test('if configured, a sale that looks personal is refused with the reason of accumulate, and nothing of it is logged', async () => {
  const { post, onTopic, log } = setUp({ privacy: { userIds: 'plain', refusePersonal: true } });
  const { status, json } = await post([lamp, ...PERSONAL]);
  expect(status).toBe(207);
  expect(json.sales.slice(1).map(({ reason }: { reason: string }) => reason)).toEqual([
    'userId: looks like an e-mail address, should be without personal data',
    'orderId: looks like a card number, should be without personal data',
    'productName: looks like a phone number, should be without personal data',
    'header id: looks like a phone number, should be without personal data',
  ]);
  expect(onTopic).toHaveLength(1);
  expect(log.lines).toEqual([]);
});

test('otherwise it goes to the topic as it came, also if ids are keyed', async () => {
  for (const privacy of [PLAIN_PRIVACY, { userIds: 'keyed', refusePersonal: true } as const]) {
    const { post, onTopic, values, log } = setUp({ privacy });
    expect(await post(PERSONAL)).toMatchObject({ status: 200 });
    expect(values()).toEqual(PERSONAL.map((sale) => ({ ...sale, id: undefined })));
    expect(onTopic.at(-1)?.id).toBe('+49 171 1234567');
    expect(log.lines).toEqual([]);
  }
});
