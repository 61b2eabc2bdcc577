import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { expect, test, vi } from 'vitest';
import { checkInput } from '../../../local/input/check.ts';
import type { InputRecord } from '../../../local/input/records.ts';
import { replay } from '../../../local/input/replay.ts';
import { inputFiles, textsOf, valuesOf } from './files.ts';

const file = inputFiles();
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const zip = (names: readonly string[]): Uint8Array =>
  zipSync(Object.fromEntries(names.map((name) => [name, bytes(1, 2, 3)])));

test.each([
  [
    'book.xlsx',
    zip(['[Content_Types].xml', 'xl/workbook.xml']),
    'an Excel workbook: save the sheet as CSV UTF-8',
  ],
  ['renamed.csv', zip(['xl/workbook.xml']), 'an Excel workbook'],
  ['sales.zip', zip(['sales.csv']), 'a ZIP archive: unpack it'],
  ['old.xls', bytes(0xd0, 0xcf, 0x11, 0xe0, 0xa1), 'an Excel or other Office file'],
  ['sales.csv.zst', bytes(0x28, 0xb5, 0x2f, 0xfd, 1), 'compressed by Zstandard'],
  ['sales.csv.bz2', 'BZh91AY&SY', 'compressed by bzip2'],
  ['sales.csv.xz', bytes(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0), 'compressed by xz'],
  ['twice.csv.gz', gzipSync(gzipSync('userId,productId\n')), 'gzipped twice'],
  ['sales.parquet.gz', gzipSync('PAR1'), 'a gzipped Parquet file'],
  ['sales.avro', 'Obj\u0001', 'an Avro file'],
  ['sales.db', 'SQLite format 3\0', 'an SQLite database'],
  ['report.pdf', '%PDF-1.7', 'a PDF'],
  ['download.csv', '<!DOCTYPE html><html>', 'a web page'],
  ['sales.xml', '<?xml version="1.0"?>', 'an XML file'],
  ['noise.csv', bytes(1, 0, 2), 'it has bytes 0, so it is not text'],
])('%s is named for what it is', async (name, content, is) => {
  const reading = textsOf(file(name, content)).catch((error: Error) => error.message);
  expect(await reading).toContain(is);
  expect(await reading).toContain('should be CSV, NDJSON, a JSON array or Parquet');
});

test('UTF-16 without a byte order mark is read if it is named', async () => {
  const path = file('utf16.csv', Buffer.from('userId,productId\nann,lamp\n', 'utf16le'));
  await expect(textsOf(path)).rejects.toThrow('add --encoding utf-16le');
  expect(await valuesOf(path, { encoding: 'utf-16le' })).toEqual([{ userId: 'ann', productId: 'lamp' }]);
});

test('a directory is named with one of its files, and a missing file as missing', async () => {
  const directory = join(dirname(file('here.txt', '')), 'folder');
  mkdirSync(directory);
  await expect(textsOf(directory)).rejects.toThrow('it is a directory; give one of its files (it is empty)');
  file('folder/b.csv', '');
  file('folder/a.csv', '');
  await expect(textsOf(directory)).rejects.toThrow('give one of its files (of 2, such as a.csv)');
  await expect(textsOf(`${directory}.csv`)).rejects.toThrow('there is no such file');
});

const SALES = [
  { userId: 'ann', productId: 'lamp', note: 'a ] and a \\"' },
  { userId: 'bob', productId: 12345678901, tags: [1, { deep: [] }] },
];

test.each([
  ['one line', JSON.stringify(SALES), 'array.json'],
  ['many lines', JSON.stringify(SALES, null, 2), 'array.json'],
  ['the end of NDJSON', JSON.stringify(SALES, null, 1), 'array.ndjson'],
  ['a byte order mark', `\uFEFF${JSON.stringify(SALES)}`, 'array.json'],
  ['the end of CSV', JSON.stringify(SALES), 'array.csv'],
])('a JSON array with %s becomes a record for each element', async (_what, content, name) => {
  expect(await valuesOf(file(name, content))).toEqual(SALES);
  expect(await valuesOf(file(`${name}.gz`, gzipSync(content)))).toEqual(SALES);
});

test('elements of an array are passed on as they are written, valid or not; digits are kept', async () => {
  const path = file(
    'odd.json',
    '[ {"userId":12345678901234567890.0 , "productId":"p"} , 7, "x, ]", {bad} ]\n',
  );
  expect(await textsOf(path)).toEqual([
    '{"userId":12345678901234567890.0 , "productId":"p"}',
    '7',
    '"x, ]"',
    '{bad}',
  ]);
  expect(await textsOf(file('empty.json', '[]'))).toEqual([]);
  expect(await textsOf(file('lines.ndjson', '[]\n{"userId":"a","productId":"b"}\n'))).toHaveLength(2);
});

test('a JSON array that does not end, or goes on after its end, and an object over several lines are errors', async () => {
  await expect(textsOf(file('open.json', '[{"userId":"a"},'))).rejects.toThrow('the array does not end');
  await expect(textsOf(file('more.json', '[{"userId":"a"}\n]x'))).rejects.toThrow('line 2 has more text');
  await expect(textsOf(file('one.json', '{\n  "sales": [\n{"userId":"a"}]}'))).rejects.toThrow(
    'it is one JSON object over several lines, should be one object for each line, or an array of objects',
  );
});

