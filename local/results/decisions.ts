import type { Publication } from '../../lambdas/shared/contract/schemas.ts';
import type { Lake } from '../../lambdas/shared/platform/lake.ts';
import { listPublications } from '../../lambdas/shared/platform/publications.ts';

/** Reads the decisions of publish, oldest first; empty before the first one. */
export const readDecisions = async (lake: Lake): Promise<Publication[]> =>
  (await listPublications(lake)).reverse();

/** Finds the last decision on a run; undefined before it is made. */
export const decisionOn = (run: number, decisions: readonly Publication[]): Publication | undefined =>
  decisions.findLast((decision) => decision.run === run);
