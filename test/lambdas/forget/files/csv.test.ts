import { expect, test } from 'vitest';
import { csvRows, rewriteCsv } from '../../../../lambdas/forget/files/csv.ts';
import { changedBytes } from './erasing.ts';

const rewrite = (text: string, columns: readonly string[], ...removed: readonly string[]) =>
  rewriteCsv(Buffer.from(text), columns, ([user = '']) => removed.includes(user));

const HEADER = 'user,product,list\n';
const ODD = [
  '1,1,any\n',
  '1,"2\n1,3",any\n',
  '11,1,any\n',
  '"a,b""c",1,new\n',
  'ü,"1",any\n',
  '"x&<\n1",5,any\n',
  '2,"a\n1,b",any\n',
];

test('the rows of a user are left out, also where a field has line breaks, and no row that begins like one', () => {
  const { removedRows, ...rest } = { removedRows: 0, ...rewrite(HEADER + ODD.join(''), ['user'], '1') };
  expect(changedBytes(rest).toString()).toBe(HEADER + ODD.slice(2).join(''));
  expect(removedRows).toBe(2);
});

test.each([
  ['a,b"c', 3],
  ['ü', 4],
  ['x&<\n1', 5],
])('a user with special characters is found: %j', (user, line) => {
  const bytes = changedBytes(rewrite(HEADER + ODD.join(''), ['user'], user));
  expect(bytes.toString()).toBe(HEADER + ODD.toSpliced(line, 1).join(''));
});

test('a file without the user is unchanged, and so is one that has the header alone', () => {
  expect(rewrite(HEADER + ODD.join(''), ['user'], '3')).toEqual({ changed: false });
  expect(rewrite(HEADER, ['user'], '1')).toEqual({ changed: false });
});

test('the header stays if all rows are left out', () => {
  expect(changedBytes(rewrite(`${HEADER}1,1,any\n`, ['user'], '1')).toString()).toBe(HEADER);
});

test('columns are found by their names; a file without one of them is refused', () => {
  const text = 'product,user\n1,2\n2,1\n';
  expect(changedBytes(rewrite(text, ['user'], '1')).toString()).toBe('product,user\n1,2\n');
  expect(() => rewrite(text, ['source'], '1')).toThrow('it has no column source');
});

test('rows are counted without the header, and a line break in a field is no row', () => {
  expect(csvRows(Buffer.from(HEADER))).toBe(0);
  expect(csvRows(Buffer.from(HEADER + ODD.join('')))).toBe(ODD.length);
});
