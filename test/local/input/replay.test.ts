import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import type { ColumnMap } from '../../../local/input/column-map.ts';
import { replay } from '../../../local/input/replay.ts';

const directory = mkdtempSync(join(tmpdir(), 'cartograph-replay-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function read(name: string, content: string | Buffer, map: ColumnMap = {}): Promise<string[]> {
  const path = join(directory, name);
  writeFileSync(path, content);
  const values: string[] = [];
  for await (const { value } of replay(path, { map })) values.push(String(value));
  return values;
}

const RETAIL = {
  userId: 'CustomerID',
  productId: 'StockCode',
  quantity: 'Quantity',
  timestamp: 'InvoiceDate',
  productName: 'Description',
};
const CSV = `InvoiceNo,StockCode,Description,Quantity,InvoiceDate,CustomerID
1,85123A,"LAMP, ""BLUE""
with two lines",6,2010-12-01 08:26:00,17850
C2,71053,WHITE LAMP,-1,2010-12-01 08:28:00,
`;
const RECORDS = [
  {
    userId: '17850',
    productId: '85123A',
    quantity: 6,
    timestamp: '2010-12-01T08:26:00Z',
    productName: 'LAMP, "BLUE"\nwith two lines',
  },
  { productId: '71053', quantity: -1, timestamp: '2010-12-01T08:28:00Z', productName: 'WHITE LAMP' },
];

test('CSV: mapped columns, quoted cells, numbers as numbers, times without a zone in UTC, empty cells absent', async () => {
  expect((await read('a.csv', CSV, RETAIL)).map((value) => JSON.parse(value))).toEqual(RECORDS);
});

test('CSV with a byte order mark, with CRLF, or gzipped under any name gives the same records', async () => {
  const expected = RECORDS.map((record) => JSON.stringify(record).replaceAll('\\n', ''));
  for (const [name, content] of [
    ['bom.csv', `\uFEFF${CSV}`],
    ['zipped.csv.gz', gzipSync(CSV)],
    ['zipped.csv', gzipSync(CSV)],
    ['crlf.csv', CSV.replaceAll('\n', '\r\n')],
  ] as const)
    expect(
      (await read(name, content, RETAIL)).map((value) => value.replaceAll(/\\r|\\n/g, '')),
      name,
    ).toEqual(expected);
});

test('a cell that is not a number or a time stays as it is, so that accumulate rejects it with a reason', async () => {
  const [value = ''] = await read(
    'odd.csv',
    'userId,productId,quantity,timestamp\nann,lamp,many,yesterday\n',
  );
  expect(JSON.parse(value)).toEqual({
    userId: 'ann',
    productId: 'lamp',
    quantity: 'many',
    timestamp: 'yesterday',
  });
});

test('a date alone means midnight, thirteen digits are epoch milliseconds, and zones are kept', async () => {
  const times = ['2010-12-01', '1291191960000', '2010-12-01T08:26:00+01:00'];
  const values = await read(
    'times.csv',
    `userId,productId,timestamp\n${times.map((time) => `a,b,${time}`).join('\n')}`,
  );
  expect(values.map((value) => JSON.parse(value).timestamp)).toEqual([
    '2010-12-01T00:00Z',
    1291191960000,
    '2010-12-01T08:26:00+01:00',
  ]);
});

test('NDJSON is passed on unchanged, broken lines too; a map renames fields', async () => {
  const lines = '{"userId":"a","productId":"b"}\nnot JSON\n\n[1]\n';
  expect(await read('a.ndjson', lines)).toEqual(['{"userId":"a","productId":"b"}', 'not JSON', '[1]']);
  expect(
    await read('b.ndjson.gz', gzipSync('{"who":"a","productId":"b"}\nnot JSON\n'), { userId: 'who' }),
  ).toEqual(['{"userId":"a","productId":"b"}', 'not JSON']);
});

test('the error names a missing column, a missing file or an empty file', async () => {
  await expect(read('c.csv', CSV, { userId: 'CustomerId', productId: 'StockCode' })).rejects.toThrow(
    /no column CustomerId for userId; did you mean CustomerID\? Columns: InvoiceNo, StockCode/,
  );
  await expect(read('d.csv', 'who,what\na,b\n')).rejects.toThrow('it has no column userId for userId');
  await expect(read('e.csv', '')).rejects.toThrow('it is empty, should begin with a header');
  await expect(replay(join(directory, 'gone.csv'), {}).next()).rejects.toThrow('there is no such file');
  await expect(read('f.csv.gz', gzipSync(CSV).subarray(0, 60), RETAIL)).rejects.toThrow(
    /Cannot replay .*f\.csv\.gz/,
  );
});

test('control characters of a file do not reach the terminal in an error message', async () => {
  const header = `\u001b[2Jwho,${'w'.repeat(500)}\u0007,"two\nlines"`;
  const failures = [
    read('evil.csv', `${header}\na,b\n`, { userId: 'user' }),
    read('evil-array.json', '[{"userId":"a"}]\u001b[2J'),
    read('evil-column.csv', '\u001b[2Jid,productId,\u001b[2Jid\na,b,c\n', { userId: '\u001b[2Jid' }),
  ].map((reading) => reading.catch((error: Error) => error.message));
  const messages = await Promise.all(failures);
  for (const message of messages) {
    expect(message).toMatch(/^Cannot replay /);
    expect(message).not.toMatch(/\p{Cc}/u);
    expect(message.length).toBeLessThan(directory.length + 600);
  }
  expect(messages[0]).toContain('Columns: who, www');
});

test('NDJSON is passed on byte for byte: U+2028 does not break a line, and invalid UTF-8 is not replaced', async () => {
  const path = join(directory, 'bytes.ndjson');
  const lines = [
    Buffer.from('{"userId":"a","productId":"b","productName":"x\u2028y – ü"}'),
    Buffer.from('{"userId":"M\xfcller","productId":"b"}', 'latin1'),
  ];
  writeFileSync(path, Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\r\n')])));
  for (const map of [{}, { userId: 'userId' }]) {
    const values: (Buffer | null)[] = [];
    for await (const { value } of replay(path, { map })) values.push(value);
    expect(values).toEqual(lines);
  }
});

test('NDJSON with a byte order mark is read, with and without a map', async () => {
  const mark = '\uFEFF{"who":"a","productId":"b"}\n{"who":"\uFEFFc","productId":"b"}\n';
  expect(await read('mark.ndjson', mark)).toEqual([
    '{"who":"a","productId":"b"}',
    '{"who":"\uFEFFc","productId":"b"}',
  ]);
  expect(await read('mark-map.ndjson', mark, { userId: 'who' })).toEqual([
    '{"userId":"a","productId":"b"}',
    '{"userId":"\uFEFFc","productId":"b"}',
  ]);
});

test('a map renames fields and keeps their values as written: long ids, large and small numbers', async () => {
  expect(
    await read(
      'digits.jsonl',
      '{"who":12345678901234567890,"productId":17850,"n":1e999,"price":9.50,"orderId":{"deep":1e400},"other":1}\n',
      { userId: 'who', quantity: 'n' },
    ),
  ).toEqual([
    '{"userId":12345678901234567890,"productId":17850,"quantity":1e999,"orderId":{"deep":1e400},"price":9.50}',
  ]);
});

test("a user's CSV records share a key, so that they stay in order; NDJSON records have no key", async () => {
  const keys = async (name: string, content: string): Promise<(string | null)[]> => {
    const path = join(directory, name);
    writeFileSync(path, content);
    const found: (string | null)[] = [];
    for await (const { key } of replay(path, {})) found.push(key);
    return found;
  };
  expect(await keys('keys.csv', 'userId,productId\nann,lamp\n,lamp\n')).toEqual(['ann', null]);
  expect(await keys('keys.ndjson', '{"userId":"ann","productId":"lamp"}\n')).toEqual([null]);
});

test('a row that is too short or too long still becomes a record', async () => {
  const values = await read('ragged.csv', 'userId,productId,quantity\nann\n\nbob,lamp,2,more\n');
  expect(values.map((value) => JSON.parse(value))).toEqual([
    { userId: 'ann' },
    { userId: 'bob', productId: 'lamp', quantity: 2 },
  ]);
});

test('a file that ends inside its compressed data, or a JSON array that does not end, is an error that names it', async () => {
  await expect(read('open.json', '[{"userId":"a"},\n{"userId":')).rejects.toThrow(
    /^Cannot replay .*open\.json: the array does not end: it lacks a bracket at line 2$/,
  );
  await expect(
    read('cut.ndjson.gz', gzipSync('{"userId":"a"}\n'.repeat(1000)).subarray(0, 40)),
  ).rejects.toThrow(/^Cannot replay .*cut\.ndjson\.gz: unexpected end of file/);
});
