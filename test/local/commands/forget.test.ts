import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { requestsOf, usersOf } from '../../../local/commands/forget.ts';

const directory = mkdtempSync(join(tmpdir(), 'cartograph-forget-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('users are named by --user, or by a file, each once', async () => {
  const file = join(directory, 'leaving.csv');
  writeFileSync(file, 'userId,name\nann,Ann\nbob,Bob\nann,Ann\n');
  expect(await usersOf(undefined, file)).toEqual(['ann', 'bob']);
  expect(await usersOf(' --x', undefined)).toEqual([' --x']);
});

test.each([
  ['ann', 'file', '--user and --users cannot be used together'],
  [undefined, undefined, '--user is missing'],
  ['😀'.repeat(129), undefined, '--user has 258 characters, should be an id of at most 256'],
])('no users, two kinds, or an id that is too long are refused', async (user, file, message) => {
  await expect(usersOf(user, file)).rejects.toThrow(message);
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
