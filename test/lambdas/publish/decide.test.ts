import { describe, expect, test } from 'vitest';
import { currentAfter, decide } from '../../../lambdas/publish/decide.ts';
import { sampleRun } from '../samples.ts';

const candidate = (run: number) => ({ run, manifest: sampleRun(run).manifest });
const poisoned = (run: number) => ({ run, manifest: undefined, problem: 'its manifest cannot be read' });
/** Run 1 was served, then run 2. */
const current = { publication: 2, run: 2, previous: 1, decidedThrough: 2 };
/** The same after a rollback to run 1. */
const rolledBack = { ...current, run: 1, previous: 2 };

describe('a decision', () => {
  test('on the first run serves it', () => {
    expect(decide(candidate(1), undefined)).toMatchObject({
      publication: 1,
      run: 1,
      decision: 'promoted',
      reason: 'not measured: no user bought both before and in the holdout',
      served: 1,
      previous: null,
      decidedThrough: 1,
    });
  });

  test('on a later run has the next number, and names the run that it replaces', () => {
    expect(decide(candidate(3), current)).toMatchObject({
      publication: 3,
      run: 3,
      decision: 'promoted',
      reason: 'not measured: no user bought both before and in the holdout',
      served: 3,
      previous: 2,
      decidedThrough: 3,
    });
  });

  test('on a run that cannot be read has no numbers, gives the reason, and keeps the served run', () => {
    expect(decide(poisoned(3), current)).toEqual({
      publication: 3,
      run: 3,
      decision: 'refused',
      reason: 'its manifest cannot be read',
      numbers: null,
      served: 2,
      previous: 2,
      decidedThrough: 3,
    });
  });

  test('has the numbers of the decided run, not of the served one', () => {
    expect(decide(candidate(3), current).numbers).toMatchObject({ interactions: 36, users: 3, products: 4 });
  });
});

describe('current.json', () => {
  test('has a promoted run, and the one before it', () => {
    expect(currentAfter(decide(candidate(3), current), current)).toEqual({
      publication: 3,
      run: 3,
      previous: 2,
      decidedThrough: 3,
    });
  });

  test('keeps its run when another run is refused, but counts the decision', () => {
    expect(currentAfter(decide(poisoned(3), current), current)).toEqual({
      publication: 3,
      run: 2,
      previous: 1,
      decidedThrough: 3,
    });
    expect(currentAfter(decide(poisoned(1), undefined), undefined)).toEqual({
      publication: 1,
      run: null,
      previous: null,
      decidedThrough: 1,
    });
  });

  test('applies a decision to its present run, not to the run at the time of the decision', () => {
    expect(currentAfter(decide(poisoned(3), current), rolledBack)).toMatchObject({ run: 1, previous: 2 });
    expect(currentAfter(decide(candidate(3), current), rolledBack)).toMatchObject({ run: 3, previous: 1 });
  });
});
