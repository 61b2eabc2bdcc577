import { manifestKey, publicationKey } from '../shared/contract/keys.ts';
import { Manifest, Publication } from '../shared/contract/schemas.ts';
import { type Lake, readJson } from '../shared/platform/lake.ts';
import { readPublications } from '../shared/platform/publications.ts';
import type { RunOutcome } from './charts/chart.ts';

/** The largest number of decided runs on a page and in its pictures. */
export const SHOWN_RUNS = 50;

/** @returns The run that a publication decides; undefined if there is no such publication. */
export const readDecidedRun = async (lake: Lake, publication: number): Promise<number | undefined> =>
  (await readJson(lake, publicationKey(publication), Publication))?.run;

/** The newest run up to which every run is decided, including those that were passed over; 0 before the first decision. */
export async function decidedThrough(lake: Lake): Promise<number> {
  for await (const newest of readPublications(lake)) return newest.decidedThrough;
  return 0;
}

/**
 * Reads the decisions as they were when a run was decided. Later decisions are left out, so that the page of a run is
 * always the same.
 *
 * @returns At most {@link SHOWN_RUNS}, oldest first, without earlier runs whose manifest cannot be read. The run itself is
 *   the last; it has no decision if there was none, or if a newer run was decided before it was ready.
 */
export async function readOutcomes(lake: Lake, manifest: Manifest): Promise<RunOutcome[]> {
  const { run } = manifest;
  const found = await publicationsUpTo(lake, run);
  const own = found.find((publication) => publication.run === run);
  const earlier = found.filter((publication) => publication.run < run).slice(0, SHOWN_RUNS - 1);
  const outcomes = await Promise.all(earlier.reverse().map((publication) => withManifest(lake, publication)));
  return [...outcomes.flatMap((one) => one ?? []), outcomeOf(manifest, own)];
}

/** Newest first. */
async function publicationsUpTo(lake: Lake, run: number): Promise<Publication[]> {
  const found: Publication[] = [];
  for await (const publication of readPublications(lake)) {
    if (publication.run <= run) found.push(publication);
    if (found.length === SHOWN_RUNS) break;
  }
  return found;
}

const outcomeOf = (
  { run, asOfMs, quality, gate, afterwards }: Manifest,
  publication: Publication | undefined,
): RunOutcome => ({
  run,
  asOfMs,
  quality,
  gate,
  afterwards,
  decision: publication?.decision ?? null,
  reason: publication?.reason ?? null,
});

async function withManifest(lake: Lake, publication: Publication): Promise<RunOutcome | undefined> {
  // Publish could not read its manifest either.
  if (!publication.numbers) return undefined;
  const manifest = await readJson(lake, manifestKey(publication.run), Manifest).catch((error: unknown) => {
    // A malformed run must not prevent the pages of other runs.
    if (error instanceof TypeError) return undefined;
    throw error;
  });
  return manifest && outcomeOf(manifest, publication);
}
