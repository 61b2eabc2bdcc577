import { expect, test } from 'vitest';
import { parseUsers, requestsOf } from '../../../local/commands/forget.ts';

test('a list of users has one per line, of whatever line ends; empty lines and repeats count for nothing', () => {
  expect(parseUsers(Buffer.from('ann\r\nbob\n\n--x\nann\n café '))).toEqual(['ann', 'bob', '--x', ' café ']);
});

test.each([
  [Buffer.from([0xff, 0xfe]), 'it is not UTF-8'],
  [Buffer.from(`ann\n${'b'.repeat(257)}`), 'line 2 has 257 characters, should be an id of at most 256'],
])('a list that is none is refused', (bytes, message) => {
  expect(() => parseUsers(bytes)).toThrow(message);
});

test('a request has at most 10,000 users, and fits into the payload of a Lambda', () => {
  expect(requestsOf([])).toEqual([]);
  expect(requestsOf(Array.from({ length: 10_001 }, String)).map(({ length }) => length)).toEqual([10_000, 1]);
  const long = Array.from({ length: 10_000 }, (_, index) => `${index}`.padEnd(256, '😀'));
  const requests = requestsOf(long);
  expect(requests.flat()).toEqual(long);
  for (const users of requests)
    expect(Buffer.byteLength(JSON.stringify({ forget: { users } }))).toBeLessThan(6_000_000);
});
