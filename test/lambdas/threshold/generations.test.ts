import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { interactionsKey } from '../../../lambdas/shared/contract/keys.ts';
import { Model } from '../../../lambdas/shared/contract/model.ts';
import { sum } from '../../../lambdas/shared/contract/numbers.ts';
import { Window } from '../../../lambdas/shared/contract/schemas.ts';
import { decide, type UncutBatch } from '../../../lambdas/threshold/decide.ts';
import { placeBatches } from '../../../lambdas/threshold/generations.ts';
import { covers } from '../../../lambdas/threshold/ranges.ts';
import { Threshold } from '../../../lambdas/threshold/settings.ts';

const NOON = Date.UTC(2026, 5, 1, 12);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A batch without rejected records. */
function batch(first: number, last: number, firstMs: number, count = last - first + 1): UncutBatch {
  const name = { source: '0a1b2c3d', topic: 'sales', partition: 0, first, last, count, firstMs };
  return { key: interactionsKey(name), name, sizeBytes: 1, storedAtMs: firstMs + 2000 };
}

const model = Model.parse({});
const settings = Threshold.parse({ threshold: 1, growth: 0 });

/** Cuts a window of all batches. */
function cut(uncut: readonly UncutBatch[], last: Window | undefined, nowMs: number): Window | undefined {
  const situation = { last: { number: last?.window ?? 0, window: last }, inFlight: false, flush: false };
  const decision = decide({ ...situation, uncut, nowMs }, settings, model);
  return decision.cut && Window.parse(decision.cut);
}

function mustCut(uncut: readonly UncutBatch[], last: Window | undefined, nowMs: number): Window {
  const window = cut(uncut, last, nowMs);
  if (!window) throw new Error('not cut');
  return window;
}

const rangesOf = (window: Window | undefined) =>
  Object.fromEntries(Object.entries(window?.partitions ?? {}).map(([path, { ranges }]) => [path, ranges]));

describe('a topic that was deleted and created again on the same cluster', () => {
  const first = mustCut([batch(0, 99, NOON), batch(100, 199, NOON + MINUTE)], undefined, NOON + 2 * MINUTE);
  const again = NOON + HOUR;

  test('is cut as new, although all its offsets were cut before', () => {
    const second = mustCut([batch(0, 49, again)], first, again + MINUTE);
    expect(second.newInteractions).toBe(50);
    expect(rangesOf(second)).toEqual({
      '0a1b2c3d/sales/000000': [[0, 199]],
      [`0a1b2c3d/sales/000000@${again}`]: [[0, 49]],
    });
  });

  test('is found within a second if its first record is stored: one offset has one timestamp', () => {
    const soon = NOON + MINUTE + 1000;
    const decision = decide(
      {
        last: { number: 1, window: first },
        inFlight: false,
        uncut: [batch(0, 49, soon), batch(50, 149, soon + 5)],
        flush: false,
        nowMs: soon + MINUTE,
      },
      settings,
      model,
    );
    expect(decision.cut?.newInteractions).toBe(150);
    expect(decision.cut && decision.recreated).toEqual([`0a1b2c3d/sales/000000@${soon}`]);
  });

  test('is found if its first records were rejected', () => {
    expect(mustCut([batch(10, 49, again)], first, again + MINUTE).newInteractions).toBe(40);
    const single = mustCut([batch(0, 199, NOON)], undefined, NOON + MINUTE);
    expect(mustCut([batch(10, 49, again)], single, again + MINUTE).newInteractions).toBe(40);
  });

  test('continues after its own offsets, also where it overtakes the first', () => {
    const second = mustCut([batch(0, 49, again)], first, again + MINUTE);
    const third = mustCut([batch(50, 149, again + 2), batch(150, 299, again + 9)], second, again + HOUR);
    expect(third.newInteractions).toBe(250);
    expect(rangesOf(third)).toEqual({
      '0a1b2c3d/sales/000000': [[0, 199]],
      [`0a1b2c3d/sales/000000@${again}`]: [[0, 299]],
    });
    expect(
      cut([batch(60, 120, again + 4), batch(150, 160, NOON + 70_000)], third, again + HOUR),
    ).toBeUndefined();
  });

  test('is found in a lake of an earlier version, whose windows do not have the timestamps', () => {
    const old = structuredClone(first);
    for (const partition of Object.values(old.partitions)) delete partition.timeline;
    expect(cut([batch(50, 149, NOON + 1000)], old, again)).toBeUndefined();
    expect(mustCut([batch(0, 49, again)], old, again + MINUTE).newInteractions).toBe(50);
    expect(mustCut([batch(200, 299, NOON + 90_000)], old, again).newInteractions).toBe(100);
  });

  test('twice is two more generations, in one window or in several', () => {
    const twice = again + HOUR;
    const uncut = [
      batch(0, 9, twice),
      batch(0, 49, again),
      batch(10, 29, twice + 1),
      batch(50, 69, again + 1),
    ];
    const window = mustCut(uncut, first, twice + HOUR);
    expect(window.newInteractions).toBe(100);
    expect(rangesOf(window)).toEqual({
      '0a1b2c3d/sales/000000': [[0, 199]],
      [`0a1b2c3d/sales/000000@${again}`]: [[0, 69]],
      [`0a1b2c3d/sales/000000@${twice}`]: [[0, 29]],
    });
  });
});

