import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { inputFiles, textsOf, valuesOf } from './files.ts';

const file = inputFiles();
const SALES = [
  { userId: 'ann', productId: 'lamp', quantity: 2 },
  { userId: 'bob', productId: 'mug', quantity: 1 },
];
const rows = (delimiter: string): string =>
  ['userId,productId,quantity', 'ann,lamp,2', 'bob,mug,1', ''].join('\n').replaceAll(',', delimiter);

test.each([
  ['semicolons', rows(';')],
  ['tabs', rows('\t')],
  ['bars', rows('|')],
  ['a line that names the delimiter', `sep=;\r\n${rows(';')}`],
  ['such a line for a delimiter that is not known', `"sep=^"\n${rows('^')}`],
  ['a title', `Sales of May, all shops\n\n${rows(',')}`],
  ['a title in a file with semicolons', `Sales of May, all shops;;\n;;\n${rows(';')}`],
  ['blanks around the names of columns', rows(',').replace('productId', ' productId ')],
  [
    'decimal commas in other columns',
    rows(';')
      .replaceAll(/(?<=.)$/gm, ';1,5')
      .replace('quantity;1,5', 'quantity;price in EUR'),
  ],
  ['a byte order mark of UTF-16', Buffer.from(`\uFEFF${rows('\t')}`, 'utf16le')],
])('a file with %s is read', async (_what, content) => {
  expect(await valuesOf(file('any.csv', content))).toEqual(SALES);
});

test('a column that is read and occurs twice is an error that names both; another may occur twice', async () => {
  const text = 'user,StockCode,note,StockCode,note\nann,1,x,2,y\n';
  await expect(
    textsOf(file('twice.csv', text), { map: { userId: 'user', productId: 'StockCode' } }),
  ).rejects.toThrow(
    /twice\.csv: its header has the column StockCode twice, as columns 2 and 4, and productId can be read from one only; rename one of them$/,
  );
  const other = file('other.csv', 'userId,productId,note,note\nann,lamp,x,y\n');
  expect(await valuesOf(other)).toEqual([{ userId: 'ann', productId: 'lamp' }]);
  await expect(textsOf(file('price.csv', 'userId,price,productId,price\n'))).rejects.toThrow(
    /column price twice/,
  );
});

test('a bad row becomes a record of its bytes, and its neighbours are read', async () => {
  const path = file('bad.csv', 'userId,productId\nann,lamp\nbob,"5" LAMP"\neve,mug\n');
  expect(await textsOf(path)).toEqual([
    '{"userId":"ann","productId":"lamp"}',
    'bob,"5" LAMP"',
    '{"userId":"eve","productId":"mug"}',
  ]);
});

const WESTERN = Buffer.from(
  'userId,productId,productName\nM\xfcller,p1,Caf\xe9\nM\xf6ller,p2,\x80 5\n',
  'latin1',
);

test('another encoding is decoded when it is named, gzipped too', async () => {
  const expected = [
    { userId: 'Müller', productId: 'p1', productName: 'Café' },
    { userId: 'Möller', productId: 'p2', productName: '€ 5' },
  ];
  expect(await valuesOf(file('western.csv', WESTERN), { encoding: 'windows-1252' })).toEqual(expected);
  expect(await valuesOf(file('western.csv.gz', gzipSync(WESTERN)), { encoding: 'windows-1252' })).toEqual(
    expected,
  );
});

test('users whose names are not UTF-8 are never merged: their rows keep their bytes', async () => {
  const values = await textsOf(file('bytes.csv', WESTERN));
  expect(values.join()).toContain('\ufffd');
  const path = file('bytes2.csv', 'userId,productId,other\nann,lamp,\xfc\n');
  expect(await valuesOf(path)).toEqual([{ userId: 'ann', productId: 'lamp' }]);
});

test('bytes without a meaning in the named encoding are an error with the byte and the line', async () => {
  const bytes = Buffer.concat([Buffer.from('userId,productId\nann,lamp\nbob,'), Buffer.from([0xff, 0x0a])]);
  await expect(textsOf(file('jp.csv', bytes), { encoding: 'shift_jis' })).rejects.toThrow(
    /jp\.csv: it is not shift_jis: byte 0xFF in line 3 has no meaning in it$/,
  );
  const half = Buffer.concat([Buffer.from('\ufeffuserId', 'utf16le'), Buffer.from([0x41])]);
  await expect(textsOf(file('half.csv', half))).rejects.toThrow(
    /it ends in line 1 in the middle of a character/,
  );
});

test('a whole number with a fraction stays as it is, and is a whole number with integerIds', async () => {
  const path = file(
    'float.csv',
    'userId,productId,orderId,quantity\n17850.0,00123,536365.0,6.0\n-1.00,1.5,A.0,1\n',
  );
  expect(await valuesOf(path)).toEqual([
    { userId: '17850.0', productId: '00123', orderId: '536365.0', quantity: 6 },
    { userId: '-1.00', productId: '1.5', orderId: 'A.0', quantity: 1 },
  ]);
  expect(await valuesOf(path, { integerIds: true })).toMatchObject([
    { userId: '17850', productId: '00123', orderId: '536365' },
    { userId: '-1', productId: '1.5', orderId: 'A.0' },
  ]);
});

test('times: blanks around them, a comma before the fraction, zones as they are', async () => {
  const times = [
    '2019-02-07 13:02:17 ',
    ' 2019-02-07T13:02:17,5',
    '2019-02-07 13:02:17 UTC',
    '2019-02-07 13:02:17+02',
  ];
  const path = file(
    'times.csv',
    `userId,productId,timestamp\n${times.map((time) => `a,b,"${time}"`).join('\n')}`,
  );
  const read = (await valuesOf(path)) as { timestamp: string }[];
  expect(read.map(({ timestamp }) => timestamp)).toEqual([
    '2019-02-07T13:02:17Z',
    '2019-02-07T13:02:17,5Z',
    '2019-02-07 13:02:17 UTC',
    '2019-02-07 13:02:17+02',
  ]);
});

test('the first records can be left out, which continues a file after a failure', async () => {
  expect(await valuesOf(file('skip.csv', rows(',')), { skip: 1 })).toEqual([SALES[1]]);
  expect(await valuesOf(file('skip.csv', rows(',')), { skip: 2 })).toEqual([]);
});
