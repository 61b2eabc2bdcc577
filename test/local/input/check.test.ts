import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { type CheckOptions, checkInput } from '../../../local/input/check.ts';
import { describeInput } from '../../../local/input/summary.ts';
import { parseTimeFormat } from '../../../local/input/time-format.ts';
import { inputFiles } from './files.ts';

const file = inputFiles();
const NOW = Date.UTC(2026, 5, 1);
const check = (path: string, options: Partial<CheckOptions> = {}) =>
  checkInput(path, { nowMs: NOW, hasDefaultFields: true, ...options });
/** What is printed, without the directory. */
const described = async (path: string, options: Partial<CheckOptions> = {}): Promise<string[]> =>
  describeInput(await check(path, options)).map((line) => line.replace(/^.*\/(?=[^/ ]* is )/, ''));

const GOOD = 'ann,lamp,2,9.5\n';
const HEADER = 'userId,productId,quantity,price\n';

test('a file without faults is described in one line', async () => {
  expect(await described(file('good.csv', HEADER + GOOD.repeat(3)))).toEqual([
    'good.csv is CSV, separated by commas: 3 records',
  ]);
  const semicolons = `May\n\n${HEADER}${GOOD}`.replaceAll(',', ';');
  expect(
    await described(file('title.csv', Buffer.from(semicolons, 'utf16le')), { encoding: 'utf-16le' }),
  ).toEqual(['title.csv is CSV, separated by semicolons, with the header in line 3, in utf-16le: 1 record']);
});

test('what will be rejected or left out is counted by kind, with the line and the reason of the first one', async () => {
  const rows = [
    ',lamp,1,1',
    'ann,lamp,0,1',
    'ann,,1,1',
    'ann,"5" lamp",1,1',
    'ann,lamp,x,1',
    'ann,lamp,1,£3',
    'ann,lamp,1,nan',
  ];
  expect(await described(file('faults.csv', `${HEADER}${GOOD}${rows.join('\n')}\n`))).toEqual([
    'faults.csv is CSV, separated by commas: 8 records',
    '  2 will be rejected, such as line 4: quantity: is 0, should be a finite number other than 0',
    '  1 will be rejected, such as line 3: userId: is missing, should be a string of 1 to 256 characters or a number',
    '  1 will be rejected, such as line 5: productId: is missing, should be a string of 1 to 256 characters or a number',
    '  1 will be rejected, such as line 6: a quote opens in line 6 and does not close at the end of its cell',
    '  2 sales will be stored without the price, such as line 8: price: is "£3", should be a finite number',
  ]);
});

test('kinds beyond the fifth are added up', async () => {
  const values = [
    {},
    { userId: 'a' },
    { userId: 'a', productId: 'b', quantity: 0 },
    { userId: 'a', productId: 'b', type: 7 },
    7,
    { userId: 'a', productId: 'b', timestamp: 1 },
  ];
  const lines = ['{"userId":"a","productId":"b"}', ...values.map((value) => JSON.stringify(value)), 'x'];
  const printed = await described(file('kinds.ndjson', lines.join('\n')));
  expect(printed).toHaveLength(1 + 5 + 1);
  expect(printed.at(-1)).toBe('  2 more will be rejected for other reasons');
});

test('a file that breaks late is refused before anything is sent: a cut archive names itself', async () => {
  const rows = Array.from({ length: 50_000 }, (_, index) => `u${index},p${(index * 7919) % 1000},1,2\n`).join(
    '',
  );
  const cut = gzipSync(HEADER + rows).subarray(0, -20);
  await expect(check(file('cut.csv.gz', cut))).rejects.toThrow(
    /^Cannot replay .*cut\.csv\.gz: unexpected end of file$/,
  );
  const late = await described(file('late.csv', `${HEADER}${rows}x,"y" z,1,1\n${rows}`));
  expect(late).toEqual([
    'late.csv is CSV, separated by commas: 100,001 records',
    '  1 will be rejected, such as line 50,002: a quote opens in line 50002 and does not close at the end of its cell',
  ]);
});

