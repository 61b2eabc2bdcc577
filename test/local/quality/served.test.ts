import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { manifestKey, windowKey } from '../../../lambdas/shared/contract/keys.ts';
import { Manifest, Window } from '../../../lambdas/shared/contract/schemas.ts';
import { parseStartOptions } from '../../../local/commands/start-options.ts';
import { settingsOf } from '../../../local/commands/start-plan.ts';
import { replay } from '../../../local/input/replay.ts';
import { OUTSIDE_SCORERS, Outside } from '../../../local/quality/outside.ts';
import {
  RETAIL_MAP,
  type Row,
  readRows,
  SHOP_NAMES,
  SHOPS,
  splitRows,
  writeRetailFile,
} from '../../../local/quality/retail.ts';
import { serve, type Train } from '../../../local/quality/serve.ts';
import { measureServed } from '../../../local/quality/served.ts';
import { decisionLines, servedComparison, servedTable } from '../../../local/quality/served-tables.ts';

// Thousands of sales pass through accumulate.
vi.setConfig({ testTimeout: 60_000 });

const MANIFEST = Manifest.parse(
  JSON.parse(readFileSync(new URL('../../fixtures/manifest.json', import.meta.url), 'utf8')),
);
const settings = settingsOf(parseStartOptions(['--threshold', '5']));

/** Stands for the Spark job: writes lists and a manifest that the gate promotes. */
const trainWith =
  (seen: Window[], csv: string): Train =>
  async (lake, window) => {
    seen.push(Window.parse(JSON.parse(readFileSync(join(lake, windowKey(window)), 'utf8'))));
    const key = `runs/${window}/recommendations.csv`;
    const [file] = MANIFEST.files;
    const manifest = {
      ...MANIFEST,
      run: window,
      gate: null,
      files: [{ ...file, name: 'recommendations.csv', key }],
    };
    for (const [path, text] of [
      [key, csv],
      [manifestKey(window), JSON.stringify(manifest)],
    ] as const) {
      mkdirSync(dirname(join(lake, path)), { recursive: true });
      writeFileSync(join(lake, path), text);
    }
  };

