import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { judge, LEAST_USERS } from '../../../lambdas/publish/gate.ts';
import { publish } from '../../../lambdas/publish/publish.ts';
import { CURRENT_KEY, manifestKey, publicationKey } from '../../../lambdas/shared/contract/keys.ts';
import type { Comparison, Gate } from '../../../lambdas/shared/contract/quality.ts';
import { Manifest } from '../../../lambdas/shared/contract/schemas.ts';
import { toJson } from '../../../lambdas/shared/platform/lake.ts';
import { memoryLake } from '../../lake.ts';
import { recordingLog } from '../log.ts';
import { storeRun } from '../samples.ts';

/** A difference whose interval reaches 0.02 to both sides. */
const over = (value: number, n = 400) => ({ value, n, low: value - 0.02, high: value + 0.02 });
const comparison = (changes: Partial<Comparison> = {}): Comparison => ({
  orderedBy: 'trees',
  baseline: 'popularity',
  overBaseline: over(0.1),
  overServed: over(0.01),
  ...changes,
});
const counts = { users: 9, products: 9, pairs: 9, recommendations: 9, vertices: 18, edges: 18 };
const gate = (changes: Partial<Gate> = {}): { gate: Gate; counts: Manifest['counts'] } => ({
  counts,
  gate: { served: 3, any: comparison(), new: comparison(), ...changes },
});
/** What a baseline is over itself. */
const NOTHING = { value: 0, n: 400, low: 0, high: 0 };
const itself = (overServed: Comparison['overServed']): Comparison =>
  comparison({ orderedBy: 'popularity', overBaseline: NOTHING, overServed });

describe('a run that was compared with what is served', () => {
  test('is promoted if it beats the baselines and may be as good as the served run; the numbers are told', () => {
    expect(judge(gate({ new: null }), 3)).toEqual({
      decision: 'promoted',
      reason:
        'better than the baselines: any +0.100 (+0.080 to +0.120, 400 users) over popularity; any +0.010 (−0.010 to +0.030, 400 users) over run 3',
    });
    expect(judge(gate({ any: comparison({ overServed: over(-0.019) }) }), 3).decision).toBe('promoted');
  });

  test('is refused if either list is significantly worse than the served one', () => {
    const worse = comparison({ overServed: over(-0.021) });
    expect(judge(gate({ any: worse }), 3)).toEqual({
      decision: 'refused',
      reason: 'worse than run 3: any −0.021 (−0.041 to −0.001, 400 users)',
    });
    expect(judge(gate({ new: worse }), 3)).toMatchObject({ decision: 'refused' });
  });

  test('is refused if a list is significantly worse than the best baseline, however good the other is', () => {
    const worthless = comparison({ overBaseline: over(-0.03), baseline: 'personalFrequency' });
    expect(judge(gate({ any: worthless }), 3)).toEqual({
      decision: 'refused',
      reason: 'worse than a baseline: any −0.030 (−0.050 to −0.010, 400 users) over personal frequency',
    });
  });

  test('is refused if no list is significantly better than the best baseline; one is enough', () => {
    const doubtful = comparison({ overBaseline: over(0.019) });
    expect(judge(gate({ any: doubtful, new: doubtful }), 3)).toMatchObject({
      decision: 'refused',
      reason: expect.stringMatching(/^not better than the baselines: any \+0\.019/),
    });
    expect(judge(gate({ any: doubtful }), 3).decision).toBe('promoted');
  });
});

describe('a run whose lists are those of a baseline, for nothing beat it', () => {
  test('takes the place of nothing, or of what is significantly worse, and of nothing else', () => {
    const reason = expect.stringContaining('nothing beats the baselines here');
    const first = gate({ served: null, any: itself(null), new: itself(null) });
    expect(judge(first, null)).toEqual({ decision: 'promoted', reason });
    const better = gate({ any: itself(over(0.03)), new: itself(over(0)) });
    expect(judge(better, 3)).toEqual({ decision: 'promoted', reason });
    expect(judge(gate({ any: itself(over(0.01)), new: itself(over(0)) }), 3).decision).toBe('refused');
    expect(judge(first, 3).decision).toBe('refused');
    // Another baseline was a little better on this holdout: popularity is still better than no list.
    const other = { ...itself(null), baseline: 'recentPopularity' as const, overBaseline: over(-0.002) };
    expect(judge(gate({ served: null, any: other, new: null }), null).decision).toBe('promoted');
  });
});

