import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Broker, createTopic, kafkaClient, startBroker } from '../../../local/pipeline/broker.ts';
import { countRecords, produceRecords } from '../../../local/pipeline/produce-records.ts';
import { ROOT } from '../../../local/process/paths.ts';
import type { SaleRecord } from '../../../local/shop/broken.ts';
import { plantShop } from '../../../local/shop/shop.ts';
import {
  defaultSales,
  type OutgoingRecord,
  SIMULATION_END_MS,
  simulationFrom,
} from '../../../local/shop/simulate.ts';

/** With a real broker, because its limits are tested. */
const directory = mkdtempSync(join(tmpdir(), 'cartograph-produce-'));
let broker: Broker;
beforeAll(async () => {
  broker = await startBroker(join(directory, 'kafka'));
});
afterAll(async () => {
  await broker.stop();
  rmSync(directory, { recursive: true, force: true });
});

const record = (sizeBytes: number, key: string | null = 'ann'): OutgoingRecord => ({
  key,
  value: Buffer.alloc(sizeBytes, 'x'),
  timestampMs: undefined,
});

async function topicOf(name: string): Promise<{ bootstrap: string; topic: string }> {
  await createTopic(broker.bootstrap, name, 1);
  return { bootstrap: broker.bootstrap, topic: name };
}

test('a record that is too large for the broker is named with its size; earlier records are on the topic', async () => {
  const target = await topicOf('large');
  const records = [...Array.from({ length: 16 }, () => record(100)), record(1_200_000), record(100)];
  await expect(produceRecords(target, records)).rejects.toThrow(
    'Cannot produce record 17: it has 1,200,077 bytes, the broker takes at most 1,048,588; the 16 before it are on the topic',
  );
  expect(await countRecords(target)).toBe(16);
});

test('the largest record that the broker accepts is sent; one more byte is an error', async () => {
  const target = await topicOf('largest');
  for (const key of ['ann', null, '']) {
    // Without the batch's 61 bytes, 3 for the record's length, 4 fixed ones, and 1 and 3 for the other lengths.
    const largest = 1_048_588 - 61 - 3 - 4 - 1 - 3 - (key ?? '').length;
    expect(await produceRecords(target, [record(largest, key)])).toBe(1);
    await expect(produceRecords(target, [record(largest + 1, key)])).rejects.toThrow(
      'Cannot produce record 1: it has 1,048,589 bytes',
    );
  }
  expect(await countRecords(target)).toBe(3);
});

test('a topic with a lower limit gets smaller batches', async () => {
  const target = await topicOf('narrow');
  const admin = kafkaClient(broker.bootstrap).admin();
  await admin.connect();
  const configEntries = [{ name: 'max.message.bytes', value: '20000' }];
  await admin.alterConfigs({
    validateOnly: false,
    resources: [{ type: 2, name: target.topic, configEntries }],
  });
  await admin.disconnect();
  expect(
    await produceRecords(
      target,
      Array.from({ length: 100 }, () => record(1_000)),
    ),
  ).toBe(100);
  await expect(produceRecords(target, [record(20_000)])).rejects.toThrow('at most 20,000');
  expect(await countRecords(target)).toBe(100);
});

test('tombstones and records without a key are sent unchanged', async () => {
  const target = await topicOf('tombstones');
  const tombstone: OutgoingRecord = { key: 'ann', value: null, timestampMs: 1 };
  expect(await produceRecords(target, [tombstone, record(0, null)])).toBe(2);
  expect(await produceRecords(target, [])).toBe(0);
});

const valuesOf = (records: Iterable<OutgoingRecord>): string[] =>
  [...records].map(({ value }) => String(value));

const salesOf = (records: readonly OutgoingRecord[]): SaleRecord[] =>
  records.filter(({ broken }) => broken === undefined).map(({ value }) => JSON.parse(String(value)));

test('an empty topic gets the sales of the default shop', () => {
  const options = { seed: 3, count: 200 };
  expect(valuesOf(simulationFrom({ ...options, before: 0 }))).toEqual(valuesOf(defaultSales(options)));
});

test('a topic with records gets other, later sales of the same shop, which are the same on each call', () => {
  const before = 200;
  const first = [...defaultSales({ seed: 3, count: before })];
  const next = [...simulationFrom({ seed: 3, count: 100, before })];
  const later = [...simulationFrom({ seed: 3, count: 100, before: before + 100 })];
  const times = [...first, ...next, ...later].map(({ timestampMs = 0 }) => timestampMs);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(next[0]?.timestampMs).toBeGreaterThanOrEqual(SIMULATION_END_MS);
  const orders = [first, next, later].map(
    (records) => new Set(salesOf(records).map(({ orderId }) => orderId)),
  );
  expect(new Set(orders.flatMap((ids) => [...ids])).size).toBe(
    orders.reduce((sum, { size }) => sum + size, 0),
  );
  const prices = new Map(plantShop(3).products.map(({ id, price }) => [id, price]));
  for (const { productId, price } of salesOf(next)) expect(price).toBe(prices.get(productId));
  expect(valuesOf(simulationFrom({ seed: 3, count: 100, before }))).toEqual(valuesOf(next));
});

test('Node, which is stricter than the test runner, can import every module', async () => {
  const modules = [
    'commands/start-options',
    'pipeline/poller',
    'pipeline/produce-records',
    'results/export',
    'results/outcome',
    'results/report',
    'input/replay',
  ];
  const imports = modules.map((name) => `await import('./local/${name}.ts');`).join('');
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', imports], {
    cwd: ROOT,
  });
});
