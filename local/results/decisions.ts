import type { Publication } from '../../lambdas/shared/contract/schemas.ts';
import type { Lake } from '../../lambdas/shared/platform/lake.ts';
import { listPublications } from '../../lambdas/shared/platform/publications.ts';
import { withListNames } from '../../lambdas/shared/web/lists.ts';
import { MAX_SENTENCE, printable } from '../terminal/printable.ts';

/** Reads the decisions of publish, oldest first; empty before the first one. */
export const readDecisions = async (lake: Lake): Promise<Publication[]> =>
  (await listPublications(lake)).reverse();

/** Finds the last decision on a run; undefined before it is made. */
export const decisionOn = (run: number, decisions: readonly Publication[]): Publication | undefined =>
  decisions.findLast((decision) => decision.run === run);

/**
 * Formats what became of a run, with the whole reason if it is not served.
 *
 * @param decision The last decision on it; undefined if there is none.
 */
export function outcomeSentence(
  run: number,
  decision: Pick<Publication, 'decision' | 'reason'> | undefined,
  hasCharts: boolean,
): string {
  const charts = `its charts ${hasCharts ? 'are drawn' : 'could not be drawn'}`;
  return decision?.decision === 'refused'
    ? `Run ${run} is not served, and ${charts}. It is ${printable(withListNames(decision.reason), MAX_SENTENCE)}`
    : `Run ${run} is served, and ${charts}`;
}
