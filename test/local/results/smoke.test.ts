import { expect, test } from 'vitest';
import { interactionsKey, rejectedKey } from '../../../lambdas/shared/contract/keys.ts';
import { countStored, findWrongCounts, refusedSentence, verdictOn } from '../../../local/results/smoke.ts';
import { memoryLake } from '../../lake.ts';

const batch = (partition: number, first: number, last: number, count: number) => ({
  source: '0a1b2c3d',
  topic: 'sales',
  partition,
  first,
  last,
  count,
  firstMs: 1,
});

test('a record counts once, whether it is stored, rejected or delivered again', async () => {
  const lake = memoryLake();
  const write = (key: string) => lake.create(key, '-', 'text/plain');
  // Partition 0: offsets 0 to 9 with two rejected records, and 5 to 14 in an overlapping delivery. Partition 1: one rejected record.
  await write(interactionsKey(batch(0, 0, 9, 8)));
  await write(rejectedKey(batch(0, 0, 9, 2)));
  await write(interactionsKey(batch(0, 5, 14, 10)));
  await write(rejectedKey(batch(1, 7, 7, 1)));
  await write('interactions/README.md');
  expect(await countStored(lake)).toEqual({ records: 16, rows: 18 });
  expect(await countStored(memoryLake())).toEqual({ records: 0, rows: 0 });
});

test('the records of a topic that was created again count too, although their offsets are those of the old one', async () => {
  const lake = memoryLake();
  const write = (key: string) => lake.create(key, '-', 'text/plain');
  await write(interactionsKey({ ...batch(0, 0, 9, 10), firstMs: lake.nowMs }));
  lake.nowMs += 3_600_000;
  await write(interactionsKey({ ...batch(0, 0, 4, 4), firstMs: lake.nowMs }));
  await write(rejectedKey({ ...batch(0, 0, 4, 1), firstMs: lake.nowMs }));
  expect(await countStored(lake)).toEqual({ records: 15, rows: 14 });
});

const PARTITION = 'f00d0001/sales/000000';
const cutOf = (interactions: number) => ({ ranges: [[0, 99]] as [number, number][], interactions });

test('the numbers of a run must fit to its window and to what is stored', () => {
  // Two batches of nine rows; five sales were delivered twice.
  const window = {
    batches: [{ key: 'k', sizeBytes: 1 }],
    partitions: { [PARTITION]: cutOf(13) },
    totalInteractions: 18,
  };
  const inputs = inputsOf({ interactions: 13, repeats: 5 });
  const problems = (rows: number, changed: Partial<typeof inputs> = {}) =>
    findWrongCounts({ rows }, window, { inputs: { ...inputs, ...changed } });
  expect(problems(18)).toEqual([]);
  expect(problems(17)).toEqual(['the windows have 18 sales, but only 17 are stored']);
  expect(problems(18, { interactions: 19 })).toEqual([
    'the run has 19 distinct sales, but its windows only 18',
  ]);
  expect(problems(18, { interactions: 0 })).toEqual([
    'the run was trained on no sale',
    'the run read 0 of the 13 sales of its windows',
  ]);
  expect(problems(18, { conflicts: 1 })).toEqual(['the run has 1 conflicting sales, should be 0']);
});

test('a run that lost sales of its windows does not pass, but one that left some out by a rule does', () => {
  const window = {
    batches: [{ key: 'k', sizeBytes: 1 }],
    partitions: { [PARTITION]: cutOf(1_500), [`${PARTITION}@7`]: cutOf(500) },
    totalInteractions: 2_100,
  };
  const problems = (changed: Partial<Inputs>) =>
    findWrongCounts({ rows: 2_100 }, window, { inputs: inputsOf(changed) });
  expect(problems({ interactions: 1 })).toEqual(['the run read 1 of the 2,000 sales of its windows']);
  expect(problems({ interactions: 1_999 })).toEqual(['the run read 1,999 of the 2,000 sales of its windows']);
  // The 100 repeats that an earlier run dropped are in no number of this run.
  expect(problems({ interactions: 2_000 })).toEqual([]);
  const charges = { interactions: 300, products: [] };
  expect(problems({ interactions: 1_000, unweighted: 500, charges, repeatsById: 200 })).toEqual([]);
  expect(problems({ interactions: 1_000, unweighted: 500, charges, repeatsById: 199 })).toHaveLength(1);
  // How many rows of overlapping batches are new is known only in proportion.
  expect(problems({ interactions: 1_990, repeats: 10 })).toEqual([]);
  expect(problems({ interactions: 1_989, repeats: 10 })).toHaveLength(1);
  // The batches of a user who was forgotten have fewer rows than their names say.
  expect(problems({ interactions: 1_900, tombstones: { through: 1, interactions: 0 } })).toEqual([]);
});

type Inputs = Parameters<typeof findWrongCounts>[2]['inputs'];

function inputsOf(changed: Partial<Inputs>): Inputs {
  return {
    windows: [1],
    batches: 1,
    cutAtMs: 1,
    offsets: {},
    interactions: 0,
    repeats: 0,
    repeatsById: 0,
    conflicts: 0,
    unweighted: 0,
    unknown: { interactions: 0, types: 0 },
    types: [],
    charges: { interactions: 0, products: [] },
    afterNow: null,
    catalogue: null,
    trainingSetSha256: '0'.repeat(64),
    tombstones: null,
    ...changed,
  };
}

test('an older run does not pass for the run of the sent sales', () => {
  expect(verdictOn(7, 7, new Set())).toBe('served');
  expect(verdictOn(7, 8, new Set())).toBe('served');
  expect(verdictOn(7, 6, new Set([7]))).toBe('refused');
  expect(() => verdictOn(7, 6, new Set([6]))).toThrow('run 6 is served, and run 7 is not refused');
  expect(() => verdictOn(1, undefined, new Set())).toThrow('no run is served');
});

test('exit code 2 is explained, so that it does not look like a failure of the pipeline', () => {
  expect(refusedSentence(2, 1)).toMatch(
    /^Everything works, and the exit code is 2 because the gate refused run 2 and kept run 1: /,
  );
});