const WESTERN = Buffer.from(`${HEADER}${GOOD}M\xfcller,lamp,1,1\nM\xf6ller,lamp,1,1\n`, 'latin1');

test('a CSV file that is not UTF-8 is refused with the byte, the line and what it would be in other encodings', async () => {
  await expect(check(file('western.csv', WESTERN))).rejects.toThrow(
    'western.csv: it is not UTF-8: line 3 has the byte 0xFC, which makes Müller in windows-1252, Müller in windows-1250, Mьller in windows-1251',
  );
  expect(await described(file('western.csv', WESTERN), { encoding: 'windows-1252' })).toEqual([
    'western.csv is CSV, separated by commas in windows-1252: 3 records',
  ]);
  expect(await described(file('western.csv', WESTERN), { encoding: 'utf-8' })).toEqual([
    'western.csv is CSV, separated by commas: 3 records',
    '  2 will be rejected, such as line 3: it is not UTF-8',
  ]);
});

test('a character that is cut off is reported at its first byte', async () => {
  const bytes = Buffer.concat([Buffer.from(HEADER), Buffer.from([0x41, 0xc3]), Buffer.from('B,lamp,1,1\n')]);
  await expect(check(file('half.csv', bytes))).rejects.toThrow(
    'line 2 has the byte 0xC3, which makes AÃB in windows-1252',
  );
});

test.each([
  [
    '12/01/2010 8:26',
    'it has two readings: say which with --time-format "d/M/yyyy H:mm" or --time-format "M/d/yyyy H:mm"',
  ],
  ['1549540937', '--time-format seconds'],
  ['yesterday', '--time-format names another form'],
])('a file whose timestamps cannot be read, such as %j, is refused with a hint', async (time, hint) => {
  const path = file('times.csv', `userId,productId,timestamp\n${`ann,lamp,${time}\n`.repeat(3)}`);
  await expect(check(path)).rejects.toThrow(
    `times.csv: no timestamp can be read, such as ${JSON.stringify(time)} in line 2, should be ISO 8601 or epoch milliseconds; `,
  );
  await expect(check(path)).rejects.toThrow(hint);
});

test('epoch seconds in NDJSON are refused with the same hint, and read when it is followed', async () => {
  const path = file('seconds.ndjson', '{"userId":"ann","productId":"lamp","timestamp":1549540937}\n');
  await expect(check(path)).rejects.toThrow('--time-format seconds');
  expect((await check(path, { timeFormat: parseTimeFormat('seconds') })).rejected).toEqual([]);
});

test('dates before 1990 can be read: they are rejected one by one', async () => {
  const old = file('old.csv', 'userId,productId,timestamp\nann,lamp,1985-02-01\nbob,mug,1986-02-01\n');
  expect(await described(old)).toEqual([
    'old.csv is CSV, separated by commas: 2 records',
    '  2 will be rejected, such as line 2: timestamp: is "1985-02-01T00:00Z", should be in 1990 or later',
  ]);
  const mixed = file('mixed.csv', 'userId,productId,timestamp\nann,lamp,1/2/2019\nbob,mug,1986-02-01\n');
  expect((await check(mixed)).rejected).toMatchObject([{ kind: 'timestamp', count: 2 }]);
});

test('one timestamp that cannot be read is a rejected row', async () => {
  const path = file('one.csv', 'userId,productId,timestamp\nann,lamp,2019-02-01\nann,lamp,01/02/2019\n');
  expect(await described(path)).toEqual([
    'one.csv is CSV, separated by commas: 2 records',
    `  1 will be rejected, such as line 3: timestamp: is "01/02/2019", should be ISO 8601 with a zone, or epoch milliseconds; ${TWO_READINGS}`,
  ]);
});