test('Parquet is read by its columns: floating point ids are whole numbers, moments UTC, missing values absent', async () => {
  const count = 25_000;
  const many = <Value>(make: (index: number) => Value): Value[] =>
    Array.from({ length: count }, (_, index) => make(index));
  const content = parquetWriteBuffer({
    columnData: [
      {
        name: 'CustomerID',
        type: 'DOUBLE',
        data: many((index) => (index === 1 ? Number.NaN : 17_850 + index)),
      },
      { name: 'StockCode', type: 'STRING', data: many((index) => `p${index}`) },
      { name: 'Quantity', type: 'INT64', data: many((index) => BigInt(index + 1)) },
      {
        name: 'InvoiceDate',
        type: 'TIMESTAMP',
        data: many((index) => new Date(Date.UTC(2010, 11, 1, 8, 26, index))),
      },
      { name: 'Country', type: 'STRING', data: many(() => 'x') },
    ],
  });
  const path = file('sales.parquet', new Uint8Array(content));
  const map = {
    userId: 'CustomerID',
    productId: 'StockCode',
    quantity: 'Quantity',
    timestamp: 'InvoiceDate',
  };
  const values = await valuesOf(path, { map });
  expect(values).toHaveLength(count);
  expect(values.slice(0, 2)).toEqual([
    { userId: 17850, productId: 'p0', quantity: 1, timestamp: '2010-12-01T08:26:00.000Z' },
    { productId: 'p1', quantity: 2, timestamp: '2010-12-01T08:26:01.000Z' },
  ]);
  expect(values.at(-1)).toMatchObject({ productId: 'p24999' });
  await expect(textsOf(path, { map: { ...map, userId: 'Customer' } })).rejects.toThrow(
    'it has no column Customer for userId; did you mean CustomerID?',
  );
  await expect(textsOf(file('cut.parquet', new Uint8Array(content).subarray(0, 1_000)))).rejects.toThrow(
    /^Cannot replay .*cut\.parquet: /,
  );
});

/** A Parquet file whose column of users has bytes of windows-1252, in row groups of two rows. */
const westernParquet = (users: readonly string[]): Uint8Array =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'userId', type: 'BYTE_ARRAY', data: users.map((user) => Buffer.from(user, 'latin1')) },
        { name: 'productId', type: 'STRING', data: users.map((_, index) => `é${index}`) },
      ],
      rowGroupSize: 2,
    }),
  );

test('users of a Parquet file that are not UTF-8 stay two users: their rows are rejected with their bytes, or decoded with the encoding', async () => {
  const path = file('western.parquet', westernParquet(['ann', 'M\xfcl', 'M\xf6l']));
  const records: InputRecord[] = [];
  for await (const record of replay(path)) records.push(record);
  expect(records.map(({ problem, line }) => [line, problem])).toEqual([
    [1, undefined],
    [2, 'it is not UTF-8'],
    [3, 'it is not UTF-8'],
  ]);
  expect(records.map(({ value }) => value?.toString('latin1'))).toEqual([
    Buffer.from('{"userId":"ann","productId":"é0"}').toString('latin1'),
    `{"userId":"M\xfcl","productId":"${Buffer.from('é1').toString('latin1')}"}`,
    `{"userId":"M\xf6l","productId":"${Buffer.from('é2').toString('latin1')}"}`,
  ]);
  expect(await valuesOf(path, { encoding: 'windows-1252' })).toEqual([
    { userId: 'ann', productId: 'é0' },
    { userId: 'Mül', productId: 'é1' },
    { userId: 'Möl', productId: 'é2' },
  ]);
  await expect(checkInput(path, { nowMs: 0, hasDefaultFields: true })).rejects.toThrow(
    'it is not UTF-8: line 2 has the byte 0xFC',
  );
});

test('a row group of a Parquet file is read once', async () => {
  const users = Array.from({ length: 50_000 }, (_, index) => `u${index}`);
  const content = parquetWriteBuffer({
    columnData: [
      { name: 'userId', type: 'STRING', data: users },
      { name: 'productId', type: 'STRING', data: users },
    ],
    rowGroupSize: users.length,
  });
  const path = file('group.parquet', new Uint8Array(content));
  const decode = vi.spyOn(TextDecoder.prototype, 'decode');
  await valuesOf(path);
  const { length: decoded } = decode.mock.calls;
  decode.mockRestore();
  expect(decoded).toBeLessThan(2.5 * users.length);
});

test('NDJSON and an array that are named .txt are JSON, although blanks follow the brackets', async () => {
  const one = '{ "userId": "a", "productId": "b" }';
  expect(await valuesOf(file('lines.txt', `${one}\n${one}\n`))).toHaveLength(2);
  expect(await valuesOf(file('array.txt', `[ ${one}, ${one} ]`))).toHaveLength(2);
});
