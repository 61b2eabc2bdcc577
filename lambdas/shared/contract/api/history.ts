import * as z from 'zod';
import { AnsweringRun, Millis, Name, ProductId, UserId } from './fields.ts';
import { operation } from './operation.ts';
import { Missing } from './recommendations.ts';

const Line = {
  product: ProductId,
  name: Name.optional(),
  quantity: z.number().describe('Units; negative for a return'),
  atMs: Millis.describe('When it was bought, epoch ms'),
  price: z.number().optional(),
};

const History = z
  .strictObject({
    user: UserId,
    run: AnsweringRun.nullable(),
    missing: Missing,
    stored: z
      .strictObject({
        lines: z.int().min(0).describe('Number of lines that the run knows'),
        newest: z.array(z.strictObject(Line)).describe('The newest of them, newest first'),
      })
      .describe('What the run knows of the user'),
    recent: z
      .strictObject({
        lines: z.int().min(0).describe('Number of sales since'),
        newest: z
          .array(
            z.strictObject({
              ...Line,
              type: z.string(),
              orderId: z.string().optional().describe('Absent if ids are keyed (`privacy.userIds`)'),
              id: z.string().optional().describe("The sale's own id; absent if ids are keyed"),
            }),
          )
          .describe('The newest of them, newest first'),
      })
      .describe('Sales that the run does not know'),
  })
  .meta({ id: 'History' });
export type History = z.output<typeof History>;

export const history = operation({
  summary: 'What is known of a user',
  description:
    'The purchases and returns that the run knows, and the sales since, apart. An unknown user has an empty history.',
  params: z.object({ user: UserId }),
  query: z.object({
    n: z.int().min(1).max(1000).default(100).describe('Number of lines of each part at most'),
  }),
  example: { user: 'u0016', n: 2 },
  replies: {
    200: {
      description: 'The history',
      schema: History,
      example: {
        user: 'u0016',
        run: { run: 2, newestSaleMs: 1_782_820_800_000 },
        missing: [],
        stored: {
          lines: 60,
          newest: [{ product: 'p003', name: 'Desk', quantity: 1, atMs: 1_782_700_000_000, price: 120 }],
        },
        recent: {
          lines: 1,
          newest: [
            { product: 'p017', name: 'Desk lamp', quantity: 1, atMs: 1_782_820_923_000, type: 'purchase' },
          ],
        },
      },
    },
  },
});
