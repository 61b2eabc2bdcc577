import * as z from 'zod';
import { type RequestParts, readErasure, requestErasure } from '../erasures/request.ts';
import {
  type ErasureForecast,
  type ErasureReceipt,
  MOST_FORGOTTEN_USERS,
  PROGRESS_KEY,
  Progress,
} from '../shared/contract/erasure.ts';
import { readJson } from '../shared/platform/lake.ts';
import { forecastErasure } from './forecast.ts';
import type { WorkerParts } from './parts.ts';

/** The requests of `npm run forget`, which needs the permission to invoke this function. */
export const DirectRequest = z.union([
  z.strictObject({
    forget: z.strictObject({
      users: z.array(z.string().min(1).max(256)).min(1).max(MOST_FORGOTTEN_USERS),
      /** Only estimates. */
      dryRun: z.boolean().default(false),
      /** The caller, for the receipt. */
      requestedBy: z.string().min(1).max(2048).default('a direct invocation'),
    }),
  }),
  z.strictObject({ erasure: z.int().min(1) }),
]);
export type DirectRequest = z.output<typeof DirectRequest>;

/** The number of an erasure, the progress of the worker, and the receipt when it is finished. */
export interface DirectAnswer {
  readonly erasure: number;
  readonly progress: Pick<Progress, 'step' | 'pass' | 'done' | 'total'> | null;
  readonly receipt: ErasureReceipt | null;
}

/**
 * Answers a request of a person: estimates, takes users, or shows the progress of an erasure.
 *
 * @throws {Error} If there is no erasure of the number.
 */
export async function answerDirect(
  request: DirectRequest,
  parts: WorkerParts & RequestParts,
): Promise<DirectAnswer | ErasureForecast> {
  if ('forget' in request) {
    const { users, dryRun, requestedBy } = request.forget;
    if (dryRun) return forecastErasure(new Set(users).size, parts);
    // Lambda does not pass on its caller. CloudTrail has the caller by this request, if it records the events of the function.
    const asker = `${requestedBy} (stated by the caller of the function, Lambda request ${parts.holder})`;
    return { erasure: await requestErasure(users, asker, parts), progress: null, receipt: null };
  }
  const { erasure } = request;
  const outcome = await readErasure(parts.lake, erasure);
  if (!outcome) throw new Error(`Cannot show erasure ${erasure}: there is none of this number`);
  const progress = await readJson(parts.lake, PROGRESS_KEY, Progress);
  return {
    erasure,
    receipt: outcome.receipt ?? null,
    progress: progress?.erasures.includes(erasure)
      ? { step: progress.step, pass: progress.pass, done: progress.done, total: progress.total }
      : null,
  };
}