describe('a replay that begins with a record of a producer whose clock is wrong', () => {
  const first = mustCut([batch(0, 99, NOON), batch(100, 199, NOON + MINUTE)], undefined, NOON + 2 * MINUTE);
  const storedAt = (made: UncutBatch, storedAtMs: number) => ({ ...made, storedAtMs });
  const ahead = batch(50, 149, NOON + 2 * HOUR);

  test.each([
    ['ahead, and it is delivered again at once', storedAt(ahead, NOON + 10 * MINUTE)],
    ['ahead, and it is delivered again the next day', storedAt(ahead, NOON + 24 * HOUR)],
    ['slow', storedAt(batch(50, 149, NOON - 2 * HOUR), NOON + 10 * MINUTE)],
  ])('is no new generation: the clock is %s', (_, replay) => {
    expect(cut([replay], first, NOON + 25 * HOUR)).toBeUndefined();
    const next = mustCut([replay, batch(200, 299, NOON + 3 * HOUR)], first, NOON + 25 * HOUR);
    expect(rangesOf(next)).toEqual({ '0a1b2c3d/sales/000000': [[0, 299]] });
    // The wrong clock does not hide a topic that is created again.
    const again = NOON + 4 * HOUR;
    expect(mustCut([batch(10, 49, again)], next, again + MINUTE).newInteractions).toBe(40);
  });

  test('a second batch confirms a topic that was created again, although its sales waited on it', () => {
    const [again, storedAtMs] = [NOON + 2 * HOUR, NOON + 24 * HOUR];
    const waited = [
      storedAt(batch(10, 49, again), storedAtMs),
      storedAt(batch(50, 89, again + 9), storedAtMs),
    ];
    expect(cut(waited.slice(0, 1), first, storedAtMs + MINUTE)).toBeUndefined();
    expect(mustCut(waited, first, storedAtMs + MINUTE).newInteractions).toBe(80);
  });
});

test('records without a timestamp are of one generation', () => {
  const first = mustCut([batch(0, 99, 0)], undefined, NOON);
  expect(cut([batch(0, 49, 0), batch(50, 99, 0)], first, NOON + HOUR)).toBeUndefined();
});

test('a replay of records that were sent in another order than their timestamps is no new generation', () => {
  const first = mustCut([batch(0, 99, NOON + 5), batch(100, 199, NOON + 3)], undefined, NOON + HOUR);
  expect(Object.keys(first.partitions)).toHaveLength(1);
  expect(cut([batch(50, 149, NOON + 9), batch(99, 120, NOON + 30_000)], first, NOON + HOUR)).toBeUndefined();
});

test('the ranges of a transactional topic stay few, although every poll may end before a marker', () => {
  const batches = Array.from({ length: 1000 }, (_, poll) => batch(poll * 10, poll * 10 + 8, NOON + poll));
  const window = mustCut(batches, undefined, NOON + HOUR);
  const ranges = rangesOf(window)['0a1b2c3d/sales/000000'] ?? [];
  expect(ranges).toHaveLength(64);
  expect([ranges[0]?.[0], ranges.at(-1)]).toEqual([0, [9990, 9998]]);
  expect(window.newInteractions).toBe(9000);
});

/** A record on the topic. */
interface Rec {
  readonly offset: number;
  readonly ms: number;
  readonly isSale: boolean;
}

const percent = fc.integer({ min: 0, max: 99 });

