import { expect, test } from 'vitest';
import { outcomeSentence } from '../../../local/results/decisions.ts';

test('a run that is not served is shown with the whole reason', () => {
  const reason =
    'worse than run 2: any −0.013 (−0.021 to −0.005, 431 users), and as many words as a reason of two lists may need';
  expect(outcomeSentence(3, { decision: 'refused', reason }, true)).toBe(
    'Run 3 is not served, and its charts are drawn. It is worse than run 2: Top picks −0.013 (−0.021 to −0.005, 431 users), and as many words as a reason of two lists may need',
  );
});

test('a run that is served, or not decided on yet, is shown without a reason', () => {
  expect(outcomeSentence(3, { decision: 'promoted', reason: 'better' }, true)).toBe(
    'Run 3 is served, and its charts are drawn',
  );
  expect(outcomeSentence(3, undefined, false)).toBe('Run 3 is served, and its charts could not be drawn');
});