const TWO_READINGS =
  'it has two readings: say which with --time-format "d/M/yyyy" or --time-format "M/d/yyyy"';

test('the hint names its timestamp if the example is a date that can be read, and is left out if it was followed', async () => {
  const dates = ['1985-02-01', '2019-02-01', '01/02/2019', '03/04/2019'];
  const path = file(
    'dates.csv',
    `userId,productId,timestamp\n${dates.map((date) => `ann,lamp,${date}\n`).join('')}`,
  );
  const old = 'such as line 2: timestamp: is "1985-02-01T00:00Z", should be in 1990 or later';
  expect(await described(path)).toEqual([
    'dates.csv is CSV, separated by commas: 4 records',
    `  3 will be rejected, ${old}; "01/02/2019" in line 4: ${TWO_READINGS}`,
  ]);
  const followed = await described(path, { timeFormat: parseTimeFormat('d/M/yyyy') });
  expect(followed).toHaveLength(2);
  expect(followed[1]).toContain('will be rejected');
  expect(followed[1]).not.toContain('--time-format');
});

test('ids that end in .0 are counted with a hint, and never changed silently', async () => {
  const path = file('float.csv', `${HEADER}17850.0,00123,1,1\n17851.0,lamp,1,1\n17852,10.5,1,1\n`);
  expect(await described(path)).toEqual([
    'float.csv is CSV, separated by commas: 3 records',
    '  2 sales of 3 with a userId that ends in .0, such as 17850.0: if these are whole numbers, add --integer-ids',
  ]);
  expect(await described(path, { integerIds: true })).toHaveLength(1);
  expect(await described(file('text.ndjson', '{"userId":"7.0","productId":"p"}'))).toHaveLength(1);
});

test('a field that is in none of the first records is an error with the nearest name', async () => {
  const path = file(
    'fields.ndjson',
    '{"customer":"ann","sku":"lamp"}\nnot JSON\n{"customer":"bob","sku":"mug","n":1}\n',
  );
  await expect(check(path, { map: { userId: 'custmer', productId: 'sku' } })).rejects.toThrow(
    /fields\.ndjson: none of its first 3 records has a field custmer; did you mean customer\? Name it with --map\. Fields: customer, sku, n$/,
  );
  await expect(check(path)).rejects.toThrow('none of its first 3 records has a field userId');
  // A sale does not need a price, and later records may have one.
  const withPrice = { map: { userId: 'customer', productId: 'sku', price: 'cost' } };
  expect((await described(path, withPrice)).at(-1)).toBe(
    '  none of its first 3 records has the field cost of --map',
  );
  expect((await check(path, { map: { userId: 'customer', productId: 'sku' } })).records).toBe(3);
  const array = file('fields.json', '[{"customer":"ann","sku":"lamp"}]');
  await expect(check(array)).rejects.toThrow('none of its first 1 records has a field userId');
});

test('records for a topic with names of its own are read to the end and not parsed as sales', async () => {
  const path = file('fields.ndjson', '{"customer":"ann","sku":"lamp"}\nnot JSON\n');
  expect(await check(path, { hasDefaultFields: false })).toMatchObject({ records: 2, rejected: [] });
});

test('records that are no sales at all may be sent, to try what happens to them', async () => {
  expect((await check(file('bad.ndjson', 'nonsense\n'))).rejected).toMatchObject([
    { kind: 'not JSON', count: 1, line: 1 },
  ]);
});

test('control characters of a file do not reach the terminal', async () => {
  const evil = '\u001b[2J';
  const path = file('evil.csv', `userId,productId,price\nann,lamp,${evil}x\n${evil},,1\n`);
  expect((await described(path)).join('')).not.toMatch(/\p{Cc}/u);
  const ndjson = file('evil.ndjson', `{"${evil.replace('\u001b', '\\u001b')}":1}\n`);
  await expect(check(ndjson)).rejects.toThrow(/^\P{Cc}*$/u);
});
