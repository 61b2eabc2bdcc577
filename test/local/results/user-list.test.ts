import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readUserList } from '../../../local/results/user-list.ts';

const directory = mkdtempSync(join(tmpdir(), 'cartograph-list-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function listOf(name: string, content: string | Buffer): Promise<string[]> {
  writeFileSync(join(directory, name), content);
  return readUserList(join(directory, name));
}

test('a file has one id in each line, as it is; empty lines are left out', async () => {
  expect(await listOf('ids.txt', 'ann\nDoe, Jane\r\n\n 7 \n"x"')).toEqual(['ann', 'Doe, Jane', ' 7 ', '"x"']);
  expect(await listOf('ids', '\ufeffann\n')).toEqual(['ann']);
});

test('a CSV file has a column of users, by any of four names', async () => {
  expect(await listOf('a.csv', 'name,userId\nAnn,ann\nJane,"Doe, ""J"" é"\nnobody,\n')).toEqual([
    'ann',
    'Doe, "J" é',
  ]);
  expect(await listOf('b.CSV', '\ufeffID,user_id\n1,ann\n')).toEqual(['ann']);
  expect(await listOf('c.csv', 'User\nann\n')).toEqual(['ann']);
  expect(await listOf('d.csv', 'id\nann\n')).toEqual(['ann']);
});

test.each([
  ['e.csv', 'ann,bob\nzoe,max\n', 'none of the 2 cells of its first line names the column of users'],
  ['f.csv', 'user\n"ann\n', 'a quote opens in line 2'],
  ['g.csv', 'user\n', 'it has no id'],
  ['h.txt', '\n\n', 'it has no id'],
  ['i.txt', Buffer.from([0x61, 0xff, 0x0a]), 'it is not UTF-8'],
  ['j.txt', `ann\n${'x'.repeat(257)}\n`, 'the id in line 2 has 257 characters, should have 256 at most'],
])('%s is refused with the reason, and without an id', async (name, content, reason) => {
  const error = await listOf(name, content).catch((caught: Error) => caught);
  if (!(error instanceof Error)) throw new Error('the list should be refused');
  expect(error.message).toContain(`Cannot read the list of users ${join(directory, name)}: ${reason}`);
  expect(error.message.slice(directory.length)).not.toMatch(/\bann\b|zoe|xxx/);
});

test('a file that does not exist, and a directory, are named', async () => {
  await expect(readUserList(join(directory, 'none'))).rejects.toThrow('there is no such file');
  await expect(readUserList(directory)).rejects.toThrow('it is a directory, should be a file');
});