/** One generation of a topic, as a list of records: gaps are transaction markers, timestamps are in order or nearly so. */
const generation = fc
  .array(fc.record({ gap: percent, step: fc.nat(2000), jitter: fc.nat(400), sale: percent }), {
    minLength: 1,
    maxLength: 40,
  })
  .chain((steps) =>
    fc.record({
      steps: fc.constant(steps),
      isTransactional: fc.boolean(),
      hasRejects: fc.boolean(),
      isInOrder: fc.boolean(),
      /** Lengths of the polls of the first delivery, then of replays: where they begin and how long they are. */
      polls: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 10 }),
      replays: fc.array(fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 15 })), { maxLength: 8 }),
    }),
  );

/** Time between the newest record of a topic and the first one of the topic that replaces it. */
const PAUSE_MS = 2 * MINUTE;

type Described = typeof generation extends fc.Arbitrary<infer Value> ? Value : never;

/** Makes the records of a generation, and the polls of its first delivery and of replays. */
function make({ steps, isTransactional, hasRejects, isInOrder, polls, replays }: Described, startMs: number) {
  const records: Rec[] = [];
  let [offset, ms] = [0, startMs];
  for (const { gap, step, jitter, sale } of steps) {
    const delayMs = isInOrder || hasRejects || offset === 0 ? 0 : jitter;
    records.push({ offset, ms: ms + delayMs, isSale: !hasRejects || offset === 0 || sale < 60 });
    offset += isTransactional && gap < 30 ? 2 : 1;
    ms += step;
  }
  const delivered: Rec[][] = [];
  for (let from = 0, poll = 0; from < records.length; poll++) {
    const length = polls[poll % polls.length] ?? 1;
    delivered.push(records.slice(from, from + length));
    from += length;
  }
  const again = replays.map(([from, length]) => {
    const start = from % records.length;
    return records.slice(start, start + length);
  });
  return { records, delivered, again, endMs: ms + 400 };
}

/** The batch that accumulate stores of a poll; undefined if none of its records is a sale. */
function stored(poll: readonly Rec[]): UncutBatch | undefined {
  const [head, tail] = [poll[0], poll.at(-1)];
  const count = poll.filter(({ isSale }) => isSale).length;
  if (!head || !tail || count === 0) return undefined;
  return { ...batch(head.offset, tail.offset, head.ms, count), storedAtMs: tail.ms + 1000 };
}

interface Delivery {
  readonly generation: number;
  readonly poll: readonly Rec[];
  readonly batch: UncutBatch;
}

const delay = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(12));

const schedule = fc.record({
  generations: fc.array(generation, { minLength: 1, maxLength: 3 }),
  /**
   * How far each delivery but the first one is moved back: its event was lost, and a later look finds it. Within a
   * partition, batches are stored in order, so a new generation is found by its first batch. If empty, there are replays
   * instead.
   */
  delays: fc.oneof(fc.constant([]), fc.array(delay, { maxLength: 20 })),
  /** Numbers of deliveries between two looks. */
  looks: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 10 }),
});

/** All deliveries, in the order in which looks find them. */
function deliveries({ generations, delays }: Pick<ScheduleOf, 'generations' | 'delays'>): Delivery[] {
  let startMs = NOON;
  return generations.flatMap((described, generation) => {
    const { delivered, again, endMs } = make(described, startMs);
    startMs = endMs + PAUSE_MS;
    return [...delivered, ...(delays.length === 0 ? again : [])]
      .flatMap((poll) => {
        const made = stored(poll);
        return made ? [{ generation, poll, batch: made }] : [];
      })
      .map((delivery, index) => ({
        delivery,
        at: index + (index > 0 ? (delays[index % delays.length] ?? 0) : 0),
      }))
      .sort((a, b) => a.at - b.at)
      .map(({ delivery }) => delivery);
  });
}
type ScheduleOf = typeof schedule extends fc.Arbitrary<infer Value> ? Value : never;

