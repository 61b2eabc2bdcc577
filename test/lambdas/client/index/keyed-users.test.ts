import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { askApi } from '../../../../lambdas/client/index/ask-api.ts';
import { type AskUser, CannotAsk } from '../../../../lambdas/client/index/ask-user.ts';
import type { ProductPage, Tables, UserPage } from '../../../../lambdas/client/index/bucket.ts';
import { find, suggest } from '../../../../lambdas/client/index/search.ts';
import { ApiError } from '../../../../lambdas/shared/client/client.ts';
import type { ProblemKind } from '../../../../lambdas/shared/contract/api/problem.ts';
import { ExplorerIndex } from '../../../../lambdas/shared/contract/explorer.ts';
import { BlockTable } from '../../../../lambdas/shared/web/block-table.ts';
import { explorerSample } from '../../explorer-samples.ts';

const PSEUDONYM = 'ABCDEFGHIJKLMNOPQRSTUVWX27';
const files = explorerSample(1, { users: 60, products: 30 });
const index = ExplorerIndex.parse(files['explorer/index.json']);
const table = <Value>(parts: ExplorerIndex['users']) =>
  new BlockTable<Value>(parts, async ({ file, offset, sizeBytes }) => {
    const bytes = files[file];
    if (!(bytes instanceof Uint8Array)) throw new Error(`${file} is missing`);
    return JSON.parse(gunzipSync(bytes.subarray(offset, offset + sizeBytes)).toString());
  });
const entry: UserPage = { products: 0, history: [], any: [], new: [] };

/** The tables of a shop with one user, who has a pseudonym, and the ids that the API was asked for. */
function keyedTables(known: readonly string[]): { tables: Tables; asked: string[] } {
  const asked: string[] = [];
  const askUser: AskUser = async (user) => {
    asked.push(user);
    return known.includes(user) ? { run: 1, row: { key: user, value: entry, names: new Map() } } : undefined;
  };
  const tables: Tables = {
    users: new BlockTable<UserPage>([{ file: 'u', from: [PSEUDONYM], sizes: [1] }], async () => ({
      names: [],
      rows: [[PSEUDONYM, entry]],
    })),
    products: table<ProductPage>(index.products),
    names: table<string>(index.names),
    picks: index.picks,
    askUser,
  };
  return { tables, asked };
}

describe('where users have pseudonyms', () => {
  test('users are not suggested, not even by the beginning of a pseudonym, and the API is not asked', async () => {
    const { tables, asked } = keyedTables(['p00']);
    for (const text of ['A', PSEUDONYM.slice(0, 25), PSEUDONYM])
      expect(await suggest(tables, text)).toMatchObject({ users: [], hasMoreUsers: false });
    const found = await suggest(tables, 'p00');
    expect([found.users, found.products.length]).toEqual([[], 10]);
    expect(asked).toEqual([]);
  });

  test('a user is found by the whole id, which the API is asked for once', async () => {
    const { tables, asked } = keyedTables(['ann', 'p0003']);
    expect(await find(tables, ' ann ')).toEqual([{ kind: 'user', id: 'ann' }]);
    expect(await find(tables, 'an')).toEqual([]);
    expect(await find(tables, 'ANN')).toEqual([]);
    expect(await find(tables, 'p0003')).toEqual([
      { kind: 'user', id: 'p0003' },
      { kind: 'product', id: 'p0003' },
    ]);
    expect(asked).toEqual(['ann', 'an', 'ANN', 'p0003']);
  });

  test('a pseudonym is found in the files; the API is asked for one that is not there, which may be an id', async () => {
    const other = `${PSEUDONYM.slice(0, 25)}2`;
    const { tables, asked } = keyedTables([other]);
    expect(await find(tables, PSEUDONYM)).toEqual([{ kind: 'user', id: PSEUDONYM }]);
    expect(asked).toEqual([]);
    expect(await find(tables, other)).toEqual([{ kind: 'user', id: other }]);
    expect(asked).toEqual([other]);
  });
});

describe('the API is asked', () => {
  const asking = (answer: () => unknown) =>
    askApi(
      { explorer: async () => answer() } as unknown as Parameters<typeof askApi>[0],
      (status) => new CannotAsk(`refused ${status}`),
    )('ann');
  const failing = (status: number, kind?: ProblemKind, detail = 'this is why') =>
    asking(() => {
      const problem = kind && { type: `urn:cartograph:problem:${kind}` as const, title: '', status, detail };
      throw new ApiError('failed', status, problem);
    });

  test('and its entry is that of a file, with names by product', async () => {
    const found = await asking(() => ({
      user: 'ann',
      run: { run: 2, newestSaleMs: 0 },
      ...entry,
      names: [{ product: 'p1', name: 'Lamp' }],
    }));
    expect(found).toEqual({ run: 2, row: { key: 'ann', value: entry, names: new Map([['p1', 'Lamp']]) } });
  });

  test('an unknown user is undefined; every other failure gives the reader a reason', async () => {
    expect(await failing(404, 'unknown-user')).toBeUndefined();
    const reasonOf = (asked: Promise<unknown>) => asked.catch((error: unknown) => error);
    const cases: readonly (readonly [Promise<unknown>, string])[] = [
      [failing(404), 'refused 404'],
      [failing(404, 'not-found'), 'refused 404'],
      [failing(401), 'refused 401'],
      [failing(401, 'unauthorized'), 'refused 401'],
      [failing(403, 'forbidden', 'the token is for another user'), 'the token is for another user'],
      [failing(429), 'The API did not answer: status 429.'],
      [failing(503, 'no-run', 'No run is published yet'), 'No run is published yet'],
      [asking(() => Promise.reject(new TypeError('fetch failed'))), 'The API did not answer. Try again.'],
    ];
    for (const [asked, message] of cases) {
      const error = await reasonOf(asked);
      expect(error).toBeInstanceOf(CannotAsk);
      expect((error as CannotAsk).message).toContain(message);
    }
  });
});
