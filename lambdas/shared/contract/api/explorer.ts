import * as z from 'zod';
import { ExplorerUser } from '../explorer.ts';
import { AnsweringRun, Name, ProductId, UserId } from './fields.ts';
import { operation } from './operation.ts';

const ExplorerEntry = z
  .strictObject({
    user: UserId,
    run: AnsweringRun,
    ...ExplorerUser.shape,
    names: z
      .array(z.strictObject({ product: ProductId, name: Name }))
      .describe('Names of the products above that have one'),
  })
  .meta({ id: 'ExplorerEntry' });
export type ExplorerEntry = z.output<typeof ExplorerEntry>;

export const explorer = operation({
  summary: 'What the explorer shows of a user',
  description:
    'The purchases and both lists of a user in the served run, each recommendation with the purchases that explain it. Pages ask for it where the files of a run have pseudonyms in place of the ids of users. A user that the run does not know is a 404.',
  params: z.object({ user: UserId }),
  example: { user: 'u0016' },
  replies: {
    200: {
      description: 'The entry of the user',
      schema: ExplorerEntry,
      example: {
        user: 'u0016',
        run: { run: 2, newestSaleMs: 1_782_820_800_000 },
        products: 1,
        history: [{ product: 'p003', times: 2, lastMs: 1_782_700_000_000 }],
        any: [{ product: 'p017', because: [{ product: 'p003', share: 0.62 }] }],
        new: [{ product: 'p017', because: [{ product: 'p003', share: 0.62 }] }],
        names: [
          { product: 'p003', name: 'Desk' },
          { product: 'p017', name: 'Desk lamp' },
        ],
      },
    },
  },
});
