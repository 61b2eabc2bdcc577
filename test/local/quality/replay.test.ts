import { describe, expect, test } from 'vitest';
import type { NewerSale } from '../../../lambdas/serve/engine.ts';
import { replayWith } from '../../../local/quality/replay.ts';
import { basketsOf, createRecentPopularity, type ReplayedSale } from '../../../local/quality/replay-order.ts';
import {
  compare,
  type ScoredBasket,
  type Shown,
  SIDES,
  scoreBasket,
} from '../../../local/quality/replay-score.ts';
import { retailShop, simulatedShop } from '../../../local/quality/replay-shops.ts';
import { gainTable, replayTable } from '../../../local/quality/replay-tables.ts';
import type { Row } from '../../../local/quality/retail.ts';
import { productsOf, startEngine } from './replay-engine.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const sale = (
  user: string,
  atMs: number,
  product: string,
  { order = 'o', counts = true } = {},
): ReplayedSale => ({
  user,
  sale: { product, quantity: counts ? 1 : -1, atMs, type: 'purchase', orderId: order },
  bought: counts ? product.toUpperCase() : undefined,
});

describe('the order of a replay', () => {
  test('a basket is a user, a day and an order; baskets are in the order in which they begin', () => {
    const baskets = basketsOf([
      sale('ann', 5 * HOUR_MS, 'mug'),
      sale('bob', 3 * HOUR_MS, 'vase'),
      sale('ann', 2 * HOUR_MS, 'lamp'),
      sale('ann', 2 * HOUR_MS, 'clock', { order: 'other' }),
      sale('ann', DAY_MS + HOUR_MS, 'lamp'),
    ]);
    expect(baskets.map(({ user, atMs, products }) => [user, atMs / HOUR_MS, [...products]])).toEqual([
      ['ann', 2, ['LAMP', 'MUG']],
      ['ann', 2, ['CLOCK']],
      ['bob', 3, ['VASE']],
      ['ann', 25, ['LAMP']],
    ]);
  });

  test('known are the earlier sales of the same user, returns included, and none of the same moment', () => {
    const baskets = basketsOf([
      sale('ann', 1, 'lamp'),
      sale('ann', 2, 'lamp', { order: 'return', counts: false }),
      sale('bob', 2, 'vase'),
      sale('ann', 3, 'mug', { order: 'second' }),
      sale('ann', 3, 'clock', { order: 'third' }),
    ]);
    // Of the return nothing counts, so that it is known and not predicted.
    expect(baskets.map(({ user, products }) => [user, ...products])).toEqual([
      ['ann', 'LAMP'],
      ['bob', 'VASE'],
      ['ann', 'MUG'],
      ['ann', 'CLOCK'],
    ]);
    const known = (earlier: readonly NewerSale[] = []) =>
      earlier.map(({ atMs, quantity }) => [atMs, quantity]);
    expect(baskets.map(({ earlier }) => known(earlier))).toEqual([
      [],
      [],
      [
        [1, 1],
        [2, -1],
      ],
      [
        [1, 1],
        [2, -1],
      ],
    ]);
    expect([...(baskets[2]?.boughtEarlier ?? [])]).toEqual(['LAMP']);
  });

  test('a basket that goes on after another one has begun is known in part', () => {
    const [, second] = basketsOf([
      sale('ann', 1, 'lamp', { order: 'first' }),
      sale('ann', 2, 'mug', { order: 'second' }),
      sale('ann', 3, 'vase', { order: 'first' }),
    ]);
    expect([...(second?.boughtEarlier ?? [])]).toEqual(['LAMP']);
  });

  test('popularity counts the purchases of the days before a moment, without those at the moment', () => {
    const at = (product: string, day: number) => ({ product, atMs: day * DAY_MS });
    const popular = createRecentPopularity([at('mug', 3), at('lamp', 1), at('mug', 1), at('vase', 4)], 2);
    expect(popular(2 * DAY_MS)).toEqual(['lamp', 'mug']);
    // The purchases of the first day are exactly two days old, and count for the last time.
    expect(popular(3 * DAY_MS)).toEqual(['lamp', 'mug']);
    expect(popular(3 * DAY_MS + 1)).toEqual(['mug']);
    expect(popular(5 * DAY_MS)).toEqual(['mug', 'vase']);
  });
});

