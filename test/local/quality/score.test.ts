import { describe, expect, test } from 'vitest';
import { readLists, scoreLists } from '../../../local/quality/score.ts';

/**
 * Ann had bought a lamp and buys it again, and a vase; bob had bought a mug and buys a lamp; cid is unknown, and no user had
 * bought the desk that ann buys as well.
 */
const before = [
  { user: 'ann', product: 'LAMP' },
  { user: 'bob', product: 'MUG' },
  { user: 'dan', product: 'VASE' },
];
const after = [
  { user: 'ann', product: 'LAMP' },
  { user: 'ann', product: 'VASE' },
  { user: 'ann', product: 'DESK' },
  { user: 'bob', product: 'LAMP' },
  { user: 'bob', product: 'LAMP' },
  { user: 'cid', product: 'LAMP' },
];
const header = 'user,product,list,rank,score';
const listsOf = (...rows: string[]) => readLists([[header, ...rows].join('\n')]);
const ndcgOf = (...gains: number[]): number => gains.reduce((a, b) => a + b, 0);

describe('published lists', () => {
  test('the measures are means over the users who bought something known that the list admits', () => {
    const lists = listsOf(
      'ann,mug,any,1,9',
      'ann,lamp,any,2,8',
      'ann,vase,new,1,9',
      'bob,vase,any,1,9',
      'bob,mug,any,2,8',
      'cid,lamp,any,1,9',
    );
    const { any, new: discoveries } = scoreLists(lists, before, after);
    // Ann's second place is correct, of two correct products; bob's list has nothing correct.
    expect(any?.ndcg.value).toBeCloseTo(1 / Math.log2(3) / ndcgOf(1, 1 / Math.log2(3)) / 2, 12);
    expect(any?.recall.value).toBe(1 / 4);
    expect(any?.hitRate.value).toBe(1 / 2);
    expect(any?.ndcg.n).toBe(2);
    expect(any?.coverage).toBe(1);
    // For ann only the vase is new; bob has no list, and scores 0.
    expect(discoveries?.ndcg.value).toBe(1 / 2);
    expect(discoveries?.coverage).toBe(1 / 3);
  });

  test('only the first ten products count, and codes that differ in case are one hit', () => {
    const rows = Array.from({ length: 10 }, (_, place) => `ann,other${place},any,${place + 1},1`);
    const { any } = scoreLists(listsOf(...rows, 'ann,lamp,any,11,0'), before, after.slice(0, 1));
    expect(any?.hitRate.value).toBe(0);
    const twice = scoreLists(listsOf('ann,lamp,any,1,9', 'ann,LAMP,any,2,8'), before, after.slice(0, 1));
    expect(twice.any?.ndcg.value).toBe(1);
    expect(twice.any?.recall.value).toBe(1);
  });

  test('rows of several parts belong to one file, in the order of ranks', () => {
    const lists = readLists([
      `${header}\nann,vase,any,2,8`,
      `${header}\nann,lamp,any,1,9\n"b,ob",mug,new,1,1`,
    ]);
    expect(lists.get('ann')?.any).toEqual(['LAMP', 'VASE']);
    expect(lists.get('b,ob')?.new).toEqual(['MUG']);
  });

  test('without a user who counts there is no score, rather than 0', () => {
    expect(scoreLists(listsOf(), before, [{ user: 'cid', product: 'LAMP' }])).toEqual({
      any: null,
      new: null,
    });
  });

  test('a mean over equal users has an interval without width', () => {
    const { any } = scoreLists(listsOf('ann,lamp,any,1,9'), before, after.slice(0, 1));
    expect(any?.ndcg).toEqual({ value: 1, n: 1, low: 1, high: 1 });
  });
});
