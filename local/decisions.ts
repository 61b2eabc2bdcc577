import { PREFIX, parseNumberedKey, publicationKey } from '../lambdas/shared/keys.ts';
import { type Lake, readJson } from '../lambdas/shared/lake.ts';
import { Publication } from '../lambdas/shared/schemas.ts';

/** What publish decided, oldest first. */
export async function readDecisions(lake: Lake): Promise<Publication[]> {
  const decisions: Publication[] = [];
  for await (const { key } of lake.list(PREFIX.publications)) {
    const number = parseNumberedKey(PREFIX.publications, key);
    const decision =
      number === undefined ? undefined : await readJson(lake, publicationKey(number), Publication);
    if (decision) decisions.push(decision);
  }
  return decisions;
}

/** The decision on a run; undefined before it is made. */
export const decisionOn = (run: number, decisions: readonly Publication[]): Publication | undefined =>
  decisions.findLast((decision) => decision.run === run);
