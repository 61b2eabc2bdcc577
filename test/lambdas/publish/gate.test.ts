import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { evaluateGate, MIN_USERS_TO_DECIDE } from '../../../lambdas/publish/gate.ts';
import { publish } from '../../../lambdas/publish/publish.ts';
import { CURRENT_KEY, manifestKey, publicationKey } from '../../../lambdas/shared/contract/keys.ts';
import type { Comparison, Gate } from '../../../lambdas/shared/contract/quality.ts';
import { type Added, Manifest, Publication } from '../../../lambdas/shared/contract/schemas.ts';
import { toJson } from '../../../lambdas/shared/platform/lake.ts';
import { memoryLake } from '../../lake.ts';
import { recordingLog } from '../log.ts';
import { sampleRun, storeRun } from '../samples.ts';

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

/** The quality of a list of this NDCG@10. */
const qualityOf = (value: number) => {
  const metric = { value, n: 400, low: value, high: value };
  return { any: { model: metric, popularity: metric }, new: null };
};

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

describe('a run that is as good as the served one, and not better', () => {
  const sizes = { ...counts, users: 2_000, products: 400 };
  const asGood = (changes: Partial<Comparison> = {}) => ({
    counts: sizes,
    gate: { served: 1, any: { ...itself(over(0.001)), ...changes }, new: null },
  });
  const nothing: Added = { to: 1, users: 0, products: 0, servedAgeMs: 0, servedAgeHorizons: 0 };
  const decisionFor = (added: Partial<Added>, changes?: Partial<Comparison>) =>
    evaluateGate(asGood(changes), 1, { ...nothing, ...added });

  test('is promoted if the served run has no lists for many of its users; the reason says how many', () => {
    expect(decisionFor({ users: 1_300 })).toEqual({
      decision: 'promoted',
      reason:
        'no model is better than the baselines, so they order the lists, but run 1 has no lists for 1,300 of 2,000 users (65 %): any +0.000 (+0.000 to +0.000, 400 users) over popularity; any +0.001 (−0.019 to +0.021, 400 users) over run 1',
    });
    expect(decisionFor({ users: 100 }).decision).toBe('promoted');
    expect(decisionFor({ users: 99 })).toMatchObject({
      decision: 'refused',
      reason: expect.stringMatching(
        /; run 1 has no lists for 99 of 2,000 users \(5.0 %\), does not know 0 of 400 products \(0 %\), is 0.0 horizons older$/,
      ),
    });
  });

  test('the reason says it too if the run is better anyway', () => {
    expect(decisionFor({ users: 1_300 }, { overBaseline: over(0.03) }).reason).toMatch(
      /^better than the baselines: .*; run 1 has no lists for 1,300 of 2,000 users \(65 %\)$/,
    );
    expect(decisionFor({ users: 1_300 }, { overServed: over(0.03) }).reason).toMatch(
      /^no model .*; run 1 has no lists for 1,300 of 2,000 users \(65 %\)$/,
    );
    expect(decisionFor({ users: 99 }, { overBaseline: over(0.03) }).reason).not.toContain('has no lists');
  });

  test('is promoted if the served run does not know many of its products', () => {
    expect(decisionFor({ products: 20 })).toMatchObject({
      decision: 'promoted',
      reason: expect.stringContaining('but run 1 does not know 20 of 400 products (5 %): '),
    });
    expect(decisionFor({ products: 19 }).decision).toBe('refused');
  });

  test('is promoted if the served run is older than the time that its lists were made for', () => {
    expect(decisionFor({ servedAgeHorizons: 1 })).toMatchObject({
      decision: 'promoted',
      reason: expect.stringContaining('but run 1 is 1.0 horizons older: '),
    });
    expect(decisionFor({ servedAgeHorizons: 0.99 }).decision).toBe('refused');
    expect(decisionFor({ users: 1_300, servedAgeHorizons: 2.345 }).reason).toContain(
      'but run 1 has no lists for 1,300 of 2,000 users (65 %) and is 2.3 horizons older: ',
    );
  });

  test('also if a model orders its lists and is not certainly better than the baselines', () => {
    const doubtful = { orderedBy: 'trees', overBaseline: over(-0.01) } as const;
    expect(decisionFor({ users: 1_300 }, doubtful)).toMatchObject({
      decision: 'promoted',
      reason: expect.stringMatching(/^not better than the baselines, but run 1 has no lists for 1,300 /),
    });
    expect(decisionFor({}, doubtful).decision).toBe('refused');
  });

  test('is refused, whatever it adds, if a model orders a list and is worse than a baseline', () => {
    const noise = { orderedBy: 'trees', overBaseline: over(-0.03) } as const;
    expect(decisionFor({ users: 1_900, servedAgeHorizons: 9 }, noise)).toMatchObject({
      decision: 'refused',
      reason: expect.stringMatching(/^worse than a baseline: /),
    });
  });

  test('is promoted although another baseline than that of its lists is better, because popular lists are better than none', () => {
    const recent = { orderedBy: 'recentPopularity', overBaseline: over(-0.03) } as const;
    expect(decisionFor({ users: 1_300 }, recent).decision).toBe('promoted');
    expect(decisionFor({}, recent).decision).toBe('refused');
    const few = { ...recent, overBaseline: over(-0.03, 20) };
    expect(decisionFor({ users: 1_300 }, few).decision).toBe('promoted');
    expect(decisionFor({}, few).decision).toBe('refused');
    const first = { counts: sizes, gate: { served: null, any: { ...itself(null), ...recent }, new: null } };
    expect(evaluateGate(first, null).decision).toBe('promoted');
  });

  test('is promoted if users without a list make it better for all users together', () => {
    const better = { overServed: over(0.03), overServedLists: over(0, 150) };
    expect(decisionFor({}, { ...better, orderedBy: 'trees' }).decision).toBe('promoted');
  });

  test('is refused, whatever it adds, if it is worse for the users to whom the served run gives lists', () => {
    const worse = { overServed: over(0.05), overServedLists: over(-0.03, 150) };
    expect(decisionFor({ users: 1_300, servedAgeHorizons: 9 }, worse)).toEqual({
      decision: 'refused',
      reason: 'worse than run 1: any −0.030 (−0.050 to −0.010, 150 users)',
    });
    // With fewer than ten such users even that is unreliable.
    expect(decisionFor({ users: 1_300 }, { ...worse, overServedLists: over(-0.03, 9) }).decision).toBe(
      'promoted',
    );
  });

  test('is promoted although its baseline is worse for them, if the users without a list gain more than they may lose', () => {
    const worse = { orderedBy: 'popularity', overServed: over(-0.03), overServedLists: over(-0.03) } as const;
    const decision = (value: number, changes: Partial<Comparison> = {}) =>
      evaluateGate({ ...asGood({ ...worse, ...changes }), quality: qualityOf(value) }, 1, {
        ...nothing,
        users: 1_000,
      });
    // At worst 1,000 users lose 0.05 each, and 1,000 users gain 0.06 or 0.04.
    expect(decision(0.06)).toMatchObject({
      decision: 'promoted',
      reason: expect.stringContaining('(50 %), which outweighs what its own users may lose: any '),
    });
    expect(decision(0.04)).toMatchObject({
      decision: 'refused',
      reason: expect.stringMatching(/^worse than run 1: /),
    });
    // The list of a model may be wrong for everybody, also for the users who are not measured.
    expect(decision(0.06, { orderedBy: 'trees' }).decision).toBe('refused');
  });

  test('is promoted if it could not be compared, because the lists of the served run are gone, and adds enough', () => {
    const gone = { counts: sizes, gate: { served: null, any: itself(null), new: null } };
    expect(evaluateGate(gone, 1, { ...nothing, users: 1_300 })).toMatchObject({
      decision: 'promoted',
      reason: expect.stringMatching(/; not compared with the served run 1$/),
    });
    expect(evaluateGate(gone, 1, nothing).decision).toBe('refused');
  });

  test('is promoted if no run is served', () => {
    const first = gate({
      served: null,
      any: comparison({ overBaseline: over(0.01), overServed: null }),
      new: null,
    });
    expect(evaluateGate(first, null)).toMatchObject({
      decision: 'promoted',
      reason: expect.stringMatching(/^not better than the baselines, but no run is served: any \+0\.010/),
    });
  });
});

