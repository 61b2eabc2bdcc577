import {
  CURRENT_KEY,
  INDEX_KEY,
  manifestKey,
  numberInKey,
  PREFIX,
  parseNumberedKey,
  publicationKey,
} from '../shared/contract/keys.ts';
import { Current, Manifest, Publication } from '../shared/contract/schemas.ts';
import { type Lake, parseJson, readJson, toJson } from '../shared/platform/lake.ts';
import type { Log } from '../shared/platform/log.ts';
import { listPublications } from '../shared/platform/publications.ts';
import { type Candidate, currentAfter, decide } from './decide.ts';
import { indexPage } from './index-page.ts';

export interface Parts {
  readonly lake: Lake;
  readonly log: Log;
}

/** Sweeps that may fail on one manifest before the run is refused, so that it cannot block those behind it. */
export const MAX_TRIES = 5;
/** Decisions on the index page. */
const SHOWN_PUBLICATIONS = 100;

/**
 * Decides every finished run that is not decided yet, in order, moves `current.json`, and brings the index page up to
 * date. It ends where it should whatever was done before: a decision that was written but not followed is followed.
 *
 * @param isSweep A sweep counts its failures on a manifest and in the end refuses the run.
 */
export async function publish({ lake, log }: Parts, isSweep: boolean): Promise<void> {
  for (;;) {
    const pointer = await lake.read(CURRENT_KEY);
    const current = pointer && parseJson(pointer.text, CURRENT_KEY, Current);
    const publication =
      (await readNextPublication(lake, current)) ?? (await decideNext({ lake, log }, current, isSweep));
    if (!publication) break;
    const next = toJson(currentAfter(publication, current));
    await lake.replace(CURRENT_KEY, next, 'application/json', pointer?.etag);
  }
  await refreshIndex(lake);
}

/** A decision that stands in the bucket, but that the pointer does not show. */
const readNextPublication = (lake: Lake, current: Current | undefined): Promise<Publication | undefined> =>
  readJson(lake, publicationKey((current?.publication ?? 0) + 1), Publication);

/** Decides the oldest undecided run. @returns undefined if there is none. */
async function decideNext(
  { lake, log }: Parts,
  current: Current | undefined,
  isSweep: boolean,
): Promise<Publication | undefined> {
  const run = await firstUndecided(lake, current?.decidedThrough ?? 0);
  if (run === undefined) return undefined;
  const publication = decide(await readCandidate({ lake, log }, run, isSweep), current);
  const object = publicationKey(publication.publication);
  if (!(await lake.create(object, toJson(publication), 'application/json')))
    return readNextPublication(lake, current);
  if (publication.decision === 'promoted') log.measure({ RunsPublished: 1 });
  log.info(`Run ${run} was ${publication.decision}: ${publication.reason}`, { window: run, object });
  return publication;
}

async function firstUndecided(lake: Lake, decidedThrough: number): Promise<number | undefined> {
  for await (const { key } of lake.list(PREFIX.manifests, manifestKey(decidedThrough))) {
    const run = parseNumberedKey(PREFIX.manifests, key);
    if (run !== undefined) return run;
  }
  return undefined;
}

/**
 * Reads a manifest; one that cannot be read is an error until enough sweeps have failed on it.
 *
 * Tries are counted by objects, for the bucket is the only state.
 */
async function readCandidate({ lake, log }: Parts, run: number, isSweep: boolean): Promise<Candidate> {
  const key = manifestKey(run);
  try {
    const manifest = await readJson(lake, key, Manifest);
    if (!manifest)
      throw new Error(`Cannot read ${key}: it was listed and is gone; manifests are never deleted`);
    if (manifest.run !== run)
      throw new TypeError(`Cannot read ${key}: it is the manifest of run ${manifest.run}`);
    return { run, manifest };
  } catch (error) {
    if (!(error instanceof TypeError) || !isSweep) throw error;
    const tries = `${PREFIX.publications}tries/${numberInKey(run)}/`;
    let count = 0;
    for await (const _ of lake.list(tries)) count += 1;
    if (count < MAX_TRIES) {
      await lake.create(
        `${tries}${numberInKey(count + 1)}.json`,
        toJson({ problem: error.message }),
        'application/json',
      );
      throw error;
    }
    log.error(`Gave up on run ${run} after ${MAX_TRIES} tries`, { window: run, object: key, error });
    return { run, manifest: undefined, problem: `its manifest cannot be read: ${error.message}` };
  }
}

/** The page is a function of the publications, so it is written only when it says something else. */
export async function refreshIndex(lake: Lake): Promise<void> {
  for (;;) {
    const before = await lake.read(INDEX_KEY);
    const current = await readJson(lake, CURRENT_KEY, Current);
    if (!current) return;
    const shown = { newest: current.publication, most: SHOWN_PUBLICATIONS };
    const page = indexPage(current, await listPublications(lake, shown));
    if (before?.text === page) return;
    if (await lake.replace(INDEX_KEY, page, 'text/html; charset=utf-8', before?.etag)) return;
  }
}
