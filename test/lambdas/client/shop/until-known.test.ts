import { expect, test } from 'vitest';
import { askUntilKnown, PATIENCE_MS, type Timing } from '../../../../lambdas/client/shop/until-known.ts';

/** A clock that only moves while somebody waits, and the pauses so far. */
function handClock(): { readonly timing: Timing; readonly pauses: number[] } {
  let nowMs = 0;
  const pauses: number[] = [];
  return {
    pauses,
    timing: {
      now: () => nowMs,
      async wait(ms) {
        pauses.push(ms);
        nowMs += ms;
      },
    },
  };
}

/** Returns answers one after another; an error is thrown. The last one repeats. */
const answers =
  <Answer>(...all: readonly (Answer | Error)[]) =>
  async (): Promise<Answer> => {
    const next = all[Math.min(asked++, all.length - 1)];
    if (next instanceof Error || next === undefined) throw next;
    return next;
  };
let asked = 0;

test('asks until an answer knows the sale, and returns that answer', async () => {
  asked = 0;
  const { timing, pauses } = handClock();
  const result = await askUntilKnown(answers('old', 'old', 'new'), (answer) => answer === 'new', { timing });
  expect(result).toEqual({ answer: 'new', isKnown: true });
  expect(pauses).toEqual([25, 37.5]);
});

test('the pauses grow up to a second, and asking ends when the patience does', async () => {
  asked = 0;
  const { timing, pauses } = handClock();
  expect(await askUntilKnown(answers('old'), () => false, { timing })).toEqual({
    answer: 'old',
    isKnown: false,
  });
  expect(Math.max(...pauses)).toBe(1000);
  expect([...pauses].sort((a, b) => a - b)).toEqual(pauses);
  const total = pauses.reduce((sum, pause) => sum + pause, 0);
  expect(total).toBeGreaterThan(PATIENCE_MS - 1000);
  expect(total).toBeLessThanOrEqual(PATIENCE_MS);
});

test('a failure in between counts as an answer that does not know the sale', async () => {
  asked = 0;
  const { timing } = handClock();
  const ask = answers('old', new Error('away'), 'new');
  expect(await askUntilKnown(ask, (answer) => answer === 'new', { timing })).toEqual({
    answer: 'new',
    isKnown: true,
  });
});

test('if no question is answered, the failure is thrown', async () => {
  asked = 0;
  const { timing } = handClock();
  await expect(askUntilKnown(answers(new Error('away')), () => true, { timing })).rejects.toThrow('away');
});
