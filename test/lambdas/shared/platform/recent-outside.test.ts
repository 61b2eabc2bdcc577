import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { outsideOf, type RecentSale } from '../../../../lambdas/shared/platform/recent.ts';

const AT = Date.UTC(2026, 5, 1);
const HOUR = 3_600_000;
const MINUTE = 60_000;

interface Where {
  readonly offset: number;
  readonly kafkaMs?: number;
  readonly partition?: number;
  readonly id?: string;
  readonly source?: string;
}

const sale = ({ offset, kafkaMs = AT, partition = 0, id, source = '0a1b2c3d' }: Where): RecentSale => ({
  product: `p${offset}`,
  quantity: 1,
  atMs: kafkaMs,
  type: 'purchase',
  ...(id === undefined ? {} : { id }),
  address: { source, topic: 'sales', partition, offset, kafkaMs },
});

const P0 = '0a1b2c3d/sales/000000';
const offsetsOf = (sales: readonly RecentSale[]) => sales.map(({ address }) => address?.offset);

describe('addresses', () => {
  test('sales in a gap, after the last range, of another partition and of another cluster are outside', () => {
    const run = {
      [P0]: [
        [2, 4],
        [8, 9],
      ] as [number, number][],
    };
    const sales = [0, 2, 4, 5, 7, 8, 9, 10].map((offset) => sale({ offset }));
    expect(offsetsOf(outsideOf(run, sales))).toEqual([0, 5, 7, 10]);
    expect(
      outsideOf(run, [sale({ offset: 3, partition: 1 }), sale({ offset: 3, source: 'ffffffff' })]),
    ).toHaveLength(2);
    expect(outsideOf({}, sales)).toEqual(sales);
  });

  test('a sale without an address, which a request brings, is outside, although its id is known', () => {
    const { address: _, ...brought } = sale({ offset: 0, id: 's1' });
    expect(outsideOf({ [P0]: [[0, 9]] }, [sale({ offset: 0, id: 's1' }), brought, brought])).toEqual([
      brought,
      brought,
    ]);
  });

  test('of a topic that was created again, the Kafka timestamp tells the generations apart, but for a minute', () => {
    const run = { [P0]: [[0, 100]], [`${P0}@${AT}`]: [[0, 9]] } as Record<string, [number, number][]>;
    const at = (offset: number, kafkaMs: number) => outsideOf(run, [sale({ offset, kafkaMs })]).length;
    expect([at(50, AT - HOUR), at(50, AT + 2 * MINUTE)]).toEqual([0, 1]);
    expect([at(5, AT - HOUR), at(5, AT + HOUR)]).toEqual([0, 0]);
    expect([at(50, AT + MINUTE), at(101, AT + MINUTE)]).toEqual([0, 1]);
    const older = { [P0]: [[0, 4]], [`${P0}@${AT}`]: [[0, 9]] } as Record<string, [number, number][]>;
    expect(outsideOf(older, [sale({ offset: 7, kafkaMs: AT - MINUTE })])).toEqual([]);
    expect(outsideOf(older, [sale({ offset: 7, kafkaMs: AT - 2 * MINUTE })])).toHaveLength(1);
  });

  test('a sale that was written long after the window was cut is of a topic that was created again', () => {
    const run = { [P0]: [[0, 100]] as [number, number][] };
    const at = (kafkaMs: number) => outsideOf(run, [sale({ offset: 5, kafkaMs })], AT).length;
    expect([at(AT - HOUR), at(AT + HOUR), at(AT + HOUR + 1)]).toEqual([0, 0, 1]);
    expect(outsideOf(run, [sale({ offset: 5, kafkaMs: AT + 9 * HOUR })])).toEqual([]);
  });
});

describe('ids', () => {
  test('of sales with one id within a day, the one that was written first counts', () => {
    const sales = [
      sale({ offset: 9, kafkaMs: AT + HOUR, id: 's1' }),
      sale({ offset: 4, kafkaMs: AT + 2 * HOUR, id: 's1' }),
      sale({ offset: 5, kafkaMs: AT + HOUR, id: 's2' }),
      sale({ offset: 6, kafkaMs: AT + HOUR }),
      sale({ offset: 7, kafkaMs: AT + HOUR }),
    ];
    expect(offsetsOf(outsideOf({}, sales))).toEqual([9, 5, 6, 7]);
  });

  test('a day after the sale that counts, its id counts again; a repeat does not prolong the day', () => {
    const at = [0, 20, 24, 43, 48].map((hours, offset) =>
      sale({ offset, kafkaMs: AT + hours * HOUR, id: 's1' }),
    );
    expect(offsetsOf(outsideOf({}, at.toReversed()))).toEqual([4, 2, 0]);
  });

  test('of sales that were written at the same time, the one with the lowest address counts', () => {
    const sales = [7, 4, 9].map((offset) => sale({ offset, id: 's1' }));
    expect(offsetsOf(outsideOf({}, sales))).toEqual([4]);
    expect(offsetsOf(outsideOf({}, [sale({ offset: 4, partition: 1, id: 's1' }), ...sales]))).toEqual([4]);
  });

  test('a sale that was sent again after the run, or before it and is found late, counts in the run alone', () => {
    const run = { [P0]: [[0, 5]] as [number, number][] };
    const again = sale({ offset: 8, kafkaMs: AT + HOUR, id: 's1' });
    expect(outsideOf(run, [sale({ offset: 3, id: 's1' }), again])).toEqual([]);
    const late = sale({ offset: 9, partition: 1, kafkaMs: AT - HOUR, id: 's1' });
    expect(outsideOf(run, [sale({ offset: 3, id: 's1' }), late])).toEqual([]);
    expect(outsideOf(run, [sale({ offset: 3, id: 's2' }), again])).toEqual([again]);
  });
});

test('the sales that count depend on the set alone, and each id counts once a day', () => {
  const sales = fc.uniqueArray(
    fc.record({
      offset: fc.integer({ min: 0, max: 60 }),
      kafkaMs: fc.integer({ min: 0, max: 100 }).map((hours) => AT + hours * HOUR),
      id: fc.option(fc.constantFrom('a', 'b', 'constructor'), { nil: undefined }),
    }),
    { selector: ({ offset }) => offset },
  );
  const run = { [P0]: [[10, 19]] as [number, number][] };
  const of = (all: readonly RecentSale[]) => new Set(offsetsOf(outsideOf(run, all)));
  fc.assert(
    fc.property(
      sales.chain((found) =>
        fc.tuple(fc.constant(found), fc.shuffledSubarray(found, { minLength: found.length })),
      ),
      ([found, shuffled]) => {
        const all = found.map(({ id, ...where }) => sale(id === undefined ? where : { ...where, id }));
        const kept = outsideOf(run, all);
        expect(
          of(shuffled.map(({ id, ...where }) => sale(id === undefined ? where : { ...where, id }))),
        ).toEqual(new Set(offsetsOf(kept)));
        for (const { address, id } of kept) {
          expect(address && address.offset >= 10 && address.offset <= 19).toBe(false);
          if (id === undefined) continue;
          const near = kept.filter(
            (other) =>
              other.id === id &&
              Math.abs((other.address?.kafkaMs ?? 0) - (address?.kafkaMs ?? 0)) < 24 * HOUR,
          );
          expect(near).toHaveLength(1);
        }
        // Sales without an id are kept exactly if they are outside.
        const without = all.filter(({ id }) => id === undefined);
        expect(kept.filter(({ id }) => id === undefined)).toEqual(outsideOf(run, without));
      },
    ),
    { seed: 15 },
  );
});