describe('where little is known', () => {
  test('too few users to decide: promoted if it is not worse than the baselines', () => {
    const few = LEAST_USERS - 1;
    const of = (value: number) =>
      judge(gate({ any: comparison({ overBaseline: over(value, few) }), new: null }), 3);
    expect(of(0)).toEqual({
      decision: 'promoted',
      reason: 'too few users to decide, 49 of the 50 that it takes: not worse than the baselines',
    });
    expect(of(-0.1)).toMatchObject({
      decision: 'refused',
      reason: expect.stringMatching(/^too few users to decide, 49 of the 50 that it takes: any −0\.100/),
    });
  });

  test('of fewer than ten users nothing is told, not even that it is worse', () => {
    const few = comparison({ overBaseline: { value: -0.5, n: 9, low: -0.5, high: -0.5 } });
    expect(judge(gate({ any: few, new: few }), 3).decision).toBe('promoted');
  });

  test('a run that recommends nothing is refused', () => {
    const empty = { ...gate({ any: null, new: null }), counts: { ...counts, recommendations: 0 } };
    expect(judge(empty, 3)).toEqual({ decision: 'refused', reason: 'it recommends nothing' });
  });

  test('a list with too few users has no say beside one with enough', () => {
    const few = comparison({ overBaseline: over(-0.5, 10), overServed: over(-0.5, 10) });
    expect(judge(gate({ new: few }), 3).decision).toBe('promoted');
  });

  test('nothing measured: promoted, for nothing speaks against it', () => {
    const reason = 'nothing could be measured: no user bought before and after';
    expect(judge({ gate: null, counts }, null)).toEqual({ decision: 'promoted', reason });
    expect(judge(gate({ any: null, new: null }), 3)).toEqual({ decision: 'promoted', reason });
  });

  test('a run that was compared with another than the served one is judged by the baselines, and that is told', () => {
    const worse = comparison({ overServed: over(-0.5) });
    expect(judge(gate({ any: worse }), 4)).toMatchObject({
      decision: 'promoted',
      reason: expect.stringMatching(/; not compared with run 4, which is served$/),
    });
  });
});

test('the job compares with what is served where the gate may decide by it: the least number of users is one', () => {
  const splits = join(
    import.meta.dirname,
    '../../../spark/src/main/scala/cartograph/evaluation/TemporalSplits.scala',
  );
  expect(readFileSync(splits, 'utf8')).toContain(`LeastUsers = ${LEAST_USERS}L`);
});

test('a planted bad model, every user with the lists of another, is refused, and the old bytes stay served', async () => {
  const lake = memoryLake();
  const parts = { lake, log: recordingLog() };
  await storeRun(lake, 1);
  await publish(parts, false);
  const before = lake.keys('runs/').map((key) => [key, lake.text(key)]);
  // Made by the Spark job with such a model: GateTest.scala.
  const shuffled = Manifest.parse(
    JSON.parse(readFileSync(join(import.meta.dirname, '../../fixtures/manifest-shuffled.json'), 'utf8')),
  );
  expect(shuffled).toMatchObject({ run: 2, gate: { served: 1 } });
  await lake.create(manifestKey(2), toJson(shuffled), 'application/json');
  await publish(parts, false);
  expect(JSON.parse(lake.text(publicationKey(2)))).toMatchObject({
    run: 2,
    decision: 'refused',
    reason: expect.stringMatching(/^worse than run 1: any −0\.\d+ /),
    numbers: { gate: { any: { overServed: { n: expect.any(Number) } } } },
    served: 1,
  });
  expect(JSON.parse(lake.text(CURRENT_KEY))).toMatchObject({ run: 1, decidedThrough: 2 });
  expect(lake.keys('runs/').map((key) => [key, lake.text(key)])).toEqual(before);
});
