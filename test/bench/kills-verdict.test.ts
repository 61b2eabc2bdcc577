import { beforeEach, expect, test } from 'vitest';
import { type Objects, problemsOfPointer } from '../../bench/faults/checks.ts';
import { sampleRun } from '../../bench/faults/sample.ts';
import { sha256 } from '../../bench/faults/stand-in.ts';
import { objectsOf } from '../../bench/kills/read-back.ts';
import { countRepeats, problemsOf, type Remains } from '../../bench/kills/verdict.ts';
import { accumulate } from '../../lambdas/accumulate/accumulate.ts';
import { currentAfter, decide } from '../../lambdas/publish/decide.ts';
import { Model } from '../../lambdas/shared/contract/model.ts';
import type { Manifest, Window } from '../../lambdas/shared/contract/schemas.ts';
import { toJson } from '../../lambdas/shared/platform/lake.ts';
import { PLAIN_IDS } from '../../lambdas/shared/privacy/person-ids.ts';
import { createSaleParser } from '../../lambdas/shared/sales/sale.ts';
import type { OutgoingRecord } from '../../local/shop/simulate.ts';
import { memoryLake } from '../lake.ts';
import { recordingLog } from '../lambdas/log.ts';

/** Two windows of two sales each, with a rejected record between them, all of one partition. */
const lamp = (user: string): OutgoingRecord => ({
  key: user,
  value: Buffer.from(JSON.stringify({ userId: user, productId: 'lamp' })),
  timestampMs: 1_780_000_000_000,
});
const SENT: readonly OutgoingRecord[] = [
  lamp('u1'),
  lamp('u2'),
  { ...lamp('u3'), value: Buffer.from('{'), broken: 'notJson' },
  lamp('u4'),
  lamp('u5'),
];

let bytes: Map<string, { bytes: Buffer }>;
let objects: Objects;
let remains: Remains;

/** Stores a poll of the records with these numbers, which are their offsets, as accumulate does. @returns The keys of the batches. */
async function store(...numbers: readonly number[]): Promise<string[]> {
  const lake = memoryLake();
  const records = numbers.map((offset) => ({
    ...{ topic: 'sales', partition: 0, offset, timestamp: 1_780_000_000_000 + offset },
    value: SENT[offset]?.value?.toString('base64'),
  }));
  await accumulate(
    { eventSource: 'aws:kafka', eventSourceArn: 'arn', records: { 'sales-0': records } },
    { lake, log: recordingLog(), parseSale: createSaleParser({}), ids: PLAIN_IDS },
  );
  for (const [key, object] of lake.objects) bytes.set(key, { bytes: Buffer.from(object.bytes) });
  return [...lake.objects.keys()].filter((key) => key.startsWith('interactions/'));
}

const put = (key: string, value: unknown): void =>
  void bytes.set(key, { bytes: Buffer.from(typeof value === 'string' ? value : toJson(value)) });

/** Cuts a window, trains it, decides on it and draws it. */
function train(run: number, batches: readonly string[], interactions: number): void {
  const window: Partial<Window> = {
    ...{ window: run, cutAtMs: run, reason: { kind: 'flush' as const, text: 'asked' } },
    batches: batches.map((key) => ({ key, sizeBytes: 1 })),
    ...{ newInteractions: 2, partitions: {}, totalInteractions: 2 * run, model: Model.parse({}) },
  };
  put(`windows/0000000${run}.json`, window);
  const key = `runs/0000000${run}/00000001/compacted/part-00000.parquet`;
  // Compacted files have the columns of batches.
  const compacted = bytes.get(batches[0] ?? '')?.bytes ?? Buffer.alloc(0);
  bytes.set(key, { bytes: compacted });
  const { manifest } = sampleRun(run);
  const file = {
    ...{ name: 'compacted/part-00000.parquet', key, rows: 2 },
    ...{ sizeBytes: compacted.length, sha256: sha256(compacted) },
  };
  const trained: Manifest = { ...manifest, inputs: { ...manifest.inputs, interactions }, files: [file] };
  put(`manifests/0000000${run}.json`, trained);
  const before = bytes.get('current.json');
  const current = before && JSON.parse(before.bytes.toString());
  const decision = decide({ run, manifest: trained }, current);
  put(`publications/0000000${run}.json`, decision);
  put('current.json', currentAfter(decision, current));
  put(`charts/0000000${run}/index.html`, 'a page');
  put('charts/index.html', `Run <a href="0000000${currentAfter(decision, current).run}/index.html">`);
}

beforeEach(async () => {
  bytes = new Map();
  objects = objectsOf(bytes);
  remains = {
    objects,
    sent: SENT,
    topic: SENT.map((_, number) => ({ partition: 0, offset: number, number })),
    acknowledged: new Set(SENT.keys()),
  };
  train(1, await store(0, 1, 2), 2);
  train(2, await store(3, 4), 4);
});

const keyOf = (prefix: string, index = 0): string => objects.keys(prefix)[index] ?? '';

test('nothing is wrong if each sale is in one run and the rejected record is kept', async () => {
  expect(await problemsOf(remains)).toEqual([]);
  expect(problemsOfPointer(objects)).toEqual([]);
  expect(await countRepeats(objects)).toBe(0);
});

test('a batch that was reported and not stored is found, also as missing from training', async () => {
  bytes.delete(keyOf('interactions/', 1));
  bytes.delete('manifests/00000002.json');
  expect(await problemsOf(remains)).toEqual(
    expect.arrayContaining([
      '2 records were not stored, such as 0 3',
      '2 records were not trained, such as 0 3',
      'window 2 is still open',
      'the newest run has 2 of 4 sales',
    ]),
  );
});

test('a sale that is new in two runs is found', async () => {
  const first = bytes.get('runs/00000001/00000001/compacted/part-00000.parquet');
  if (first) bytes.set('runs/00000002/00000001/compacted/part-00000.parquet', first);
  expect(await problemsOf(remains)).toEqual(
    expect.arrayContaining([
      '2 sales are new in several runs',
      expect.stringMatching(/part-00000.parquet is not whole$/),
    ]),
  );
});

test('a rejected record that is lost, or stored as a sale too, is found', async () => {
  const key = keyOf('rejected/');
  const line = bytes.get(key)?.bytes.toString() ?? '';
  put(key, line.replace('"offset":2', '"offset":1'));
  expect(await problemsOf(remains)).toEqual([
    '1 records were not rejected, such as 0 2',
    '1 records were rejected wrongly, such as 0 1',
    '1 records are stored and rejected, such as 0 1',
  ]);
});

test('an acknowledged record that is not on the topic, and a run whose pointer or page is missing, are found', async () => {
  bytes.delete('charts/00000002/index.html');
  bytes.delete('publications/00000002.json');
  const topic = remains.topic.slice(0, -1);
  expect(await problemsOf({ ...remains, topic })).toEqual(
    expect.arrayContaining([
      '1 acknowledged records are not on the topic, such as 4',
      'run 2 was not decided',
      'publication 2 is missing',
      'run 2 has no page',
    ]),
  );
});

test('rows of polls that overlap are counted and are no problem', async () => {
  await store(1, 2, 3);
  expect(await problemsOf(remains)).toEqual([]);
  expect(await countRepeats(objects)).toBe(3);
});