describe('with few measurements', () => {
  test('a run measured on too few users is promoted if it is not worse than the baselines', () => {
    const few = MIN_USERS_TO_DECIDE - 1;
    const resultFor = (value: number) =>
      evaluateGate(gate({ any: comparison({ overBaseline: over(value, few) }), new: null }), 3);
    expect(resultFor(0)).toEqual({
      decision: 'promoted',
      reason:
        'too few users to decide (49, at least 50 are needed): any +0.000 (−0.020 to +0.020, 49 users) over popularity',
    });
    expect(resultFor(-0.1)).toMatchObject({
      decision: 'refused',
      reason: expect.stringMatching(
        /^too few users to decide \(49, at least 50 are needed\), but worse than a baseline: any −0\.100/,
      ),
    });
  });

  test('a list that a baseline orders may be worse than another one if the run is needed, and the reason says so', () => {
    const few = comparison({ orderedBy: 'popularity', overBaseline: over(-0.1, MIN_USERS_TO_DECIDE - 1) });
    expect(evaluateGate(gate({ any: few, new: null }), null)).toEqual({
      decision: 'promoted',
      reason: expect.stringMatching(
        /^too few users to decide \(49, at least 50 are needed\); worse than a baseline, but no run is served: any −0\.100/,
      ),
    });
    expect(evaluateGate(gate({ any: few, new: null }), 3).decision).toBe('refused');
  });

  test('a run is refused if it is worse than the served one, measured on at least ten users', () => {
    const resultFor = (n: number) =>
      evaluateGate(
        gate({ any: comparison({ overBaseline: over(0, n), overServed: over(-0.1, n) }), new: null }),
        3,
      );
    expect(resultFor(10)).toEqual({
      decision: 'refused',
      reason: expect.stringMatching(
        /^too few users to decide \(10, at least 50 are needed\), but worse than run 3: any −0\.100/,
      ),
    });
    expect(resultFor(9).decision).toBe('promoted');
    const nine = comparison({
      overBaseline: over(0, 10),
      overServed: over(-0.1, 10),
      overServedLists: over(-0.3, 9),
    });
    expect(evaluateGate(gate({ any: nine, new: null }), 3).decision).toBe('promoted');
  });

  test('with few users too, the reason says what excuses a list, and that a run was not compared', () => {
    const n = MIN_USERS_TO_DECIDE - 1;
    const better = comparison({
      orderedBy: 'popularity',
      overBaseline: over(-0.1, n),
      overServed: over(0.1, n),
    });
    expect(evaluateGate(gate({ any: better, new: null }), 3)).toEqual({
      decision: 'promoted',
      reason: expect.stringContaining('; worse than a baseline, but better than run 3: any −0.100'),
    });
    // 600 of 1,000 users have no list.
    const added: Added = { to: 3, users: 600, products: 0, servedAgeMs: 0, servedAgeHorizons: 0 };
    const loss = comparison({
      orderedBy: 'popularity',
      overBaseline: over(0, n),
      overServed: over(-0.04, n),
    });
    const resultFor = (value: number) =>
      evaluateGate(
        {
          ...gate({ any: loss, new: null }),
          counts: { ...counts, users: 1_000 },
          quality: qualityOf(value),
        },
        3,
        added,
      );
    expect(resultFor(0.06)).toEqual({
      decision: 'promoted',
      reason: expect.stringContaining('; worse than run 3, but users without a list gain more: any −0.040'),
    });
    expect(resultFor(0.02).decision).toBe('refused');
    expect(evaluateGate(gate({ any: better, new: null }), 4).reason).toMatch(/worse than a baseline: any/);
    expect(
      evaluateGate(gate({ any: comparison({ overBaseline: over(0, n) }), new: null }), 4).reason,
    ).toMatch(/; not compared with the served run 4$/);
  });

  test('a run measured on fewer than ten users is not refused, even if it is worse', () => {
    const few = comparison({ overBaseline: { value: -0.5, n: 9, low: -0.5, high: -0.5 } });
    expect(evaluateGate(gate({ any: few, new: few }), 3).decision).toBe('promoted');
    const one = comparison({ overBaseline: { value: -0.067, n: 1, low: -0.067, high: -0.067 } });
    expect(evaluateGate(gate({ any: one, new: null }), null)).toEqual({
      decision: 'promoted',
      reason:
        'too few users to decide (1, at least 50 are needed): any −0.067 (−0.067 to −0.067, 1 user) over popularity',
    });
  });

  test('a run without recommendations is refused', () => {
    const empty = { ...gate({ any: null, new: null }), counts: { ...counts, recommendations: 0 } };
    expect(evaluateGate(empty, 3)).toEqual({ decision: 'refused', reason: 'it has no recommendations' });
  });

  test('a run without recommendations says so if the reason is that no type of its sales has a weight', () => {
    const inputs = {
      ...sampleRun(1).manifest.inputs,
      interactions: 0,
      unweighted: 3_000,
      unknown: { interactions: 3_000, types: 1 },
      types: [{ type: 'gift', interactions: 3_000, weight: null }],
    };
    const empty = { gate: null, counts: { ...counts, recommendations: 0 }, inputs };
    expect(evaluateGate(empty, null)).toEqual({
      decision: 'refused',
      reason: expect.stringMatching(
        /^it has no recommendations: none of the 3,000 sales has a type with a weight \(gift 3,000\); name them in model\.typeWeights/,
      ),
    });
    // Everything may have been returned.
    expect(evaluateGate({ ...empty, inputs: { ...inputs, interactions: 9 } }, null).reason).toBe(
      'it has no recommendations',
    );
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

test('a shop that grows and has no taste: every run is served, so that everybody has lists', async () => {
  const lake = memoryLake();
  const parts = { lake, log: recordingLog() };
  // Written by the Spark job in GateTest.scala: 100, then 300, then 400 users.
  const manifests = z
    .array(Manifest)
    .parse(
      JSON.parse(readFileSync(join(import.meta.dirname, '../../fixtures/manifests-growing.json'), 'utf8')),
    );
  for (const manifest of manifests) {
    await lake.create(manifestKey(manifest.run), toJson(manifest), 'application/json');
    await publish(parts, false);
  }
  const decisions = manifests.map(({ run }) => Publication.parse(JSON.parse(lake.text(publicationKey(run)))));
  expect(decisions.map(({ decision, served }) => [decision, served])).toEqual([
    ['promoted', 1],
    ['promoted', 2],
    ['promoted', 3],
  ]);
  expect(decisions[1]?.reason).toContain('over run 1');
  expect(decisions[2]?.reason).toContain('over run 2');
  expect(decisions[1]?.reason).toContain('run 1 has no lists for 200 of 300 users (67 %)');
  expect(decisions[2]?.reason).toContain('run 2 has no lists for 100 of 400 users (25 %)');
  expect(decisions.map(({ numbers }) => numbers?.added?.users)).toEqual([undefined, 200, 100]);
});
