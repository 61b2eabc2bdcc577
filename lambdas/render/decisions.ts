import { manifestKey, PREFIX, parseNumberedKey, publicationKey } from '../shared/keys.ts';
import { type Lake, readJson } from '../shared/lake.ts';
import type { Afterwards, Gate, Quality } from '../shared/quality.ts';
import { Manifest, Publication } from '../shared/schemas.ts';

/** A run with what was decided about it, and by which numbers. */
export interface DecidedRun {
  readonly run: number;
  /** Moment of the newest sale in the data, epoch ms. */
  readonly asOfMs: number;
  readonly quality: Quality;
  readonly gate: Gate | null;
  readonly afterwards: Afterwards | null;
  readonly decision: Publication['decision'];
  readonly reason: string;
}

/** Decided runs on a page and in its pictures. */
export const SHOWN_RUNS = 50;

/** @returns the run that a publication decides; undefined if there is no such publication */
export const readDecidedRun = async (lake: Lake, publication: number): Promise<number | undefined> =>
  (await readJson(lake, publicationKey(publication), Publication))?.run;

/** Runs up to here are decided, those that were passed over too; 0 before the first decision. */
export async function decidedThrough(lake: Lake): Promise<number> {
  const newest = (await publicationNumbers(lake)).at(-1);
  const publication =
    newest === undefined ? undefined : await readJson(lake, publicationKey(newest), Publication);
  return publication?.decidedThrough ?? 0;
}

/**
 * The decisions as they stood when a run was decided; what was decided later changes nothing, so that its page is
 * always the same.
 *
 * @returns at most {@link SHOWN_RUNS}, oldest first, without runs whose manifest cannot be read. The run itself is the
 *   last, unless it is not decided, or a newer one was decided before it was ready.
 */
export async function readDecisions(lake: Lake, run: number): Promise<DecidedRun[]> {
  const numbers = await publicationNumbers(lake);
  const found: Publication[] = [];
  for (let number = numbers.pop(); number !== undefined; number = numbers.pop()) {
    const publication = await readJson(lake, publicationKey(number), Publication);
    if (publication && publication.run <= run) found.push(publication);
    if (found.length === SHOWN_RUNS) break;
  }
  const decided = await Promise.all(found.reverse().map((publication) => withManifest(lake, publication)));
  return decided.flatMap((one) => one ?? []);
}

async function withManifest(
  lake: Lake,
  { run, decision, reason, numbers }: Publication,
): Promise<DecidedRun | undefined> {
  // Publish could not read it, so nobody can.
  if (!numbers) return undefined;
  const manifest = await readJson(lake, manifestKey(run), Manifest).catch((error: unknown) => {
    // A run that is not what it should be holds up its own page, not those of the others.
    if (error instanceof TypeError) return undefined;
    throw error;
  });
  if (!manifest) return undefined;
  const { asOfMs, quality, gate, afterwards } = manifest;
  return { run, asOfMs, quality, gate, afterwards, decision, reason };
}

/** Ascending. */
async function publicationNumbers(lake: Lake): Promise<number[]> {
  const numbers: number[] = [];
  for await (const { key } of lake.list(PREFIX.publications)) {
    const number = parseNumberedKey(PREFIX.publications, key);
    if (number !== undefined) numbers.push(number);
  }
  return numbers;
}
