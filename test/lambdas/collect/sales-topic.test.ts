import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KafkaMessage } from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCollectRoutes } from '../../../lambdas/collect/routes.ts';
import type { OutgoingSale } from '../../../lambdas/collect/sale-of-request.ts';
import { COLLECT_PATIENCE, kafkaSalesTopic } from '../../../lambdas/collect/sales-topic.ts';
import { remember } from '../../../lambdas/remember/remember.ts';
import { createRouter } from '../../../lambdas/shared/http/router.ts';
import { outsideOf } from '../../../lambdas/shared/platform/recent.ts';
import { PLAIN_IDS } from '../../../lambdas/shared/privacy/person-ids.ts';
import { createSaleParser } from '../../../lambdas/shared/sales/sale.ts';
import { type Broker, createTopic, kafkaClient, startBroker } from '../../../local/pipeline/broker.ts';
import { startPoller } from '../../../local/pipeline/poller.ts';
import { eventually } from '../../../local/process/child.ts';
import { recordingLog } from '../log.ts';
import { memoryRecentSales } from '../memory-recent.ts';
import { httpEvent } from '../shared/http/events.ts';
import { NO_USERS } from '../tombstones.ts';

/** collect with a real broker. */
const directory = mkdtempSync(join(tmpdir(), 'cartograph-collect-'));
let broker: Broker;
beforeAll(async () => {
  broker = await startBroker(join(directory, 'kafka'));
});
afterAll(async () => {
  await broker.stop();
  rmSync(directory, { recursive: true, force: true });
});

const AT = Date.UTC(2026, 5, 1);
const saleOf = (user: string, n: number, id?: string): OutgoingSale => ({
  key: user,
  value: Buffer.from(JSON.stringify({ userId: user, productId: `p${n}` })),
  id,
});

/** Reads so many messages of a topic, by `partition/offset`. */
async function read(topic: string, count: number): Promise<ReadonlyMap<string, KafkaMessage>> {
  const messages = new Map<string, KafkaMessage>();
  const consumer = kafkaClient(broker.bootstrap).consumer({ groupId: `read-${topic}` });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ partition, message }) =>
      void messages.set(`${partition}/${message.offset}`, message),
  });
  await eventually(async () => {
    if (messages.size < count) throw new Error(`${messages.size} of ${count} messages`);
  }, AbortSignal.timeout(60_000));
  await consumer.disconnect();
  return messages;
}

test('each sale is at its address, with its user as key, its id as header and the moment of the request', async () => {
  await createTopic(broker.bootstrap, 'addresses', 3);
  const topic = kafkaSalesTopic(kafkaClient(broker.bootstrap), 'addresses');
  // More than one send: the values have 800 KB.
  const filler = 'x'.repeat(1000);
  const sales = Array.from({ length: 800 }, (_, n) =>
    saleOf(`u${n % 7}-${filler}`, n, n % 2 ? `s${n}` : undefined),
  );
  const [first, second] = await Promise.all([topic.put(sales, AT), topic.put(sales.slice(0, 10), AT + 1)]);
  await topic.close();
  expect([first.error, second.error]).toEqual([undefined, undefined]);
  const messages = await read('addresses', 810);
  for (const [put, atMs] of [
    [first, AT],
    [second, AT + 1],
  ] as const)
    for (const [index, address] of put.addresses.entries()) {
      const message = messages.get(`${address?.partition}/${address?.offset}`);
      const { key, value, id } = sales[index] ?? saleOf('', 0);
      expect([String(message?.key), String(message?.value)]).toEqual([key, String(value)]);
      expect([message?.timestamp, message?.headers?.id?.toString()]).toEqual([String(atMs), id]);
    }
  const places = [...first.addresses, ...second.addresses].map(
    (address) => `${address?.partition}/${address?.offset}`,
  );
  expect(new Set(places).size).toBe(810);
});

test('sales that no broker acknowledges have no address, and the reason is given', async () => {
  const away = kafkaClient('127.0.0.1:1');
  const refused = await kafkaSalesTopic(away, 'sales', 300).put([saleOf('ann', 1)], AT);
  expect(refused).toMatchObject({ addresses: [undefined], error: expect.any(Error) });
  const missing = kafkaSalesTopic(kafkaClient(broker.bootstrap), 'no-such-topic', 2000);
  expect(await missing.put([saleOf('ann', 1)], AT)).toMatchObject({
    addresses: [undefined],
    error: expect.any(Error),
  });
  await missing.close();
});

test('brokers that are silent are waited for until the deadline', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  try {
    await new Promise((resolve) => silent.once('listening', resolve));
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const topic = kafkaSalesTopic(kafkaClient(`127.0.0.1:${port}`), 'sales', 200);
    const { addresses, error } = await topic.put([saleOf('ann', 1), saleOf('ann', 2)], AT);
    expect(addresses).toEqual([undefined, undefined]);
    expect(error).toEqual(new Error('Cannot send sales: the brokers did not acknowledge them within 200 ms'));
  } finally {
    silent.close();
  }
  expect(COLLECT_PATIENCE.requestTimeout).toBeLessThan(20_000);
});

test('a request that is repeated after a lost answer counts once, from the API through the topic to the recent sales', async () => {
  await createTopic(broker.bootstrap, 'retries', 2);
  const log = recordingLog();
  const topic = kafkaSalesTopic(kafkaClient(broker.bootstrap), 'retries');
  let nowMs = AT;
  const router = createRouter(createCollectRoutes({ topic, fieldMap: {}, log, nowMs: () => nowMs }));
  const post = async () => {
    const event = httpEvent({
      method: 'POST',
      url: '/v1/sales',
      headers: { 'idempotency-key': 'basket-1' },
      body: JSON.stringify(['lamp', 'vase', 'lamp'].map((productId) => ({ userId: 'ann', productId }))),
    });
    const { statusCode } = await router(event, { log, authorisation: { auth: 'none' } });
    expect(statusCode).toBe(200);
    nowMs += 1000;
  };
  const recent = memoryRecentSales();
  const tombstones = { current: async () => NO_USERS };
  const parseSale = createSaleParser({});
  const parts = { recent, tombstones, days: 90, log, parseSale, ids: PLAIN_IDS, nowMs: () => AT };
  const poller = await startPoller({
    bootstrap: broker.bootstrap,
    topic: 'retries',
    groupId: 'remember',
    eventSourceArn: 'arn:aws:kafka:us-east-1:000000000000:cluster/local/test',
    isImmediate: true,
    invoke: (event) => remember(event, parts),
  });
  try {
    await post();
    await post();
    await eventually(async () => {
      if (recent.items.size < 6) throw new Error(`${recent.items.size} of 6 records`);
    }, AbortSignal.timeout(60_000));
  } finally {
    await poller.stop();
    await topic.close();
  }
  const counted = outsideOf({}, await recent.ofUser('ann'));
  expect(counted.map(({ product, atMs }) => [product, atMs])).toEqual([
    ['lamp', AT],
    ['vase', AT],
    ['lamp', AT],
  ]);
});
