import { beforeEach, describe, expect, test } from 'vitest';
import {
  CURRENT_KEY,
  interactionsKey,
  manifestKey,
  partitionPath,
  rejectedKey,
  windowKey,
} from '../../../lambdas/shared/contract/keys.ts';
import { Model } from '../../../lambdas/shared/contract/model.ts';
import { Window } from '../../../lambdas/shared/contract/schemas.ts';
import { toJson } from '../../../lambdas/shared/platform/lake.ts';
import { addRange, type Ranges } from '../../../lambdas/threshold/ranges.ts';
import { readFinalOutcome, readOutcome } from '../../../local/results/outcome.ts';
import { problemsOf } from '../../../local/results/report.ts';
import { type MemoryLake, memoryLake } from '../../lake.ts';
import { sampleRun, storeRun } from '../../lambdas/samples.ts';

const HERE = '0a1b2c3d';
const BEFORE = 'ffffffff';
const NOON = Date.UTC(2026, 5, 30, 12);

let lake: MemoryLake;
beforeEach(() => {
  lake = memoryLake();
});

interface Poll {
  readonly first: number;
  readonly last: number;
  /** Offsets of records that are rejected. */
  readonly broken?: readonly number[];
  readonly source?: string;
  readonly partition?: number;
}

/** Stores the objects that accumulate makes of a poll. @returns The batch with its key and number of rows. */
async function store({ first, last, broken = [], source = HERE, partition = 0 }: Poll) {
  const range = { source, topic: 'sales', partition, first, last, firstMs: NOON + first };
  const lines = broken.map((offset) =>
    JSON.stringify({
      source,
      topic: 'sales',
      partition,
      offset,
      kafkaMs: NOON + offset,
      reason: offset % 2 === 0 ? 'userId: is missing, should be a string' : 'not JSON: is "x"',
      key: null,
      value: 'eA==',
    }),
  );
  if (lines.length > 0)
    await lake.create(
      rejectedKey({ ...range, count: lines.length }),
      `${lines.join('\n')}\n`,
      'application/x-ndjson',
    );
  const count = last - first + 1 - broken.length;
  const key = interactionsKey({ ...range, count });
  if (count > 0) await lake.create(key, 'rows', 'application/vnd.apache.parquet');
  return { key, count, ...range };
}

/** Writes a window of batches. */
async function cut(number: number, batches: readonly Awaited<ReturnType<typeof store>>[], cutAtMs = NOON) {
  const partitions: Record<string, { ranges: Ranges; interactions: number }> = {};
  for (const batch of batches) {
    const before = partitions[partitionPath(batch)] ?? { ranges: [], interactions: 0 };
    partitions[partitionPath(batch)] = {
      ranges: addRange(before.ranges, batch.first, batch.last),
      interactions: before.interactions + batch.count,
    };
  }
  const rows = batches.reduce((sum, { count }) => sum + count, 0);
  const window = Window.parse({
    window: number,
    cutAtMs,
    reason: { kind: 'flush', text: 'flushed' },
    batches: batches.map(({ key }) => ({ key, sizeBytes: 4 })),
    newInteractions: rows,
    partitions,
    totalInteractions: rows,
    model: Model.parse({}),
  });
  await lake.create(windowKey(number), toJson(window), 'application/json');
}

/** The sample run read 12 sales per window. */
const SALES_OF_RUN_1 = sampleRun(1).manifest.inputs.interactions;

async function serve(run: number): Promise<void> {
  await storeRun(lake, run);
  const current = { publication: run, run, previous: null, decidedThrough: run };
  await lake.create(CURRENT_KEY, toJson(current), 'application/json');
}

const problems = async (produced: number): Promise<string[]> =>
  problemsOf({
    produced,
    source: HERE,
    outcome: await readOutcome(lake),
    sightings: new Map(),
    preparation: {},
    chartsUrl: '',
  });

describe('each record counts once', () => {
  test('polls that overlap: neither their sales nor their rejected records count twice', async () => {
    const first = await store({ first: 0, last: 7, broken: [1, 4] });
    const again = await store({ first: 0, last: 13, broken: [1, 4] });
    const inside = await store({ first: 3, last: 9, broken: [4] });
    const overlapping = await store({ first: 12, last: 14, broken: [14] });
    await cut(1, [first, again, inside, overlapping]);
    await serve(1);
    const { sources } = await readOutcome(lake);
    expect(sources).toEqual(
      new Map([
        [
          HERE,
          {
            stored: 12,
            cut: 12,
            rejected: [
              {
                kind: 'userId',
                count: 2,
                example: expect.stringMatching(/^userId: .* \(sales-0, offset 4\)$/),
              },
              {
                kind: 'not JSON',
                count: 1,
                example: expect.stringMatching(/^not JSON: .* \(sales-0, offset 1\)$/),
              },
            ],
          },
        ],
      ]),
    );
    expect(await problems(15)).toEqual([]);
    expect(await problems(16)).toEqual(['16 records were produced, but 12 stored + 3 rejected make 15']);
  });

  test('the same offset in another partition is another record', async () => {
    await store({ first: 0, last: 3, broken: [2] });
    await store({ first: 0, last: 3, broken: [2], partition: 1 });
    const { sources } = await readOutcome(lake);
    expect(sources.get(HERE)).toEqual({
      stored: 6,
      cut: 0,
      rejected: [{ kind: 'userId', count: 2, example: expect.stringContaining('offset 2') }],
    });
  });

  test('the outcome of an empty bucket is empty', async () => {
    expect(await readOutcome(lake)).toEqual({
      sources: new Map(),
      costs: [],
      waiting: [],
      windows: [],
      current: undefined,
      decisions: [],
      user: undefined,
    });
  });
});

