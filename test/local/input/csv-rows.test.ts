import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { csvRows } from '../../../local/input/csv-rows.ts';

async function* chunksOf(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function rowsOf(text: string, { delimiter = ',', size = 1 << 20 } = {}) {
  const rows = [];
  for await (const row of csvRows(chunksOf(text, size), delimiter)) rows.push(row);
  return rows;
}
const cellsOf = async (text: string) => (await rowsOf(text)).map(({ cells }) => cells);

test('cells with delimiters, quotes and line ends; any line end; empty lines are left out', async () => {
  const rows = [
    ['a', 'b,"c"\nd', ''],
    ['1', '', '2'],
  ];
  const text = 'a,"b,""c""\nd",\n\n1,,2\n';
  expect(await cellsOf(text)).toEqual(rows);
  expect(await cellsOf(text.replaceAll('\n', '\r\n'))).toEqual([['a', 'b,"c"\r\nd', ''], rows[1]]);
  expect(await cellsOf(text.replaceAll('\n', '\r'))).toEqual([['a', 'b,"c"\rd', ''], rows[1]]);
  expect(await cellsOf(text.trimEnd())).toEqual(rows);
});

test('blanks around a quoted cell, and quotes within a cell that does not begin with one, have one reading', async () => {
  expect(await cellsOf('1, "a, b" ,5" LAMP\n2,b,12"\n')).toEqual([
    ['1', 'a, b', '5" LAMP'],
    ['2', 'b', '12"'],
  ]);
});

test('a row whose quote is followed by text is reported with its line; the rows after it are read', async () => {
  expect(await rowsOf('a,b\n1,"LAMP 5" BLUE"\n2,c\n')).toEqual([
    { cells: ['a', 'b'], raw: 'a,b', line: 1 },
    {
      cells: undefined,
      raw: '1,"LAMP 5" BLUE"',
      line: 2,
      problem: 'a quote opens in line 2 and does not close at the end of its cell',
    },
    { cells: ['2', 'c'], raw: '2,c', line: 3 },
  ]);
});

test('a quote that is never closed takes only its own line, and the line where it opens is named', async () => {
  const after = Array.from({ length: 2_000 }, (_, index) => `${index},"mug, ""x""",7`).join('\n');
  const rows = await rowsOf(`a,b,c\n"two\nlines",1,"LAMP,6\n${after}\n9,"end,1`);
  expect(rows).toHaveLength(1 + 1 + 2_000 + 1);
  const bad = rows.filter(({ cells }) => cells === undefined);
  expect(bad.map(({ line, raw, problem }) => [line, raw, problem?.slice(0, 25)])).toEqual([
    [2, '"two\nlines",1,"LAMP,6', 'a quote opens in line 3 a'],
    [2004, '9,"end,1', 'a quote opens in line 200'],
  ]);
  expect(rows.at(-2)).toMatchObject({ cells: ['1999', 'mug, "x"', '7'], line: 2003 });
});

test('a quote that stays open for more than a megabyte is read as one that was not closed', async () => {
  const rows = await rowsOf(`a,b\n1,"open\n${'2,b\n'.repeat(500_000)}`, { size: 65_536 });
  expect(rows).toHaveLength(500_002);
  expect(rows[1]).toMatchObject({ cells: undefined, raw: '1,"open', line: 2 });
});

test('every table that is written by the rules is read back, however the file is cut into chunks', async () => {
  const cell = fc.string({ unit: fc.constantFrom('a', 'b', '"', ',', ';', '\n', '\r', ' ', 'ü') });
  const quoted = (text: string): string =>
    /[",\n\r]|^\s/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constant('x'), cell, cell), { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 40 }),
      async (table, size) => {
        const text = `h\n${table.map((row) => row.map(quoted).join(',')).join('\n')}\n`;
        const rows = await rowsOf(text, { size });
        expect(rows.slice(1).map(({ cells }) => cells)).toEqual(table);
        expect(rows.slice(1).map(({ raw }) => raw)).toEqual(table.map((row) => row.map(quoted).join(',')));
      },
    ),
    { seed: 5, numRuns: 300 },
  );
});

test('rows without a delimiter are read within their lines', async () => {
  const indexOf = vi.spyOn(String.prototype, 'indexOf');
  const rows = await rowsOf('x\n'.repeat(10_000));
  const lengths = indexOf.mock.contexts.map((text, index) =>
    indexOf.mock.calls[index]?.[0] === ',' ? String(text).length : 0,
  );
  indexOf.mockRestore();
  expect(rows).toHaveLength(10_000);
  expect(Math.max(...lengths)).toBe(1);
});
