import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { evaluateGate, MIN_USERS_TO_DECIDE } from '../../../lambdas/publish/gate.ts';
import { publish } from '../../../lambdas/publish/publish.ts';
import { CURRENT_KEY, manifestKey, publicationKey } from '../../../lambdas/shared/contract/keys.ts';
import type { Comparison, Gate } from '../../../lambdas/shared/contract/quality.ts';
import { Manifest } from '../../../lambdas/shared/contract/schemas.ts';
import { toJson } from '../../../lambdas/shared/platform/lake.ts';
import { memoryLake } from '../../lake.ts';
import { recordingLog } from '../log.ts';
import { storeRun } from '../samples.ts';

/** A difference whose interval extends by 0.02 on both sides. */
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
/** The difference between a baseline and itself. */
const NOTHING = { value: 0, n: 400, low: 0, high: 0 };
const itself = (overServed: Comparison['overServed']): Comparison =>
  comparison({ orderedBy: 'popularity', overBaseline: NOTHING, overServed });

describe('a run that was compared with the served run', () => {
  test('is promoted if it is better than the baselines and not worse than the served run; the reason has the numbers', () => {
    expect(evaluateGate(gate({ new: null }), 3)).toEqual({
      decision: 'promoted',
      reason:
        'better than the baselines: any +0.100 (+0.080 to +0.120, 400 users) over popularity; any +0.010 (−0.010 to +0.030, 400 users) over run 3',
    });
    expect(evaluateGate(gate({ any: comparison({ overServed: over(-0.019) }) }), 3).decision).toBe(
      'promoted',
    );
  });

  test('is refused if one of its lists is significantly worse than that of the served run', () => {
    const worse = comparison({ overServed: over(-0.021) });
    expect(evaluateGate(gate({ any: worse }), 3)).toEqual({
      decision: 'refused',
      reason: 'worse than run 3: any −0.021 (−0.041 to −0.001, 400 users)',
    });
    expect(evaluateGate(gate({ new: worse }), 3)).toMatchObject({ decision: 'refused' });
  });

  test('is refused if a list is significantly worse than the best baseline, even if the other list is better', () => {
    const worthless = comparison({ overBaseline: over(-0.03), baseline: 'personalFrequency' });
    expect(evaluateGate(gate({ any: worthless }), 3)).toEqual({
      decision: 'refused',
      reason: 'worse than a baseline: any −0.030 (−0.050 to −0.010, 400 users) over personal frequency',
    });
  });

  test('is refused if no list is significantly better than the best baseline; one list is enough', () => {
    const doubtful = comparison({ overBaseline: over(0.019) });
    expect(evaluateGate(gate({ any: doubtful, new: doubtful }), 3)).toMatchObject({
      decision: 'refused',
      reason: expect.stringMatching(/^not better than the baselines: any \+0\.019/),
    });
    expect(evaluateGate(gate({ any: doubtful }), 3).decision).toBe('promoted');
  });
});

describe('a run whose lists are ordered by a baseline, because no model was better', () => {
  test('is promoted if no run is served or the served run is significantly worse, and refused otherwise', () => {
    const reason = expect.stringContaining('no model is better than the baselines, so they order the lists');
    const first = gate({ served: null, any: itself(null), new: itself(null) });
    expect(evaluateGate(first, null)).toEqual({ decision: 'promoted', reason });
    const better = gate({ any: itself(over(0.03)), new: itself(over(0)) });
    expect(evaluateGate(better, 3)).toEqual({ decision: 'promoted', reason });
    expect(evaluateGate(gate({ any: itself(over(0.01)), new: itself(over(0)) }), 3).decision).toBe('refused');
    expect(evaluateGate(first, 3).decision).toBe('refused');
    // Another baseline is slightly better on this holdout, but popularity is still better than no list.
    const other = { ...itself(null), baseline: 'recentPopularity' as const, overBaseline: over(-0.002) };
    expect(evaluateGate(gate({ served: null, any: other, new: null }), null).decision).toBe('promoted');
  });
});

describe('with few measurements', () => {
  test('a run measured on too few users is promoted if it is not worse than the baselines', () => {
    const few = MIN_USERS_TO_DECIDE - 1;
    const resultFor = (value: number) =>
      evaluateGate(gate({ any: comparison({ overBaseline: over(value, few) }), new: null }), 3);
    expect(resultFor(0)).toEqual({
      decision: 'promoted',
      reason: 'too few users to decide (49, at least 50 are needed), and not worse than the baselines',
    });
    expect(resultFor(-0.1)).toMatchObject({
      decision: 'refused',
      reason: expect.stringMatching(
        /^too few users to decide \(49, at least 50 are needed\), but worse than a baseline: any −0\.100/,
      ),
    });
  });

  test('a run measured on fewer than ten users is not refused, even if it is worse', () => {
    const few = comparison({ overBaseline: { value: -0.5, n: 9, low: -0.5, high: -0.5 } });
    expect(evaluateGate(gate({ any: few, new: few }), 3).decision).toBe('promoted');
  });

  test('a run without recommendations is refused', () => {
    const empty = { ...gate({ any: null, new: null }), counts: { ...counts, recommendations: 0 } };
    expect(evaluateGate(empty, 3)).toEqual({ decision: 'refused', reason: 'it has no recommendations' });
  });

  test('a list measured on too few users is ignored if the other has enough', () => {
    const few = comparison({ overBaseline: over(-0.5, 10), overServed: over(-0.5, 10) });
    expect(evaluateGate(gate({ new: few }), 3).decision).toBe('promoted');
  });

  test('a run that could not be measured is promoted', () => {
    const reason = 'not measured: no user bought both before and in the holdout';
    expect(evaluateGate({ gate: null, counts }, null)).toEqual({ decision: 'promoted', reason });
    expect(evaluateGate(gate({ any: null, new: null }), 3)).toEqual({ decision: 'promoted', reason });
  });

  test('a run that was compared with another run than the served one is evaluated by the baselines, and the reason says so', () => {
    const worse = comparison({ overServed: over(-0.5) });
    expect(evaluateGate(gate({ any: worse }), 4)).toMatchObject({
      decision: 'promoted',
      reason: expect.stringMatching(/; not compared with the served run 4$/),
    });
  });
});

test('the Spark job and the gate have the same smallest number of users', () => {
  const splits = join(
    import.meta.dirname,
    '../../../spark/src/main/scala/cartograph/evaluation/TemporalSplits.scala',
  );
  expect(readFileSync(splits, 'utf8')).toContain(`LeastUsers = ${MIN_USERS_TO_DECIDE}L`);
});

test('a bad model, which gives every user the lists of another user, is refused, and the old files stay served', async () => {
  const lake = memoryLake();
  const parts = { lake, log: recordingLog() };
  await storeRun(lake, 1);
  await publish(parts, false);
  const before = lake.keys('runs/').map((key) => [key, lake.text(key)]);
  // Written by the Spark job with such a model, in GateTest.scala.
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
