import * as z from 'zod';
import { operation } from './operation.ts';

/** Most sales in one request. */
export const MAX_SALES = 1000;

const IdOrNumber = z.union([z.string().min(1).max(256), z.number()]);

/** A sale as a request brings it: the event of the topic, and an id. Unknown fields are ignored. */
export const IncomingSale = z
  .looseObject({
    userId: IdOrNumber,
    productId: IdOrNumber,
    quantity: z.number().optional().describe('Units, 1 if absent; negative for a return; never 0'),
    timestamp: z
      .union([z.string(), z.int()])
      .optional()
      .describe('ISO 8601 with a zone, or epoch milliseconds; the moment of the request if absent'),
    type: z.string().max(64).optional().describe('`purchase` if absent'),
    orderId: IdOrNumber.optional(),
    price: z.number().optional(),
    productName: z.union([z.string().max(1024), z.number()]).optional(),
    id: z
      .string()
      .min(1)
      .max(256)
      .optional()
      .describe('The id of the sale itself. Of sales with the same id within a day, one counts'),
  })
  .meta({ id: 'Sale' });
export type IncomingSale = z.input<typeof IncomingSale>;

const SaleResult = z
  .discriminatedUnion('accepted', [
    z.strictObject({
      accepted: z.literal(true),
      address: z
        .strictObject({
          topic: z.string(),
          partition: z.int().min(0),
          offset: z.int().min(0),
        })
        .describe('Where the sale is on the topic'),
      id: z.string().optional().describe("The sale's own id, given or made from the idempotency key"),
    }),
    z.strictObject({
      accepted: z.literal(false),
      reason: z.string().describe('What is wrong: the field, what it is, and what it should be'),
      mayRetry: z.boolean().describe('true: the sale is valid but is not on the topic; send it again'),
    }),
  ])
  .meta({ id: 'SaleResult' });
export type SaleResult = z.output<typeof SaleResult>;

export const SalesResult = z
  .strictObject({
    accepted: z.int().min(0),
    refused: z.int().min(0),
    sales: z.array(SaleResult).max(MAX_SALES).describe('In the order of the request'),
  })
  .meta({ id: 'SalesResult' });
export type SalesResult = z.output<typeof SalesResult>;

const ACCEPTED = {
  accepted: true,
  address: { topic: 'sales', partition: 2, offset: 4711 },
  id: 'order-77-line-1',
} as const;
const REFUSED = {
  accepted: false,
  reason: 'quantity: is 0, should be a finite number other than 0',
  mayRetry: false,
} as const;

export const addSales = operation({
  summary: 'Send sales',
  description:
    'One sale, an array of up to 1,000, or one sale per line (NDJSON). What is accepted is on the topic, acknowledged by all in-sync replicas. A sale that is refused does not refuse its neighbours. With an `id` in the sale, or an `Idempotency-Key`, a request may be repeated: the sale counts once.',
  headers: z.object({
    'idempotency-key': z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('Makes an id for each sale that has none, from this key and its content'),
  }),
  body: {
    description: 'One sale, or up to 1,000.',
    form: 'ndjson',
    isChecked: false,
    schema: z.union([IncomingSale, z.array(IncomingSale).min(1).max(MAX_SALES)]),
    example: { userId: 'u0016', productId: 'p017', quantity: 1, price: 39.9, id: 'order-77-line-1' },
  },
  replies: {
    200: {
      description: 'All are accepted',
      schema: SalesResult,
      example: { accepted: 1, refused: 0, sales: [ACCEPTED] },
    },
    207: {
      description: 'Some are accepted, others refused',
      schema: SalesResult,
      example: { accepted: 1, refused: 1, sales: [ACCEPTED, REFUSED] },
    },
    422: {
      description: 'All are refused',
      schema: SalesResult,
      example: { accepted: 0, refused: 1, sales: [REFUSED] },
    },
  },
});