/** The file of a shop: a sale, a row without a customer, a cancellation, a free product, a fee, a lower-case code. */
const FILE = `InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
1,10001,LAMP,2,2011-11-01 10:00:00,1.5,7,UK
2,10002,VASE,1,2011-11-02 10:00:00,1.5,,UK
C3,10001,LAMP,-1,2011-11-03 10:00:00,1.5,7,UK
4,10003,MUG,1,2011-11-04 10:00:00,0,7,UK
5,POST,POSTAGE,1,2011-11-05 10:00:00,3,7,UK
6,10002a,VASE,1,2011-11-06 10:00:00,1.5,8,UK
7,10002A,VASE,1,2011-11-10 10:00:00,1.5,7,UK
8,10001,LAMP,1,2011-12-10 00:00:00,1.5,8,UK
`;
async function rowsOf(text: string) {
  const directory = mkdtempSync(join(tmpdir(), 'cartograph-retail-'));
  try {
    const path = join(directory, 'retail.csv');
    writeFileSync(path, text);
    return await readRows(replay(path, parseStartOptions(['--input', path, '--map', RETAIL_MAP])));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

test('every row before the day is put on the topic as it is; only rows that are sales of products count', async () => {
  const rows = await rowsOf(FILE);
  const windows: Window[] = [];
  const csv = 'user,product,list,rank,score\n7,10002a,any,1,1\n7,10002a,new,1,1\n';
  const shop = await measureServed('whole', rows, settings, { train: trainWith(windows, csv) });
  // Five rows have a customer: the cancellation, the free product and the fee are trained on too.
  expect(windows.map(({ totalInteractions }) => totalInteractions)).toEqual([5]);
  // The purchase on the last day is too late. User 7 had bought 10001 and now buys 10002A, which user 8 had bought as 10002a.
  expect(shop.scores.any?.ndcg).toEqual({ value: 1, n: 1, low: 1, high: 1 });
  expect(shop.scores.new?.recall.value).toBe(1);
  expect(shop.scores.any?.coverage).toBe(1 / 2);
});

test('the first window is cut at the threshold, and what is stored while it is trained on is flushed into the second', async () => {
  const windows: Window[] = [];
  const records = Array.from({ length: 25_000 }, (_, index) => ({
    key: `u${index % 97}`,
    value: Buffer.from(JSON.stringify({ userId: `u${index % 97}`, productId: `p${index % 89}` })),
    timestampMs: undefined,
  }));
  const csv = 'user,product,list,rank,score\n';
  const served = await serve(records, settings, { nowMs: Date.UTC(2011, 0), train: trainWith(windows, csv) });
  expect(windows.map(({ newInteractions, reason }) => [newInteractions, reason.kind])).toEqual([
    [10_000, 'threshold'],
    [15_000, 'threshold'],
  ]);
  expect(windows[0]?.model).toEqual(settings.model);
  expect(Object.keys(windows[0]?.partitions ?? {})).toHaveLength(settings.partitions);
  expect(served.decisions.map(({ run, decision }) => [run, decision])).toEqual([
    [1, 'promoted'],
    [2, 'promoted'],
  ]);
  expect(served.manifest?.run).toBe(2);
});

test('a run that is refused is not served: the lists are those of the run before', async () => {
  const rows = Array.from({ length: 12_000 }, (_, index) => ({
    key: null,
    value: Buffer.from(JSON.stringify({ userId: `u${index}`, productId: 'lamp' })),
    timestampMs: undefined,
  }));
  const train: Train = async (lake, window) => {
    await trainWith([], `run,${window}`)(lake, window);
    const path = join(lake, manifestKey(window));
    const manifest = JSON.parse(readFileSync(path, 'utf8'));
    if (window === 2) manifest.counts.recommendations = 0;
    writeFileSync(path, JSON.stringify(manifest));
  };
  const served = await serve(rows, settings, { nowMs: Date.UTC(2011, 0), train });
  expect(served.csv).toEqual(['run,1']);
  expect(served.decisions.map(({ decision }) => decision)).toEqual(['promoted', 'refused']);
});

test('the parts of the shop are the same every time: whole users, and whole rows', async () => {
  const row = (index: number) =>
    ({ user: `${12_000 + (index % 800)}` }) as Parameters<typeof SHOPS.eighth.has>[0];
  const kept = (name: (typeof SHOP_NAMES)[number]) =>
    Array.from({ length: 2_400 }, (_, index) => index).filter((index) => SHOPS[name].has(row(index), index));
  expect(SHOP_NAMES.map((name) => kept(name).length)).toEqual([2_400, 327, 200, 2_400]);
  const users = new Set(kept('eighth').map((index) => row(index).user));
  expect(kept('eighth').length).toBe(3 * users.size);
});

test('the last basket of each user with at least three is held out with all of its rows, whenever it was', async () => {
  const rows = await rowsOf(`InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
1,10001,LAMP,1,2011-01-01 10:00:00,1.5,7,UK
2,10002,VASE,1,2011-02-01 10:00:00,1.5,7,UK
4,10003,MUG,1,2011-04-01 10:00:00,1.5,7,UK
4,POST,POSTAGE,1,2011-04-01 10:00:00,3,7,UK
4,10002,VASE,1,2011-04-01 10:00:00,1.5,9,UK
3,10002,VASE,1,2011-03-01 10:00:00,1.5,7,UK
C5,10001,LAMP,-1,2011-05-01 10:00:00,1.5,7,UK
6,10001,LAMP,1,2011-01-01 10:00:00,1.5,8,UK
7,10003,MUG,1,2011-06-01 10:00:00,1.5,8,UK
8,10003,MUG,1,2011-06-01 10:00:00,1.5,,UK
11,10001,LAMP,1,2011-02-01 10:00:00,1.5,6,UK
13,10002,VASE,1,2011-03-01 10:00:00,1.5,6,UK
12,10003,MUG,1,2011-03-01 10:00:00,1.5,6,UK
11,10003,MUG,1,2011-09-01 10:00:00,1.5,6,UK
`);
  const { before, after } = splitRows(rows, 'B');
  const ordersOf = (some: readonly Row[]) =>
    some.map(({ user, fields }) => `${user ?? ''} ${fields.orderId}`);
  expect(ordersOf(after)).toEqual(['7 4', '7 4', '6 13']);
  expect(ordersOf(before)).toEqual([
    '7 1',
    '7 2',
    '9 4',
    '7 3',
    '7 C5',
    '8 6',
    '8 7',
    ' 8',
    '6 11',
    '6 12',
    '6 11',
  ]);
});

test('the file for the other models has the columns and the rows of the original', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'cartograph-retail-'));
  const path = join(directory, 'rows.csv');
  writeRetailFile(path, (await rowsOf(FILE)).slice(0, 3));
  expect(readFileSync(path, 'utf8').split('\n')).toEqual([
    'InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID',
    '"1","10001","2","2011-11-01 10:00:00","1.5","7"',
    '"2","10002","1","2011-11-02 10:00:00","1.5",""',
    '"C3","10001","-1","2011-11-03 10:00:00","1.5","7"',
    '',
  ]);
  rmSync(directory, { recursive: true });
});

test('the tables have a row per shop and list, and the other models beside the served lists', async () => {
  const csv = 'user,product,list,rank,score\n7,10002a,any,1,1\n';
  const shop = await measureServed('whole', await rowsOf(FILE), settings, { train: trainWith([], csv) });
  expect(servedTable([shop])).toContain(
    '| Online Retail | any | – | 1.0000 (1.0000–1.0000) | 1.0000 (1.0000–1.0000) | 1.0000 (1.0000–1.0000) | 0.500 | 1 |',
  );
  expect(servedComparison([shop])).toContain(
    '| **served** | 1.0000 (1.0000–1.0000) | 0.0000 (0.0000–0.0000) |',
  );
  expect(decisionLines(shop)).toEqual([
    expect.stringMatching(/^ {2}run 1, \d+ sales: promoted, not measured/),
  ]);
});

test('other models stand beside a shop by its own protocol', async () => {
  const rows = await rowsOf(FILE);
  const measure = (shop: 'whole' | 'lastBaskets') =>
    measureServed(shop, rows, settings, { train: trainWith([], 'user,product,list,rank,score\n') });
  const scoredAs = (value: number) => ({
    counts: {},
    scorers: Object.fromEntries(
      Object.keys(OUTSIDE_SCORERS).map((name) => [
        name,
        { any: { value, n: 7, low: value, high: value }, new: null },
      ]),
    ),
  });
  const protocols = { A: scoredAs(0.1), B: scoredAs(0.2) };
  const outside = Outside.parse({ versions: {}, seconds: 1, protocols });
  const shops = [await measure('whole'), await measure('lastBaskets')];
  expect(servedComparison(shops.map((shop) => ({ ...shop, outside })))).toContain(
    '| popularity | 0.1000 (0.1000–0.1000) | – | 0.2000 (0.2000–0.2000) | – |',
  );
  // No user of the file has three baskets, so nothing is held out.
  expect(shops.map(({ scores }) => scores.any?.ndcg.n)).toEqual([1, undefined]);
});
