import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { brokerAt, kafkaClient, startBroker } from '../../../local/pipeline/broker.ts';
import { freePort } from '../../../local/process/child.ts';

const directory = mkdtempSync(join(tmpdir(), 'cartograph-broker-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const YEAR_2020 = String(Date.UTC(2020, 0, 1));

/** Reads the offset of the oldest record that still exists. */
async function oldestOffset(bootstrap: string, topic: string): Promise<number> {
  const admin = kafkaClient(bootstrap).admin();
  await admin.connect();
  try {
    return Number((await admin.fetchTopicOffsets(topic))[0]?.low);
  } finally {
    await admin.disconnect();
  }
}

async function produceOld(bootstrap: string, topic: string, config: Readonly<Record<string, string>>) {
  const kafka = kafkaClient(bootstrap);
  const admin = kafka.admin();
  const producer = kafka.producer();
  await Promise.all([admin.connect(), producer.connect()]);
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
  await admin.createTopics({ topics: [{ topic, numPartitions: 1, configEntries }], waitForLeaders: true });
  await producer.send({ topic, messages: [{ value: 'a sale', timestamp: YEAR_2020 }] });
  await Promise.all([admin.disconnect(), producer.disconnect()]);
}

test('sales with old timestamps stay on the topic', { timeout: 240_000 }, async () => {
  const properties = { 'log.retention.check.interval.ms': 200, 'log.initial.task.delay.ms': 100 };
  const broker = await startBroker(directory, { properties });
  try {
    await produceOld(broker.bootstrap, 'sales', {});
    // This topic has a retention. Its loss shows that the broker has checked and does delete.
    await produceOld(broker.bootstrap, 'ageing', { 'retention.ms': '1000' });
    await expect.poll(() => oldestOffset(broker.bootstrap, 'ageing'), { timeout: 90_000 }).toBe(1);
    expect(await oldestOffset(broker.bootstrap, 'sales')).toBe(0);
  } finally {
    await broker.stop();
  }
  expect(readFileSync(join(directory, 'server.properties'), 'utf8')).toMatch(
    /^log\.retention\.ms=-1\nlog\.retention\.bytes=-1$/m,
  );
});

test('a broker that fails gives the reason', { timeout: 90_000 }, async () => {
  const other = createServer();
  const port = await new Promise<number>((resolve) =>
    other.listen(0, '127.0.0.1', () => resolve((other.address() as AddressInfo).port)),
  );
  const controller = `127.0.0.1:${await freePort()}`;
  const properties = {
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://${controller}`,
    'controller.quorum.voters': `1@${controller}`,
  };
  try {
    await expect(startBroker(join(directory, 'blocked'), { properties })).rejects.toThrow(
      /Cannot start the Kafka broker: it ended with exit code 1\n[\s\S]*Address already in use/,
    );
  } finally {
    other.close();
  }
});

test('an aborted start leaves no broker running', { timeout: 90_000 }, async () => {
  const abort = new AbortController();
  const aborted = join(directory, 'aborted');
  const starting = startBroker(aborted, { signal: abort.signal });
  starting.catch(() => undefined);
  await expect.poll(() => existsSync(join(aborted, 'broker.pid')), { timeout: 90_000 }).toBe(true);
  abort.abort(new Error('interrupted'));
  await expect(starting).rejects.toThrow('interrupted');
  expect(existsSync(join(aborted, 'broker.pid'))).toBe(false);
});

test('a broker elsewhere may open its port later; one that never answers is an error, as is an abort', {
  timeout: 120_000,
}, async () => {
  const broker = await startBroker(join(directory, 'elsewhere'));
  const port = await freePort();
  const bootstrap = `127.0.0.1:${port}`;
  const proxy = createServer((client) => {
    const server = connect(Number(broker.bootstrap.split(':')[1]), '127.0.0.1');
    for (const socket of [client, server]) socket.on('error', () => undefined);
    client.pipe(server).pipe(client);
  });
  try {
    await expect(brokerAt(bootstrap, undefined, 0.5)).rejects.toThrow(/Connection error|ECONNREFUSED/);
    await expect(brokerAt(bootstrap, AbortSignal.timeout(500))).rejects.toThrow(/abort/);
    const found = brokerAt(bootstrap);
    await sleep(1000);
    proxy.listen(port, '127.0.0.1');
    expect(await found).toMatchObject({ bootstrap, clusterId: broker.clusterId });
  } finally {
    proxy.close();
    await broker.stop();
  }
});
