import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { createAnswerer, createDescriber } from '../../../../lambdas/serve/answer/answerer.ts';
import { FEATURES, WIDTH } from '../../../../lambdas/serve/answer/feature-names.ts';
import { purchasesOf } from '../../../../lambdas/serve/answer/history.ts';
import { loadModel } from '../../../../lambdas/serve/answer/model.ts';
import { before } from '../../../../lambdas/serve/answer/purchases.ts';
import { AnswerHistories, AnswerModel } from '../../../../lambdas/shared/contract/answer-model.ts';

/** A model that the Spark job wrote, and what training found for some of the users of its shop: `AnswerFixtureTest`. */
const DIRECTORY = 'test/fixtures/answer';
const file = (name: string): Buffer => readFileSync(`${DIRECTORY}/${name}`);

const List = z.array(z.tuple([z.int(), z.number()]));
const { users } = z
  .object({
    users: z
      .array(
        z.object({
          user: z.string(),
          /** Bits of float32 values, 8 hexadecimal digits each. */
          factor: z.string(),
          candidates: z.array(z.int()),
          owned: z.array(z.int()),
          rows: z.array(z.string()).nullable(),
          any: List,
          new: List,
        }),
      )
      .min(10),
  })
  .parse(JSON.parse(gunzipSync(file('expected.json.gz')).toString()));

const document = AnswerModel.parse(JSON.parse(file('model/answer.json').toString()));
const model = loadModel(document, file('model/answer.safetensors'));
const histories = new Map(
  model.histories.flatMap((part) => {
    let end = 0;
    return part.sizes.flatMap((size) => {
      end += size;
      const block = file(part.file).subarray(end - size, end);
      return AnswerHistories.parse(JSON.parse(gunzipSync(block).toString())).rows;
    });
  }),
);

const describe = createDescriber(model);
const describedBy = (user: string) =>
  describe(
    before(purchasesOf(model, histories.get(user), []).purchases, model.asOfMs),
    model.asOfMs,
    undefined,
  );

const bitsOf = (values: Float32Array): string =>
  Array.from(values, (value) => {
    const bytes = Buffer.alloc(4);
    bytes.writeFloatBE(value);
    return bytes.toString('hex');
  }).join('');

test('the fold-in of a user of the training finds the trained factor', () => {
  for (const { user, factor } of users)
    expect([user, bitsOf(describedBy(user).factor)]).toEqual([user, factor]);
});

test('the candidates are those of training', () => {
  for (const { user, candidates, owned } of users) {
    const { products, isOwned } = describedBy(user).candidates;
    expect([user, [...products]]).toEqual([user, candidates]);
    expect([...products].filter((_, row) => isOwned[row] === 1)).toEqual(owned);
  }
});

/** Users whose features are saved: the bits of each row, of training and of the answer. */
const described = users.flatMap(({ user, rows }) => {
  if (!rows) return [];
  const { features } = describedBy(user).candidates;
  return [
    { user, rows, found: rows.map((_, row) => bitsOf(features.subarray(row * WIDTH, (row + 1) * WIDTH))) },
  ];
});

/** By row: the bits of the values of a feature. */
const columnOf = (rows: readonly string[], column: number): string[] =>
  rows.map((row) => row.slice(8 * column, 8 * (column + 1)));

test.each(FEATURES.map((name, column) => [name, column] as const))(
  'the feature %s has the same bits',
  (name, column) => {
    const trained = document.columns.indexOf(name);
    for (const { user, rows, found } of described)
      expect([user, columnOf(found, column)]).toEqual([user, columnOf(rows, trained)]);
  },
);

test('users of all kinds are compared: with few and many pairs, of products that are not common', () => {
  expect(described.length).toBeGreaterThan(3);
  const sizes = users.map(({ user }) => describedBy(user).history.products.length);
  expect(Math.min(...sizes)).toBeLessThanOrEqual(model.rank / 2);
  expect(Math.max(...sizes)).toBeGreaterThan(model.rank / 2);
  expect(users.some(({ candidates }) => candidates.length > 200)).toBe(true);
  expect(
    users.some(({ candidates }) => candidates.some((product) => model.common.placeOf[product] === -1)),
  ).toBe(true);
});

test.each(['any', 'new'] as const)('the list %s is that of training, with its scores', (list) => {
  const answerer = createAnswerer(model);
  for (const expected of users) {
    const { purchases } = purchasesOf(model, histories.get(expected.user), []);
    const { products } = answerer.answer(purchases, { list, n: expected[list].length });
    expect([expected.user, products.map(({ number, score }) => [number, score])]).toEqual([
      expected.user,
      expected[list],
    ]);
  }
});
