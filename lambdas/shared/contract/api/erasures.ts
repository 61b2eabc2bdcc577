import * as z from 'zod';
import { ErasureReceipt } from '../erasure.ts';
import { Millis, UserId } from './fields.ts';
import { operation } from './operation.ts';

const ErasureNumber = z
  .string()
  .regex(/^[1-9][0-9]{0,8}$/, 'a number from 1')
  .describe('Number of the erasure');

const Receipt = ErasureReceipt.meta({
  id: 'ErasureReceipt',
  description: 'What was looked at, changed and deleted. It has hashes, and no id of a user.',
});

export const ErasureState = z
  .strictObject({
    erasure: z.int().min(1).describe('Number of the erasure'),
    state: z
      .enum(['waiting', 'working', 'finished', 'found'])
      .describe(
        'found: it is finished, but the search at the end still found the user; the operator has an alarm',
      ),
    requestedAtMs: Millis.describe(
      'The moment of the request, epoch ms: later sales are those of a new user',
    ),
    receipt: Receipt.nullable().describe('null while the work is not finished'),
  })
  .meta({ id: 'Erasure' });
export type ErasureState = z.output<typeof ErasureState>;

export const ErasureAccepted = z
  .strictObject({
    erasure: z.int().min(1).describe('Number of the erasure'),
    receipt: z.string().describe('Address of the state and, later, of the receipt'),
  })
  .meta({ id: 'ErasureAccepted' });
export type ErasureAccepted = z.output<typeof ErasureAccepted>;

export const forgetUser = operation({
  summary: 'Forget a user',
  description:
    'Removes the user from everything that is stored, and the sales until now from everything that will be. Answers leave the user out within seconds; the rest takes minutes. The answer is the same whether the user is known or not. Sales after the request are those of a new user, so a repeated request is a further erasure.',
  params: z.object({ user: UserId }),
  example: { user: 'u0016' },
  replies: {
    202: {
      description: 'The request is stored. Location has the address of the receipt',
      schema: ErasureAccepted,
      example: { erasure: 7, receipt: '/v1/erasures/7' },
    },
  },
});

export const erasure = operation({
  summary: 'The state and the receipt of an erasure',
  description:
    'A caller whose token is for one user sees only erasures of that user; all others do not exist for it.',
  params: z.object({ erasure: ErasureNumber }),
  example: { erasure: '7' },
  replies: {
    200: {
      description: 'The state',
      schema: ErasureState,
      example: { erasure: 7, state: 'working', requestedAtMs: 1_782_820_800_000, receipt: null },
    },
  },
});
