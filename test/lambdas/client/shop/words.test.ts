import { describe, expect, test } from 'vitest';
import { listChanges } from '../../../../lambdas/client/shop/changes.ts';
import { type Answer, ApiError, Unreachable } from '../../../../lambdas/client/shop/client.ts';
import {
  changesSentence,
  failureSentence,
  initials,
  markOf,
  nameOf,
  personSentence,
  sourceSentence,
  whySentence,
} from '../../../../lambdas/client/shop/words.ts';
import { PROBLEMS, type ProblemKind } from '../../../../lambdas/shared/contract/api/problem.ts';

const named = (...names: string[]) => names.map((name) => ({ product: name.toLowerCase(), name }));
const sentence = (before: string[], now: string[]) =>
  changesSentence('any', listChanges(named(...before), named(...now)), named(...now));

const ANSWER: Answer = {
  list: 'any',
  source: 'model',
  missing: [],
  run: { run: 3, newestSaleMs: Date.UTC(2026, 5, 30, 10) },
  momentMs: 1,
  newerSales: 1,
  newestSaleMs: 1,
  unknownProducts: [],
  products: [],
};

test('a sentence names what is new, and counts what left and moved', () => {
  expect(sentence(['Desk', 'Mug', 'Rug'], ['Mug', 'Desk', 'Lamp'])).toBe(
    'Top picks: Lamp is new; 1 left, 2 moved.',
  );
  expect(sentence(['Desk', 'Mug'], ['Desk'])).toBe('Top picks: 1 left.');
  expect(sentence([], ['A', 'B', 'C', 'D', 'E'])).toBe('Top picks: A, B, C and 2 more are new.');
  expect(sentence(['Desk'], ['Desk'])).toBe('Top picks: unchanged.');
});

test('marks are short to see and words to hear', () => {
  expect(markOf({ kind: 'rose', from: 4 })).toEqual({ short: '▲ from 4', long: 'rose from 4' });
  expect(markOf({ kind: 'fell', from: 1 })?.long).toBe('fell from 1');
  expect(markOf({ kind: 'came' })?.long).toBe('new in the list');
  expect(markOf({ kind: 'stayed' })).toBeUndefined();
});

test('the reason names the purchases by name, and a purchase of the product itself in words', () => {
  const product = { product: 'lamp', rank: 1, score: 1 };
  const because = [
    { product: 'lamp', name: 'Lamp', share: 0.6 },
    { product: 'p9', share: 0.394 },
    { product: 'p8', share: 0.006 },
  ];
  expect(whySentence({ ...product, because })).toBe(
    'because of earlier purchases of it (60 %) and p9 (39 %)',
  );
  expect(whySentence({ ...product, because: [{ product: 'lamp', share: 0 }, ...because.slice(1)] })).toBe(
    'because of p9 (39 %)',
  );
  expect(whySentence(product)).toBe('popular now');
});

test('the source says what is known, how new the run is, and what is missing', () => {
  expect(sourceSentence(ANSWER, { isBasket: false })).toBe(
    'Both lists come from the model and what this person bought, with 1 sale after the run. Run 3; its newest sale is from 2026-06-30 10:00 UTC.',
  );
  expect(sourceSentence({ ...ANSWER, source: 'coldStart' }, { isBasket: false })).toContain('cold start');
  expect(sourceSentence({ ...ANSWER, source: 'noRun', run: null }, { isBasket: true })).toContain(
    'No run is served yet',
  );
  expect(sourceSentence({ ...ANSWER, missing: ['recentSales'] }, { isBasket: false })).toContain(
    'newer sales could not be read',
  );
  expect(sourceSentence({ ...ANSWER, unknownProducts: ['x'] }, { isBasket: true })).toContain(
    'The run does not know x',
  );
});

test('a name is shown without blanks around it, and an empty one is the id', () => {
  expect(nameOf({ product: 'p1', name: ' MINI  LIGHTS ' })).toBe('MINI LIGHTS');
  expect(nameOf({ product: 'p1', name: ' ' })).toBe('p1');
});

test('a known id without purchases may be misspelt', () => {
  const person = { kind: 'known', user: 'amn' } as const;
  expect(personSentence(person, { ...ANSWER, source: 'coldStart' })).toContain('amn');
  expect(personSentence(person, ANSWER)).toBe('');
});

describe('a failure says what to do', () => {
  const problem = (kind: ProblemKind, status: number) =>
    new ApiError('x', status, {
      type: `urn:cartograph:problem:${kind}`,
      title: PROBLEMS[kind],
      status,
      detail: 'n: is 0, should be at least 1',
    });
  test.each([
    [new Unreachable('x'), /does not answer.*try again/],
    [problem('unauthorized', 401), /Sign in again/],
    [problem('forbidden', 403), /n: is 0.*Ask the owner/],
    [new ApiError('x', 429, undefined), /Wait a few seconds/],
    [problem('no-run', 503), /asks again by itself/],
    [problem('catalogue-unavailable', 503), /Remove the filters/],
    [problem('invalid-request', 400), /^The request is not valid: n: is 0, should be at least 1\.$/],
    [problem('unavailable', 503), /Try again\.$/],
    [new ApiError('x', 502, undefined), /status 502\. Try again/],
    [new TypeError('x is undefined'), /Reload it/],
  ])('%s', (error, pattern) => {
    expect(failureSentence(error)).toMatch(pattern);
  });
});

test('initials are those of the first two words, and a dot if there is no letter', () => {
  expect(initials('Blue glass lamp')).toBe('BG');
  expect(initials('éclair')).toBe('E');
  expect(initials('★')).toBe('·');
});
