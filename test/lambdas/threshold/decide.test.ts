import { describe, expect, test } from 'vitest';
import { interactionsKey } from '../../../lambdas/shared/contract/keys.ts';
import { Model } from '../../../lambdas/shared/contract/model.ts';
import { Window } from '../../../lambdas/shared/contract/schemas.ts';
import { decide, type Situation, type UncutBatch } from '../../../lambdas/threshold/decide.ts';
import { Threshold } from '../../../lambdas/threshold/settings.ts';

const model = Model.parse({});
const settings = Threshold.parse({ threshold: 100, growth: 0.5, maxWaitSeconds: 3600 });
const NOW = Date.UTC(2026, 5, 1);

/** A batch of partition 0 that was stored one minute ago. */
function batch(first: number, last: number, count = last - first + 1, storedAtMs = NOW - 60_000): UncutBatch {
  const name = { source: '0a1b2c3d', topic: 'sales', partition: 0, first, last, count, firstMs: 1 };
  return { key: interactionsKey(name), name, sizeBytes: count, storedAtMs };
}

const first: Situation = {
  last: { number: 0, window: undefined },
  inFlight: false,
  uncut: [],
  flush: false,
  nowMs: NOW,
};

/** The situation after a window was cut. */
const cutAs = (window: Window): Situation['last'] => ({ number: window.window, window });

/** Decides, and expects a window to be cut. */
function cut(situation: Partial<Situation>): Window {
  const decision = decide({ ...first, ...situation }, settings, model);
  if (!decision.cut) throw new Error(`not cut: ${decision.reason}`);
  return Window.parse(decision.cut);
}

/** Decides, and expects no window to be cut; returns the reason. */
function notYet(situation: Partial<Situation>): string {
  const decision = decide({ ...first, ...situation }, settings, model);
  if (decision.cut) throw new Error(`cut: ${decision.cut.reason.text}`);
  return decision.reason;
}

describe('the first window', () => {
  test('is cut when the threshold is met', () => {
    const window = cut({ uncut: [batch(0, 59), batch(60, 99)] });
    expect(window).toMatchObject({
      window: 1,
      reason: { kind: 'threshold', needed: 100 },
      newInteractions: 100,
      totalInteractions: 100,
      partitions: { '0a1b2c3d/sales/000000': { ranges: [[0, 99]], interactions: 100 } },
      model,
    });
    expect(window.batches.map(({ key }) => key)).toEqual([batch(0, 59).key, batch(60, 99).key]);
  });

  test('is not cut below the threshold; the reason says how many interactions are missing', () => {
    expect(notYet({ uncut: [batch(0, 98)] })).toBe(
      '99 of 100 new interactions: a window is cut after 1 more, or at 2026-06-01T00:59:00.000Z',
    );
    expect(notYet({})).toBe('no new interactions; a window is cut at 100');
  });

  test('is cut below the threshold when the oldest batch has waited long enough', () => {
    const old = batch(0, 9, 10, NOW - 3_600_000);
    expect(cut({ uncut: [old, batch(10, 19)] }).reason).toMatchObject({
      kind: 'maxWait',
      waitedSeconds: 3600,
    });
    expect(notYet({ uncut: [{ ...old, storedAtMs: NOW - 3_599_000 }] })).toContain('10 of 100');
  });

  test('is cut below the threshold on request, unless nothing is new', () => {
    expect(cut({ uncut: [batch(0, 0)], flush: true }).reason.kind).toBe('flush');
    expect(notYet({ flush: true })).toContain('no new interactions');
  });

  test('counts stored rows, not polled offsets', () => {
    expect(notYet({ uncut: [batch(0, 199, 20)] })).toContain('20 of 100');
  });
});

test('a window is cut from more batches than a call takes arguments', () => {
  const uncut = Array.from({ length: 200_000 }, (_, index) => batch(index, index, 1, NOW - index));
  const strict = Threshold.parse({ ...settings, threshold: 1e9, maxWaitSeconds: 1e6 });
  expect(decide({ ...first, uncut }, strict, model)).toMatchObject({
    cut: undefined,
    newInteractions: 200_000,
    waitedSeconds: 199.999,
  });
  const patient = Threshold.parse({ ...strict, maxWaitSeconds: 199 });
  expect(decide({ ...first, uncut }, patient, model).cut).toMatchObject({
    reason: { kind: 'maxWait', waitedSeconds: 199.999 },
    newInteractions: 200_000,
  });
});

describe('a later window', () => {
  const last = cut({ uncut: [batch(0, 399)] });

  test('must add a share of all interactions cut before', () => {
    expect(notYet({ last: cutAs(last), uncut: [batch(400, 598)] })).toContain('199 of 200');
    const next = cut({ last: cutAs(last), uncut: [batch(400, 599)] });
    expect(next).toMatchObject({ window: 2, newInteractions: 200, totalInteractions: 600 });
    expect(next.partitions['0a1b2c3d/sales/000000']).toMatchObject({ ranges: [[0, 599]], interactions: 600 });
  });

  test('is never cut while a run is in flight, not even on request', () => {
    const uncut = [batch(400, 1400)];
    expect(notYet({ last: cutAs(last), inFlight: true, uncut, flush: true })).toContain(
      'window 1 is in flight',
    );
  });

  test('is not caused by a replay, but contains it', () => {
    const replay = batch(100, 350);
    expect(notYet({ last: cutAs(last), uncut: [replay], flush: true })).toContain('no new interactions');
    const next = cut({ last: cutAs(last), uncut: [replay, batch(400, 599)] });
    expect(next.batches.map(({ key }) => key)).toEqual([replay.key, batch(400, 599).key]);
    expect(next.newInteractions).toBe(200);
  });

  test('counts a batch that overlaps others by the share of its offsets that they do not cover', () => {
    expect(notYet({ last: cutAs(last), uncut: [batch(390, 589)] })).toContain('190 of 200');
    // 160 rows were delivered, but only 100 sales are new.
    expect(notYet({ last: cutAs(last), uncut: [batch(400, 479), batch(420, 499)] })).toContain('100 of 200');
    // Half of these 20 rows are new at most: 20 of 200 records were sales.
    expect(notYet({ last: cutAs(last), uncut: [batch(300, 499, 20)] })).toContain('10 of 200');
    // One of the three rows may be the one at the only new offset.
    expect(notYet({ last: cutAs(last), uncut: [batch(300, 400, 3)] })).toContain('1 of 200');
  });

  test('needs a share of the sales that were cut before, not of their repeats', () => {
    const repeated = cut({ last: cutAs(last), uncut: [batch(0, 300), batch(400, 599)] });
    expect(repeated).toMatchObject({ newInteractions: 200, totalInteractions: 901 });
    expect(notYet({ last: cutAs(repeated), uncut: [batch(600, 600)] })).toContain('1 of 300');
  });

  test('treats a topic that was created again as another topic', () => {
    const renewed = batch(0, 199);
    const name = { ...renewed.name, source: 'ffffffff' };
    const next = cut({ last: cutAs(last), uncut: [{ ...renewed, name, key: interactionsKey(name) }] });
    expect(Object.keys(next.partitions)).toEqual(['0a1b2c3d/sales/000000', 'ffffffff/sales/000000']);
    expect(next.newInteractions).toBe(200);
  });
});

test('with growth 0 only the threshold counts', () => {
  const last = cut({ uncut: [batch(0, 9999)] });
  const constant = Threshold.parse({ ...settings, growth: 0 });
  expect(
    decide({ ...first, last: cutAs(last), uncut: [batch(10_000, 10_099)] }, constant, model).cut,
  ).toBeDefined();
});
