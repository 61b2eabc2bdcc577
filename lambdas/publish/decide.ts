import type { Current, Manifest, Publication } from '../shared/contract/schemas.ts';
import { judge } from './gate.ts';

/** What is decided about: a run, or the fact that its manifest cannot be read. */
export type Candidate =
  | { readonly run: number; readonly manifest: Manifest }
  | { readonly run: number; readonly manifest: undefined; readonly problem: string };

/**
 * Decides one run, by the gate if its manifest can be read.
 *
 * @param current What is served now; undefined before the first decision.
 */
export function decide(candidate: Candidate, current: Current | undefined): Publication {
  const served = current?.run ?? null;
  const base = {
    publication: (current?.publication ?? 0) + 1,
    run: candidate.run,
    previous: served,
    decidedThrough: candidate.run,
  };
  if (!candidate.manifest)
    return { ...base, decision: 'refused', reason: candidate.problem, numbers: null, served };
  const { asOfMs, inputs, counts, quality, gate } = candidate.manifest;
  const verdict = judge(candidate.manifest, served);
  return {
    ...base,
    ...verdict,
    numbers: {
      asOfMs,
      interactions: inputs.interactions,
      users: counts.users,
      products: counts.products,
      quality,
      gate,
    },
    served: verdict.decision === 'promoted' ? candidate.run : served,
  };
}

/**
 * What `current.json` says after a decision.
 *
 * @param current What it says before. That may be another run than the decision saw, for somebody may have rolled back
 *   between the decision and this; a refusal leaves it.
 */
export const currentAfter = (
  { publication, run, decision, decidedThrough }: Publication,
  current: Current | undefined,
): Current => {
  const [before, beforeThat] = [current?.run ?? null, current?.previous ?? null];
  return decision === 'promoted'
    ? { publication, run, previous: before, decidedThrough }
    : { publication, run: before, previous: beforeThat, decidedThrough };
};