const nothing = { any: [], new: [] };
const shown = (lists: Partial<Shown>): Shown => ({
  ...{ published: nothing, filtered: nothing, live: nothing, popular: nothing, popularNow: nothing },
  ...lists,
});
const second = 1 / Math.log2(3);

describe('scores', () => {
  const basket = {
    user: 'ann',
    atMs: 9,
    products: new Set(['LAMP', 'VASE', 'DESK']),
    earlier: [],
    boughtEarlier: new Set(['MUG']),
  };
  const measured = {
    known: new Set(['LAMP', 'VASE', 'MUG']),
    owned: new Set(['LAMP']),
    group: 'returned',
  } as const;

  test('known products of the basket are correct; in the list new only those that the user had not bought', () => {
    const lists = { any: ['DESK', 'LAMP'], new: ['LAMP', 'VASE'] };
    const [any, discoveries] = scoreBasket(basket, shown({ live: lists }), measured);
    // Two of three products are known, and the second place has one of them.
    expect(any?.ndcg.live).toBeCloseTo(second / (1 + second), 12);
    expect(any?.ndcg.published).toBe(0);
    expect(discoveries?.ndcg.live).toBeCloseTo(second, 12);
  });

  test('what was bought earlier in the period is taken from the list new on every side, and stays in any', () => {
    const lists = { any: ['MUG', 'LAMP', 'VASE'], new: ['MUG', 'VASE'] };
    const sides = shown({ published: lists, live: lists, popular: lists });
    const [any, discoveries] = scoreBasket(basket, sides, measured);
    for (const side of ['published', 'live', 'popular'] as const) expect(discoveries?.ndcg[side]).toBe(1);
    expect(any?.ndcg.published).toBeLessThan(1);
  });

  test('taking away happens before the list is cut at ten', () => {
    const list = ['MUG', ...Array.from({ length: 9 }, (_, place) => `OTHER${place}`), 'VASE'];
    const [, discoveries] = scoreBasket(basket, shown({ filtered: { any: [], new: list } }), measured);
    expect(discoveries?.ndcg.filtered).toBeCloseTo(1 / Math.log2(11), 12);
  });

  test('without a correct product a list does not count; what was bought earlier in the period is not new', () => {
    const lists = (products: string[]) =>
      scoreBasket({ ...basket, products: new Set(products) }, shown({}), measured).map(({ list }) => list);
    expect(lists(['DESK'])).toEqual([]);
    expect(lists(['LAMP'])).toEqual(['any']);
    expect(lists(['MUG'])).toEqual(['any']);
  });
});

describe('the comparison', () => {
  const scored = (user: string, live: number, published: number): ScoredBasket => ({
    user,
    group: 'returned',
    list: 'any',
    ndcg: { live, published, filtered: 0, popular: 0, popularNow: 0 },
  });

  test('means are over baskets, and gains are paired', () => {
    const found = compare([scored('ann', 0.5, 0.25), scored('ann', 0.75, 0.25), scored('bob', 0.25, 0.25)]);
    expect(found?.mean.live).toBeCloseTo(0.5, 12);
    expect(found?.gain.published.value).toBeCloseTo(0.25, 12);
    expect([found?.baskets, found?.users]).toEqual([3, 2]);
    expect(compare([])).toBeUndefined();
  });

  test('a gain that is the same for every basket has no spread; one user with many baskets is one draw', () => {
    const same = compare(Array.from({ length: 50 }, (_, user) => scored(`u${user}`, 0.5, 0.25)));
    expect(same?.gain.published).toEqual({ value: 0.25, n: 50, low: 0.25, high: 0.25 });
    // Whoever draws baskets would find a narrow interval around 0.9.
    const heavy = [...Array.from({ length: 90 }, () => scored('ann', 1, 0)), scored('bob', 0, 0)];
    expect(compare(heavy)?.gain.published.low).toBe(0);
  });

  test('the tables have a row per list and group, and an interval per side', () => {
    const replayed = { title: '', served: { csv: [], manifest: undefined, decisions: [] } };
    const baskets = [scored('ann', 0.5, 0.25), { ...scored('bob', 0.25, 0.5), group: 'begun' as const }];
    expect(replayTable({ ...replayed, baskets })).toContain(
      '| any | known to the run, with sales since | 1 | 1 | 0.2500 | 0.0000 | 0.5000 | 0.0000 | 0.0000 |',
    );
    expect(gainTable({ ...replayed, baskets })).toContain(
      '| any | new since the run | −0.2500 (−0.2500 to −0.2500) |',
    );
    expect(replayTable({ ...replayed, baskets })).toContain('| any | **all** | 2 | 2 | 0.3750 |');
    expect(replayTable({ ...replayed, baskets: [] }).split('\n')).toHaveLength(2);
    expect(Object.keys(SIDES)).toContain('live');
  });
});

