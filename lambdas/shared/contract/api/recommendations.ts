import * as z from 'zod';
import {
  AnsweringRun,
  FilterParameters,
  Length,
  Millis,
  Name,
  ProductId,
  SaleType,
  Score,
  UserId,
} from './fields.ts';
import { operation } from './operation.ts';

/** Most lines of a history in a request. */
export const MAX_HISTORY = 10_000;

const List = z
  .enum(['any', 'new'])
  .default('any')
  .describe('any: may include what the user has bought; new: only what the user has not');

const Because = z
  .boolean()
  .default(false)
  .describe('Whether each product comes with the purchases that explain it');

/** The parameters of a list of recommendations. */
const Wishes = FilterParameters.extend({ list: List, n: Length, because: Because });

const EXPLANATION = z
  .strictObject({
    product: ProductId,
    name: Name.optional(),
    share: z.number().min(0).max(1).describe('Share of the explanation'),
  })
  .meta({ id: 'Explanation' });

const Recommended = z
  .strictObject({
    product: ProductId,
    name: Name.optional(),
    rank: z.int().min(1).describe('1 is the best'),
    score: Score,
    because: z
      .array(EXPLANATION)
      .max(3)
      .optional()
      .describe('The purchases that explain it, strongest first; only if `because` was asked for'),
  })
  .meta({ id: 'Recommended' });

/** The parts that could not be read for an answer. */
export const Missing = z
  .array(z.enum(['recentSales', 'runHistory']))
  .describe(
    'What could not be read in time, so that the answer is without it: the newer sales of the user, or the purchases that the run knows of the user; empty as a rule',
  );

export const Recommendations = z
  .strictObject({
    user: UserId.optional().describe('Absent if the history came with the request'),
    list: z.enum(['any', 'new']),
    source: z
      .enum(['model', 'coldStart', 'noRun'])
      .describe(
        'model: from the purchases of the user; coldStart: nothing is known of the user, so these are recently popular products; noRun: no run is loaded yet, so the list is empty',
      ),
    missing: Missing,
    run: AnsweringRun.nullable().describe('Null if no run is loaded'),
    momentMs: Millis.nullable().describe(
      'The moment that the list is for: the later of the run and the newest sale of the user, epoch ms',
    ),
    newerSales: z
      .int()
      .min(0)
      .describe('Number of sales of the user that were used and that the run does not know'),
    newestSaleMs: Millis.nullable().describe('The newest sale of the user that was used, epoch ms'),
    unknownProducts: z
      .array(ProductId)
      .describe('Products of the history that the run does not know; they are ignored otherwise'),
    products: z.array(Recommended).max(100).describe('Best first; may be empty'),
  })
  .meta({ id: 'Recommendations' });
export type Recommendations = z.output<typeof Recommendations>;

const EXAMPLE: z.input<typeof Recommendations> = {
  user: 'u0016',
  list: 'new',
  source: 'model',
  missing: [],
  run: { run: 2, newestSaleMs: 1_782_820_800_000 },
  momentMs: 1_782_820_923_001,
  newerSales: 1,
  newestSaleMs: 1_782_820_923_000,
  unknownProducts: [],
  products: [
    {
      product: 'p017',
      name: 'Desk lamp',
      rank: 1,
      score: 0.8123,
      because: [{ product: 'p003', name: 'Desk', share: 0.62 }],
    },
  ],
};

export const recommendations = operation({
  summary: 'Recommend products to a user',
  description:
    'Answers from the purchases that the served run knows of the user and from the sales since. An unknown user gets recently popular products, and `source` says so.',
  params: z.object({ user: UserId }),
  query: Wishes,
  example: { user: 'u0016', list: 'new', n: 5, because: true },
  replies: {
    200: { description: 'The list', schema: Recommendations, example: EXAMPLE },
  },
});

const HistoryLine = z
  .strictObject({
    product: ProductId,
    quantity: z
      .number()
      .refine((quantity) => quantity !== 0, 'a number other than 0')
      .default(1)
      .describe('Units; negative for a return'),
    atMs: Millis.max(8.64e15)
      .optional()
      .describe('When it was bought, epoch ms; just before the moment of the run if absent'),
    type: SaleType.default('purchase'),
    orderId: z.string().min(1).max(256).optional().describe('Lines with the same order id are one basket'),
    price: z.number().optional(),
  })
  .meta({ id: 'HistoryLine' });
export type HistoryLine = z.output<typeof HistoryLine>;

export const recommendationsFor = operation({
  summary: 'Recommend products for a history in the request',
  description:
    'The same for an anonymous visitor, a basket, or a what-if: the purchases come with the request, and nothing is stored.',
  body: {
    description: 'The purchases, and the same wishes as in the query of `recommendations`.',
    form: 'json',
    isChecked: true,
    schema: Wishes.extend({
      history: z
        .array(HistoryLine)
        .max(MAX_HISTORY)
        .describe('Purchases and returns, in any order; may be empty'),
    }).strict(),
    example: { history: [{ product: 'p003' }, { product: 'p008', quantity: 2 }], list: 'new', n: 5 },
  },
  replies: {
    200: { description: 'The list', schema: Recommendations, example: { ...EXAMPLE, user: undefined } },
  },
});
