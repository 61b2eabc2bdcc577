import * as z from 'zod';
import { AnsweringRun, FilterParameters, Length, Name, ProductId, RankedProduct } from './fields.ts';
import { operation } from './operation.ts';

const ListOfProducts = z
  .strictObject({
    run: AnsweringRun,
    products: z.array(RankedProduct).max(100).describe('Best first; may be empty'),
  })
  .meta({ id: 'ProductList' });

const RelatedProducts = ListOfProducts.extend({ product: ProductId, name: Name.optional() }).meta({
  id: 'RelatedProducts',
});

const RUN = { run: 2, newestSaleMs: 1_782_820_800_000 };
const PRODUCTS = [{ product: 'p017', name: 'Desk lamp', rank: 1, score: 0.71 }];

const Query = FilterParameters.extend({ n: Length });
const RELATED = {
  params: z.object({ product: ProductId }),
  query: Query,
  example: { product: 'p003', n: 5 },
  replies: {
    200: {
      description: 'The list',
      schema: RelatedProducts,
      example: { product: 'p003', name: 'Desk', run: RUN, products: PRODUCTS },
    },
  },
} as const;
const LISTED = {
  query: Query,
  example: { n: 5 },
  replies: {
    200: { description: 'The list', schema: ListOfProducts, example: { run: RUN, products: PRODUCTS } },
  },
} as const;

export const similar = operation({
  summary: 'Products that the same users buy',
  description: 'Most similar first. A product that the run does not know is a 404.',
  ...RELATED,
});

export const together = operation({
  summary: 'Products that are bought in the same basket',
  description: 'Strongest first. A product that the run does not know is a 404.',
  ...RELATED,
});

export const popular = operation({
  summary: 'Products that most users have bought recently',
  description: 'Popularity at the moment of the run.',
  ...LISTED,
});

export const trending = operation({
  summary: 'Products that sell much more than before',
  description:
    'Growth against the past of the product itself. Products with too few sales to tell are left out, so the list may be short or empty.',
  ...LISTED,
});
