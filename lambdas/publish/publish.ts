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
import { readRunCosts, readWaiting } from '../shared/platform/run-costs.ts';
import type { ExplorerSettings } from '../shared/web/explorer-settings.ts';
import { type Candidate, currentAfter, decide } from './decide.ts';

export interface Parts {
  readonly lake: Lake;
  readonly log: Log;
  /** Of the index page; see `indexPage`. */
  readonly explorer?: ExplorerSettings | undefined;
}

/**
 * Number of sweeps that may fail to read a manifest. After that the run is refused, so that it does not block the runs
 * after it.
 */
export const MAX_TRIES = 5;
/** Number of decisions on the index page. */
const SHOWN_PUBLICATIONS = 100;

/**
 * Decides on every finished run that is not decided yet, in order, and updates `current.json` and the index page. It also
 * completes an earlier call that wrote a decision but not `current.json`.
 *
 * @param isSweep Whether to count a failure to read a manifest, and to refuse the run after too many.
 */
export async function publish({ lake, log, explorer }: Parts, isSweep: boolean): Promise<void> {
  for (;;) {
    const pointer = await lake.read(CURRENT_KEY);
    const current = pointer && parseJson(pointer.text, CURRENT_KEY, Current);
    const publication =
      (await readNextPublication(lake, current)) ?? (await decideNext({ lake, log }, current, isSweep));
    if (!publication) break;
    const next = toJson(currentAfter(publication, current));
    await lake.replace(CURRENT_KEY, next, 'application/json', pointer?.etag);
  }
  await refreshIndex({ lake, explorer });
}

/** Reads a decision that an earlier call wrote without updating `current.json`. */
const readNextPublication = (lake: Lake, current: Current | undefined): Promise<Publication | undefined> =>
  readJson(lake, publicationKey((current?.publication ?? 0) + 1), Publication);

/** Decides on the oldest undecided run. @returns undefined if there is none. */
async function decideNext(
  { lake, log }: Parts,
  current: Current | undefined,
  isSweep: boolean,
): Promise<Publication | undefined> {
  const run = await firstUndecided(lake, current?.decidedThrough ?? 0);
  if (run === undefined) return undefined;
  const candidate = await readCandidate({ lake, log }, run, isSweep);
  const publication = decide(candidate, current, await readServed({ lake, log }, current));
  const object = publicationKey(publication.publication);
  if (!(await lake.create(object, toJson(publication), 'application/json')))
    return readNextPublication(lake, current);
  if (publication.decision === 'promoted') log.measure({ RunsPublished: 1 });
  log.info(`Run ${run} was ${publication.decision}: ${publication.reason}`, { window: run, object });
  return publication;
}

/** Reads the manifest of the served run; undefined if there is none that can be read, so that the next run is still decided. */
async function readServed({ lake, log }: Parts, current: Current | undefined): Promise<Manifest | undefined> {
  if (!current?.run) return undefined;
  const key = manifestKey(current.run);
  try {
    return await readJson(lake, key, Manifest);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    log.warn('Cannot read the manifest of the served run, so what a run adds to it is not known', {
      object: key,
      error,
    });
    return undefined;
  }
}

async function firstUndecided(lake: Lake, decidedThrough: number): Promise<number | undefined> {
  for await (const { key } of lake.list(PREFIX.manifests, manifestKey(decidedThrough))) {
    const run = parseNumberedKey(PREFIX.manifests, key);
    if (run !== undefined) return run;
  }
  return undefined;
}

/**
 * Reads the manifest of a run. Failures are counted by objects, because the bucket is the only state.
 *
 * @returns The manifest, or the reason why it cannot be read, after too many failures.
 * @throws {TypeError} If the manifest cannot be read, before that.
 */
async function readCandidate({ lake, log }: Parts, run: number, isSweep: boolean): Promise<Candidate> {
  const key = manifestKey(run);
  try {
    const manifest = await readJson(lake, key, Manifest);
    if (!manifest)
      throw new Error(`Cannot read ${key}: it was listed but does not exist; manifests are never deleted`);
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
    log.error(`Refused run ${run}, because its manifest could not be read in ${MAX_TRIES} sweeps`, {
      window: run,
      object: key,
      error,
    });
    return { run, manifest: undefined, problem: `its manifest cannot be read: ${error.message}` };
  }
}

/**
 * Updates the index page. The page depends on the publications, the receipts and the settings alone, so it is written only if
 * its text changes.
 */
export async function refreshIndex({ lake, explorer }: Pick<Parts, 'lake' | 'explorer'>): Promise<void> {
  // A separate part of the bundle, because it contains the charts' titles: the decision does not wait until it is loaded.
  const { indexPage } = await import('./index-page.ts');
  for (;;) {
    const before = await lake.read(INDEX_KEY);
    const current = await readJson(lake, CURRENT_KEY, Current);
    if (!current) return;
    const shown = { newest: current.publication, most: SHOWN_PUBLICATIONS };
    const page = indexPage(current, await listPublications(lake, shown), {
      explorer,
      runs: await readRunCosts(lake),
      waiting: await readWaiting(lake),
    });
    if (before?.text === page) return;
    if (await lake.replace(INDEX_KEY, page, 'text/html; charset=utf-8', before?.etag)) return;
  }
}
