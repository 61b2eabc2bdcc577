import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { kafkaClient, startBroker } from '../../../local/pipeline/broker.ts';

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

test('sales with old timestamps stay on the topic; a broker that fails gives the reason', {
  timeout: 240_000,
}, async () => {
  const properties = { 'log.retention.check.interval.ms': 200, 'log.initial.task.delay.ms': 100 };
  const broker = await startBroker(directory, { properties });
  try {
    await produceOld(broker.bootstrap, 'sales', {});
    // This topic has a retention. Its loss shows that the broker has checked and does delete.
    await produceOld(broker.bootstrap, 'ageing', { 'retention.ms': '1000' });
    await expect.poll(() => oldestOffset(broker.bootstrap, 'ageing'), { timeout: 90_000 }).toBe(1);
    expect(await oldestOffset(broker.bootstrap, 'sales')).toBe(0);

    // A second broker cannot start on the same data. Its log says that the directory is in use.
    await expect(startBroker(directory)).rejects.toThrow(/Cannot start the Kafka broker: .*\n[\s\S]*[Ll]ock/);
  } finally {
    await broker.stop();
  }
  expect(readFileSync(join(directory, 'server.properties'), 'utf8')).toMatch(
    /^log\.retention\.ms=-1\nlog\.retention\.bytes=-1$/m,
  );
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
