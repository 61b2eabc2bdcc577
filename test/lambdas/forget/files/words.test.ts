import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { applyEdits } from '../../../../lambdas/forget/files/json-text.ts';
import { hasWord, maskLog, maskWords, reasonEdits } from '../../../../lambdas/forget/files/words.ts';
import { changedBytes, erasing } from './erasing.ts';

const masked = (text: string, ...users: readonly string[]): string | undefined =>
  maskWords(text, erasing(users))?.text;

test.each([
  [
    'Cannot cut blocks: key anna@example.com follows bert@example.com, should be greater',
    'anna@example.com',
    'Cannot cut blocks: key *** follows bert@example.com, should be greater',
  ],
  ['user anna@example.com.', 'anna@example.com', 'user ***.'],
  ['(17850)', '17850', '(***)'],
  ['"a,b\\"cd"', 'a,b"cd', '"***"'],
  ['"a,b"cd"', 'a,b"cd', '"***"'],
  ['x 😀😀😀😀 y', '😀😀😀😀', 'x *** y'],
  ['17850 17850', '17850', '*** ***'],
])('in %j the user %j is replaced', (text, user, expected) => {
  expect(masked(text, user)).toBe(expected);
  expect(masked(expected, user)).toBeUndefined();
});

test.each([
  ['xanna@example.com', 'anna@example.com'],
  ['anna@example.com2', 'anna@example.com'],
  ['took 117850 ms', '17850'],
  ['17850.5', '17850'],
  ['1.17850', '17850'],
  ['ümlaut', 'mlaut'],
  ['𝒳mlaut', 'mlaut'],
  ['mlaut𝒳', 'mlaut'],
])('in %j there is no user %j', (text, user) => {
  expect(masked(text, user)).toBeUndefined();
});

test('a short id is replaced only where a message names it', () => {
  const line = 'Task 1 in stage 1.0: Cannot cut blocks: key 1 follows 11, should be greater; "1" 2026-11-30';
  expect(masked(line, '1')).toBe(line.replace('key 1 ', 'key *** ').replace('"1"', '"***"'));
  expect(masked(line, '11')).toBe(line.replace('follows 11,', 'follows ***,'));
  expect(hasWord('a 1 b', erasing(['1']))).toBe(true);
  expect(hasWord('2026-1-30', erasing(['1']))).toBe(false);
});

test('of users that begin alike, the longest whole word is replaced', () => {
  expect(masked('user annabel, user annab, user annab-x', 'annab', 'annabel', 'annab-xy')).toBe(
    'user ***, user ***, user ***-x',
  );
  expect(masked('user annab-x', 'annab', 'annab-x')).toBe('user ***');
});

test('a log is read and written compressed or as it is', () => {
  const text = 'key 17850 follows 9\n';
  expect(gunzipSync(changedBytes(maskLog(gzipSync(text), erasing(['17850'])))).toString()).toBe(
    'key *** follows 9\n',
  );
  expect(changedBytes(maskLog(Buffer.from(text), erasing(['17850']))).toString()).toBe('key *** follows 9\n');
  expect(maskLog(gzipSync(text), erasing(['17851']))).toEqual({ changed: false });
});

test('the reasons of a failure are masked', () => {
  const document =
    '{\n  "window": 1,\n  "attempts": 2,\n  "reasons": [\n    "key ann follows bob",\n    "timeout"\n  ]\n}\n';
  const { edits, removedRows } = reasonEdits(document, erasing(['ann']));
  expect(applyEdits(document, edits)).toBe(document.replace('ann', '***'));
  expect(removedRows).toBe(1);
});

test('thousands of users are found in one pass', () => {
  const users = Array.from({ length: 10_000 }, (_, at) => `user-${at}`);
  const text = Array.from({ length: 2000 }, (_, at) => `line user-${at * 7} end`).join('\n');
  expect(maskWords(text, erasing(users, 0))?.masked).toBe(1429);
});
