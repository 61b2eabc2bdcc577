import * as z from 'zod';
import { ProductAttributes } from '../catalogue.ts';
import { ProductId } from './fields.ts';
import { operation } from './operation.ts';

/** Most products in one request. */
export const MAX_PRODUCTS = 1000;

export const ProductAttributesInput = ProductAttributes.omit({ productId: true }).meta({
  id: 'ProductAttributes',
  description:
    'Attributes of a product. They replace the earlier ones as a whole. Every field that is not named here is a further attribute: text or a number.',
});

const Product = ProductAttributes.meta({ id: 'Product', description: 'A product with its attributes.' });

const ProductResult = z
  .discriminatedUnion('accepted', [
    z.strictObject({ accepted: z.literal(true), productId: ProductId }),
    z.strictObject({
      accepted: z.literal(false),
      reason: z.string().describe('What is wrong: the field, what it is, and what it should be'),
    }),
  ])
  .meta({ id: 'ProductResult' });

export const ProductsResult = z
  .strictObject({
    accepted: z.int().min(0),
    refused: z.int().min(0),
    products: z.array(ProductResult).max(MAX_PRODUCTS).describe('In the order of the request'),
  })
  .meta({ id: 'ProductsResult' });
export type ProductsResult = z.output<typeof ProductsResult>;

const ACCEPTED = { accepted: true, productId: 'p017' } as const;
const REFUSED = { accepted: false, reason: 'price: is -3, should be a number of at least 0' } as const;

export const putProduct = operation({
  summary: 'Set the attributes of a product',
  description:
    'Replaces the attributes that the catalogue has of the product. Answers see them within seconds; names in charts and lists follow with the next run.',
  params: z.object({ product: ProductId }),
  body: {
    description: 'The attributes.',
    form: 'json',
    isChecked: true,
    schema: ProductAttributesInput,
    example: { name: 'Desk lamp', category: 'lamps', price: 39.9, available: true, colour: 'green' },
  },
  example: { product: 'p017' },
  replies: {
    200: {
      description: 'The attributes are stored',
      schema: ProductsResult,
      example: { accepted: 1, refused: 0, products: [ACCEPTED] },
    },
  },
});

export const addProducts = operation({
  summary: 'Set the attributes of several products',
  description:
    'One product, an array of up to 1,000, or one product per line (NDJSON). Of the same product twice, the later counts. A product that is refused does not refuse its neighbours.',
  body: {
    description: 'One product, or up to 1,000.',
    form: 'ndjson',
    isChecked: false,
    schema: z.union([Product, z.array(Product).min(1).max(MAX_PRODUCTS)]),
    example: [{ productId: 'p017', name: 'Desk lamp', category: 'lamps', price: 39.9 }],
  },
  replies: {
    200: {
      description: 'All are stored',
      schema: ProductsResult,
      example: { accepted: 1, refused: 0, products: [ACCEPTED] },
    },
    207: {
      description: 'Some are stored, others refused',
      schema: ProductsResult,
      example: { accepted: 1, refused: 1, products: [ACCEPTED, REFUSED] },
    },
    422: {
      description: 'All are refused',
      schema: ProductsResult,
      example: { accepted: 0, refused: 1, products: [REFUSED] },
    },
  },
});