test('a replay of sales that were cut before is not a problem, and new sales outside all windows are', async () => {
  const first = await store({ first: 0, last: 11 });
  await cut(1, [first]);
  await serve(1);
  await store({ first: 2, last: 5 });
  expect(await problems(12)).toEqual([]);
  await store({ first: 8, last: 14 });
  expect(await problems(15)).toEqual(['Run 1 was not trained on 3 stored sales']);
});

test('a run that read fewer sales than its windows hold is a problem', async () => {
  const first = await store({ first: 0, last: 14 });
  await cut(1, [first]);
  await serve(1);
  expect(SALES_OF_RUN_1).toBe(12);
  expect(await problems(15)).toEqual(['Run 1 read 12 sales, but its windows hold 15']);
});

test('records of an earlier broker do not count as records of this broker', async () => {
  const before = await store({ first: 0, last: 7, broken: [7], source: BEFORE });
  const now = await store({ first: 0, last: 5, broken: [1] });
  await cut(1, [before, now]);
  await serve(1);
  expect(await problems(6)).toEqual([]);
  expect(await problems(14)).toEqual(['14 records were produced, but 5 stored + 1 rejected make 6']);
});

test('the latest run is the newest one with a manifest, even if later windows are cut', async () => {
  const [first, second] = [await store({ first: 0, last: 11 }), await store({ first: 12, last: 15 })];
  await cut(1, [first]);
  await cut(2, [first, second]);
  await serve(1);
  expect((await readOutcome(lake)).sources.get(HERE)).toMatchObject({ stored: 16, cut: 12 });
});

test('threshold takes the time from storing the last batch of a window to its cut', async () => {
  lake.nowMs = NOON - 5_000;
  const first = await store({ first: 0, last: 3 });
  lake.nowMs = NOON - 1_500;
  const last = await store({ first: 4, last: 9 });
  lake.nowMs = NOON + 60_000;
  await store({ first: 10, last: 11 });
  await cut(1, [first, last]);
  await cut(2, [{ ...first, key: first.key.replace('sales', 'gone') }]);
  const { windows } = await readOutcome(lake);
  expect(windows.map(({ thresholdSeconds }) => thresholdSeconds)).toEqual([1.5, undefined]);
});

describe('the outcome is read when everything is processed', () => {
  test('records that are produced in the meantime are processed and counted, too', async () => {
    let onTopic = 10;
    await store({ first: 0, last: 9 });
    let rounds = 0;
    const { produced, outcome } = await readFinalOutcome(lake, {
      countProduced: async () => onTopic,
      async drain() {
        rounds += 1;
        if (rounds === 1) onTopic = 15;
        else await store({ first: 10, last: 14 });
      },
    });
    expect({ rounds, produced, stored: outcome.sources.get(HERE)?.stored }).toEqual({
      rounds: 2,
      produced: 15,
      stored: 15,
    });
  });

  test('it is read once if no records are added, and at most five times if records are always added', async () => {
    const rounds = async (step: number): Promise<number> => {
      let [drained, onTopic] = [0, 0];
      await readFinalOutcome(lake, {
        async countProduced() {
          onTopic += step;
          return onTopic;
        },
        async drain() {
          drained += 1;
        },
      });
      return drained;
    };
    expect([await rounds(0), await rounds(1)]).toEqual([1, 5]);
  });
});

test('an invalid line of rejected records is an error that names its object', async () => {
  await lake.create('rejected/x.ndjson', '{"reason":"no address"}\n', 'application/x-ndjson');
  await expect(readOutcome(lake)).rejects.toThrow('Cannot read rejected/x.ndjson: source');
});

test('a window without a run has the reasons of its failed attempts', async () => {
  await cut(1, [await store({ first: 0, last: 3 })]);
  await lake.create(
    'attempts/00000001/failed.json',
    toJson({ window: 1, attempts: 1, reasons: ['out of memory'] }),
    'application/json',
  );
  expect((await readOutcome(lake)).windows[0]?.failures).toEqual(['out of memory']);
  expect(lake.keys(manifestKey(1))).toEqual([]);
});
