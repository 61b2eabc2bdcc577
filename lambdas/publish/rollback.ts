import type { RequestAnswer } from '../shared/contract/answers.ts';
import { CURRENT_KEY, manifestKey, PREFIX } from '../shared/contract/keys.ts';
import { Current, Manifest, type Publication } from '../shared/contract/schemas.ts';
import { type Lake, parseJson, readJson, toJson } from '../shared/platform/lake.ts';
import { listPublications } from '../shared/platform/publications.ts';
import { type Parts, refreshIndex } from './publish.ts';

/**
 * Serves an earlier run again. It changes the run in `current.json` and not `decidedThrough`, so no sweep undoes it, and the
 * next run is decided as usual.
 *
 * @param to The run to serve. If undefined, the run that was promoted before the served one, so that a second rollback goes
 *   back further.
 * @returns What was done, or why it could not be done, for the person who asked.
 */
export async function rollback(
  { lake, log, explorer }: Parts,
  to: number | undefined,
): Promise<RequestAnswer> {
  const cannot = (message: string): RequestAnswer => {
    log.info(message);
    return { done: false, message };
  };
  const pointer = await lake.read(CURRENT_KEY);
  if (!pointer) return cannot('Cannot roll back: no run is served yet');
  const current = parseJson(pointer.text, CURRENT_KEY, Current);
  const decisions = await listPublications(lake, { newest: current.publication });
  const run = to ?? promotedBefore(current, decisions);
  if (run === undefined) return cannot('Cannot roll back: no run was served before');
  if (run === current.run) return cannot(`Cannot roll back: run ${run} is served already`);
  const problem = await problemOf(lake, run, current);
  if (problem !== undefined) return cannot(`Cannot roll back to run ${run}: ${problem}`);
  const next: Current = { ...current, run, previous: current.run };
  if (!(await lake.replace(CURRENT_KEY, toJson(next), 'application/json', pointer.etag)))
    return cannot(
      'Cannot roll back: current.json changed at the same time; check which run is served now, and try again',
    );
  log.warn(`Rolled back to run ${run}`, { window: run, object: CURRENT_KEY, from: current.run });
  await refreshIndex({ lake, explorer });
  const refused = decisions.some((decision) => decision.run === run && decision.decision === 'refused');
  const although = refused ? ', although the gate had refused it' : '';
  return {
    done: true,
    message: `Run ${run} is served again, instead of run ${current.run ?? 'none'}${although}`,
  };
}

/** Returns the run that was promoted before the served one. @param decisions Newest first. */
function promotedBefore({ run }: Current, decisions: readonly Publication[]): number | undefined {
  const promoted = decisions
    .filter(({ decision }) => decision === 'promoted')
    .map((decision) => decision.run);
  const at = run === null ? -1 : promoted.indexOf(run);
  return promoted.slice(at + 1).find((earlier) => earlier !== run);
}

/** Returns the reason why a run cannot be served; undefined if it can. */
async function problemOf(lake: Lake, run: number, { decidedThrough }: Current): Promise<string | undefined> {
  if (run > decidedThrough) return 'it is not decided yet';
  let manifest: Manifest | undefined;
  try {
    manifest = await readJson(lake, manifestKey(run), Manifest);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return error.message;
  }
  if (!manifest) return `there is no ${manifestKey(run)}`;
  const present = new Set<string>();
  const [first] = manifest.files;
  const folder = first?.key.slice(0, first.key.length - first.name.length) ?? PREFIX.runs;
  for await (const { key } of lake.list(folder)) present.add(key);
  const missing = manifest.files.find(({ key }) => !present.has(key));
  return missing && `its files are incomplete: there is no ${missing.key}`;
}