test('answers know every earlier sale, and the published lists none', async () => {
  const { engine, asked } = startEngine();
  const scores = await replayWith(
    {
      fromMs: 10 * DAY_MS,
      past: [
        { user: 'ann', product: 'LAMP', atMs: 9 * DAY_MS },
        { user: 'cid', product: 'MUG', atMs: 9 * DAY_MS },
        { user: 'cid', product: 'VASE', atMs: 9 * DAY_MS },
      ],
      period: [
        sale('ann', 11 * DAY_MS, 'mug', { order: '1' }),
        sale('ann', 12 * DAY_MS, 'vase', { order: '2' }),
        sale('bob', 13 * DAY_MS, 'mug', { order: '3' }),
      ],
    },
    { engine, historyOf: async (user) => (user === 'ann' ? productsOf('lamp') : undefined) },
    new Map([['ann', { any: ['VASE'], new: ['VASE'] }]]),
  );
  expect(asked.filter(({ n, list }) => n === 10 && list === 'any').map(({ newer }) => newer)).toEqual([
    [],
    ['mug'],
    [],
  ]);
  expect(asked.filter(({ n }) => n > 10).every(({ newer }) => newer.length === 0)).toBe(true);
  expect(scores.map(({ user, group, list }) => [user, group, list])).toEqual([
    ['ann', 'unchanged', 'any'],
    ['ann', 'unchanged', 'new'],
    ['ann', 'returned', 'any'],
    ['ann', 'returned', 'new'],
    ['bob', 'unknown', 'any'],
    ['bob', 'unknown', 'new'],
  ]);
  // The engine shows what comes after the newest sale in the order of products: mug, then vase.
  expect(scores.map(({ ndcg }) => ndcg.live)).toEqual([1, 1, 1, 1, 0, 0]);
  expect(scores.map(({ ndcg }) => ndcg.published)).toEqual([0, 0, 1, 1, 0, 0]);
  // Popular now counts the mug that ann bought since; before that, lamp, mug and vase sold once each.
  expect(scores[4]?.ndcg.popularNow).toBeGreaterThan(scores[4]?.ndcg.popular ?? 1);
});

describe('the shops', () => {
  test('what remember would store is known later, also if it does not count as a purchase', () => {
    const row = (atMs: number, user: string | undefined, counts: boolean): Row => ({
      record: {
        key: user ?? null,
        value: Buffer.from(JSON.stringify({ userId: user, productId: 'lamp', timestamp: atMs })),
        timestampMs: atMs,
      },
      user,
      atMs,
      purchase: counts && user !== undefined ? { user, product: 'LAMP' } : undefined,
      fields: {},
    });
    const day = (month: number, date: number): number => Date.UTC(2011, month, date);
    const shop = retailShop(
      [
        row(day(10, 8), 'ann', true),
        row(day(10, 9), 'ann', false),
        row(day(10, 10), undefined, false),
        row(day(11, 9), 'ann', true),
        row(day(11, 10), 'ann', true),
      ],
      {},
    );
    expect(shop.before).toHaveLength(1);
    expect(shop.past).toEqual([{ user: 'ann', product: 'LAMP', atMs: day(10, 8) }]);
    expect(shop.period.map(({ sale, bought }) => [sale.atMs, bought])).toEqual([
      [day(10, 9), undefined],
      [day(11, 9), 'LAMP'],
    ]);
  });

  test('the last thirty days of the simulated shop are replayed, without broken records', () => {
    const { before, past, period, fromMs } = simulatedShop(1, 900, {});
    expect(before).toHaveLength(600);
    expect(past.every(({ atMs }) => atMs < fromMs)).toBe(true);
    expect(period.every(({ sale }) => sale.atMs >= fromMs)).toBe(true);
    expect(period.length).toBeLessThan(300);
    expect(period.every(({ sale, bought }) => sale.quantity > 0 === (bought !== undefined))).toBe(true);
  });
});