/** Looks after every few deliveries, and cuts a window whenever something is new. */
function runSchedule({ looks, ...rest }: ScheduleOf) {
  const all = deliveries(rest);
  const windows: Window[] = [];
  let uncut = new Map<string, UncutBatch>();
  const seen = new Set<string>();
  for (let from = 0, look = 0; from < all.length; look++) {
    const found = all.slice(from, from + (looks[look % looks.length] ?? 1));
    from += found.length;
    const inWindows = new Set(windows.flatMap(({ batches }) => batches.map(({ key }) => key)));
    for (const { batch } of found) if (!inWindows.has(batch.key)) uncut.set(batch.key, batch);
    const isNew = found.some(({ generation, poll }) =>
      poll.some(({ offset, isSale }) => isSale && !seen.has(`${generation} ${offset}`)),
    );
    for (const { generation, poll } of found)
      for (const { offset } of poll) seen.add(`${generation} ${offset}`);
    const window = cut([...uncut.values()], windows.at(-1), NOON + 1000 * HOUR);
    // Nobody knows whether a rejected record at the end of a replay is a sale: its batch does not say which were rejected.
    const isUnclear = found.some(({ poll }) => !poll[0]?.isSale || !poll.at(-1)?.isSale);
    if (isNew || !isUnclear) expect(window !== undefined).toBe(isNew);
    if (!window) continue;
    windows.push(window);
    uncut = new Map();
  }
  return { all, windows };
}

describe('for any replays, overlaps, cuts and late events', () => {
  test('a window is cut exactly if a record is new, and each generation of a topic is one entry with its own offsets', () => {
    fc.assert(
      fc.property(schedule, (drawn) => {
        const { all, windows } = runSchedule(drawn);
        const { placed } = placeBatches(
          windows.at(-1)?.partitions ?? {},
          all.map(({ batch }) => batch),
          0,
        );
        const names = Map.groupBy(all, ({ generation }) => generation);
        const labels = new Set<string>();
        for (const [, ofGeneration] of names) {
          const own = placed.filter(({ batch }) => ofGeneration.some((delivery) => delivery.batch === batch));
          expect(new Set(own.map(({ generation }) => generation)).size).toBe(1);
          const label = own[0]?.generation ?? '';
          expect(labels.has(label)).toBe(false);
          labels.add(label);
          const ranges = windows.at(-1)?.partitions[label]?.ranges ?? [];
          for (const { offset, isSale } of ofGeneration.flatMap(({ poll }) => poll))
            if (isSale) expect(covers(ranges, offset, offset)).toBe(true);
        }
        expect(Object.keys(windows.at(-1)?.partitions ?? {}).sort()).toEqual([...labels].sort());
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test('a retry that ended later than the batch that was cut is new, although later offsets were cut before it was found', () => {
    const first = mustCut([batch(0, 87, NOON)], undefined, NOON + MINUTE);
    const retry = batch(87, 88, NOON + MINUTE);
    const second = mustCut([batch(89, 100, NOON + 2 * MINUTE)], first, NOON + 3 * MINUTE);
    expect(rangesOf(second)['0a1b2c3d/sales/000000']).toEqual([
      [0, 87],
      [89, 100],
    ]);
    const third = mustCut([retry], second, NOON + 4 * MINUTE);
    expect(third.newInteractions).toBe(1);
    expect(rangesOf(third)['0a1b2c3d/sales/000000']).toEqual([[0, 100]]);
    // Offset 88 was rejected: the replay has no row there.
    expect(cut([batch(87, 89, NOON + MINUTE, 2)], second, NOON + 4 * MINUTE)).toBeUndefined();
  });

  test('every sale of topics without rejected records and transactions counts once', () => {
    fc.assert(
      fc.property(schedule, (drawn) => {
        const plain = drawn.generations.map((described) => ({
          ...described,
          isTransactional: false,
          hasRejects: false,
        }));
        const { all, windows } = runSchedule({ ...drawn, generations: plain });
        const records = new Set(
          all.flatMap(({ generation, poll }) => poll.map(({ offset }) => `${generation} ${offset}`)),
        );
        expect(sum(windows.map(({ newInteractions }) => newInteractions))).toBe(records.size);
      }),
      { seed: 2, numRuns: 150 },
    );
  });

  test('an overlapping batch counts at most its rows, and never more than all rows in total', () => {
    fc.assert(
      fc.property(schedule, (drawn) => {
        const { all, windows } = runSchedule(drawn);
        const { placed } = placeBatches(
          {},
          all.map(({ batch }) => batch),
          0,
        );
        for (const { batch, newRows } of placed) expect(newRows).toBeLessThanOrEqual(batch.name.count);
        const rows = new Set(all.map(({ batch }) => batch));
        expect(sum(windows.map(({ newInteractions }) => newInteractions))).toBeLessThanOrEqual(
          sum([...rows].map(({ name }) => name.count)),
        );
      }),
      { seed: 3, numRuns: 150 },
    );
  });
});
