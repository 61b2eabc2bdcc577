import type { Current, Manifest, Publication } from '../shared/contract/schemas.ts';
import { addedBy } from './added.ts';
import { evaluateGate } from './gate.ts';

/** A run to decide on, with its manifest, or with the reason why the manifest cannot be read. */
export type Candidate =
  | { readonly run: number; readonly manifest: Manifest }
  | { readonly run: number; readonly manifest: undefined; readonly problem: string };

/**
 * Decides on a run: by the gate, or refused if its manifest cannot be read.
 *
 * @param current The content of `current.json`; undefined before the first decision.
 * @param servedManifest The manifest of the served run; undefined if no run is served, or if it cannot be read.
 */
export function decide(
  candidate: Candidate,
  current: Current | undefined,
  servedManifest?: Manifest,
): Publication {
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
  const added = servedManifest ? addedBy(candidate.manifest, servedManifest) : null;
  const result = evaluateGate(candidate.manifest, served, added);
  return {
    ...base,
    ...result,
    numbers: {
      asOfMs,
      interactions: inputs.interactions,
      users: counts.users,
      products: counts.products,
      quality,
      gate,
      added,
    },
    served: result.decision === 'promoted' ? candidate.run : served,
  };
}

/**
 * Returns the content of `current.json` after a decision.
 *
 * @param current The content before. Its run may differ from the one in the decision, because a person may have rolled back
 *   since; a refusal does not change the run.
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
