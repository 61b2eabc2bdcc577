import fc from 'fast-check';
import { expect, test } from 'vitest';
import { madeModel } from '../../../../bench/answer-shop.ts';
import { type Answer, type AnswerQuery, createAnswerer } from '../../../../lambdas/serve/answer/answerer.ts';
import { type NewerSale, purchasesOf } from '../../../../lambdas/serve/answer/history.ts';
import { loadModel } from '../../../../lambdas/serve/answer/model.ts';
import { StoredHistory } from '../../../../lambdas/shared/contract/answer-model.ts';

/** A made shop whose lists are blends with trees. Some products are not common: they are not scored for everyone. */
const { document, file } = madeModel({ products: 120, common: 90, rank: 8, trees: 12 });
const MODEL = loadModel(document, file);
const answerer = createAnswerer(MODEL);
const DAY_MS = 86_400_000;

const sales = fc.array(
  fc.record({
    product: fc.integer({ min: 0, max: 119 }).map((number) => MODEL.products.id(number)),
    quantity: fc.constantFrom(1, 2, 5, -1),
    atMs: fc.integer({ min: -200, max: 5 }).map((days) => MODEL.asOfMs + days * DAY_MS),
    type: fc.constant('purchase'),
    price: fc.option(fc.constantFrom(1, 2.5, 10), { nil: undefined }),
  }),
  { maxLength: 40 },
);
const eligible = fc
  .array(fc.boolean(), { minLength: 120, maxLength: 120 })
  .map((flags) => Uint8Array.from(flags, Number));
const query = fc.record({
  list: fc.constantFrom('any' as const, 'new' as const),
  n: fc.integer({ min: 1, max: 100 }),
});

const answerTo = (recent: readonly NewerSale[], asked: AnswerQuery, stored?: StoredHistory): Answer =>
  answerer.answer(purchasesOf(MODEL, stored, recent).purchases, asked);

const numbersOf = ({ products }: Answer): number[] => products.map(({ number }) => number);

test('a product that is not eligible is never in a list', () => {
  fc.assert(
    fc.property(sales, query, eligible, (own, asked, mask) => {
      const numbers = numbersOf(answerTo(own, { ...asked, eligible: mask }));
      expect(numbers.filter((number) => mask[number] !== 1)).toEqual([]);
    }),
  );
});

test('a filtered list has n products while so many are eligible and may be in the list', () => {
  fc.assert(
    fc.property(sales, query, eligible, (own, asked, mask) => {
      const { purchases } = purchasesOf(MODEL, undefined, own);
      const bought = new Set(
        Array.from(purchases.products).filter(
          (product) =>
            Array.from(purchases.quantities).reduce(
              (net, units, line) => (purchases.products[line] === product ? net + units : net),
              0,
            ) > 0,
        ),
      );
      const admitted = Array.from(mask.keys()).filter(
        (number) => mask[number] === 1 && (asked.list === 'any' || !bought.has(number)),
      );
      const numbers = numbersOf(answerTo(own, { ...asked, eligible: mask }));
      expect(numbers).toHaveLength(Math.min(asked.n, admitted.length));
      expect(new Set(numbers).size).toBe(numbers.length);
    }),
  );
});

test('a filter that admits everything changes nothing but the length of a list', () => {
  fc.assert(
    fc.property(sales, query, (own, asked) => {
      const all = answerTo(own, { ...asked, eligible: new Uint8Array(120).fill(1) });
      const plain = answerTo(own, asked);
      expect(all.products.slice(0, plain.products.length)).toEqual(plain.products);
    }),
  );
});

test('a longer list begins with the shorter one', () => {
  fc.assert(
    fc.property(sales, query, fc.option(eligible, { nil: undefined }), (own, asked, mask) => {
      const { products } = answerTo(own, { ...asked, eligible: mask });
      const longer = answerTo(own, { ...asked, eligible: mask, n: 100 }).products;
      expect(longer.slice(0, asked.n)).toEqual(products);
    }),
  );
});

test('a purchase of a product removes it from the list new', () => {
  fc.assert(
    fc.property(sales, fc.integer({ min: 0, max: 9 }), (own, place) => {
      const asked = { list: 'new' as const, n: 10 };
      const chosen = numbersOf(answerTo(own, asked))[place];
      fc.pre(chosen !== undefined);
      const bought = {
        product: MODEL.products.id(chosen),
        quantity: 9,
        atMs: MODEL.asOfMs,
        type: 'purchase',
      };
      expect(numbersOf(answerTo([...own, bought], asked))).not.toContain(chosen);
    }),
  );
});

test('a posted basket, a new user and a user of the run with the same lines get the same list', () => {
  fc.assert(
    fc.property(sales, query, (own, asked) => {
      const { purchases } = purchasesOf(MODEL, undefined, own);
      const stored = StoredHistory.parse({
        product: [...purchases.products],
        atMs: [...purchases.atMs],
        basket: [...purchases.baskets],
        quantity: [...purchases.quantities],
        price: [...purchases.prices].map((price) => (Number.isNaN(price) ? null : price)),
        weight: [...purchases.weights],
        orders: [...new Set(purchases.baskets)].map(() => 0),
      });
      expect(answerTo([], asked, stored)).toEqual(answerTo(own, asked));
    }),
  );
});

test('an answer does not depend on the answers before it', () => {
  fc.assert(
    fc.property(sales, sales, query, (own, others, asked) => {
      const first = createAnswerer(MODEL).answer(purchasesOf(MODEL, undefined, own).purchases, asked);
      answerTo(others, asked);
      expect(answerTo(own, asked)).toEqual(first);
    }),
    { numRuns: 30 },
  );
});

test('every list is in the order of scores, and reasons are products that the user bought', () => {
  fc.assert(
    fc.property(sales, query, (own, asked) => {
      const { products } = answerTo(own, { ...asked, because: true });
      const scores = products.map(({ score }) => score);
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
      const bought = new Set(own.map(({ product }) => MODEL.products.numberOf(product)));
      for (const { because } of products) {
        expect(because.length).toBeLessThanOrEqual(3);
        for (const { number, share } of because) {
          expect(bought).toContain(number);
          expect(share).toBeGreaterThan(0);
          expect(share).toBeLessThanOrEqual(1);
        }
      }
    }),
  );
});
