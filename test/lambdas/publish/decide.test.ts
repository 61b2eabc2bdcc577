import { describe, expect, test } from 'vitest';
import { currentAfter, decide } from '../../../lambdas/publish/decide.ts';
import { sampleRun } from '../samples.ts';

const candidate = (run: number) => ({ run, manifest: sampleRun(run).manifest });
const poisoned = (run: number) => ({ run, manifest: undefined, problem: 'its manifest cannot be read' });
/** Run 1 was served, then run 2. */
const current = { publication: 2, run: 2, previous: 1, decidedThrough: 2 };
/** The same after a person went back to run 1. */
const rolledBack = { ...current, run: 1, previous: 2 };

describe('a decision', () => {
  test('of the first run serves it, after none', () => {
    expect(decide(candidate(1), undefined)).toMatchObject({
      publication: 1,
      run: 1,
      decision: 'promoted',
      reason: 'nothing could be measured: no user bought before and after',
      served: 1,
      previous: null,
      decidedThrough: 1,
    });
  });

  test('of a later run has the next number, and says what it takes the place of', () => {
    expect(decide(candidate(3), current)).toMatchObject({
      publication: 3,
      run: 3,
      decision: 'promoted',
      reason: 'nothing could be measured: no user bought before and after',
      served: 3,
      previous: 2,
      decidedThrough: 3,
    });
  });

  test('of a run that cannot be read has no numbers, says why, and leaves what is served', () => {
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

  test('shows the numbers of the decided run, not of the served one', () => {
    expect(decide(candidate(3), current).numbers).toMatchObject({ interactions: 36, users: 3, products: 4 });
  });
});

describe('the pointer', () => {
  test('shows a promoted run, and the one before it', () => {
    expect(currentAfter(decide(candidate(3), current), current)).toEqual({
      publication: 3,
      run: 3,
      previous: 2,
      decidedThrough: 3,
    });
  });

  test('stays at its run when another is refused, but counts the decision', () => {
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

  test('follows a decision from where it is, not from where it was when the decision was made', () => {
    expect(currentAfter(decide(poisoned(3), current), rolledBack)).toMatchObject({ run: 1, previous: 2 });
    expect(currentAfter(decide(candidate(3), current), rolledBack)).toMatchObject({ run: 3, previous: 1 });
  });
});
