import { gunzipSync } from 'node:zlib';
import type { ErasedObject, Progress } from '../shared/contract/erasure.ts';
import { PREFIX } from '../shared/contract/keys.ts';
import type { Log } from '../shared/platform/log.ts';
import type { History, Version } from './bucket.ts';
import { factsOf } from './erase-object.ts';
import { faultOf } from './fault.ts';
import type { FileKind, Forgotten, RunContext, Source } from './files/kind.ts';
import { CLOCKS_MS } from './first-progress.ts';
import { type ErasureUsers, forgottenByRun } from './forgotten.ts';
import type { KindOf } from './kinds.ts';
import { type Mentions, mentionsOf } from './mentions.ts';
import { readNotes } from './notes.ts';
import type { WorkerParts } from './parts.ts';
import type { Work } from './progress.ts';
import { knownThroughOf, runContext, runOfKey } from './run-of.ts';
import { groupOf, inParts, type Unit, unitsOf } from './units.ts';

/** Most keys that the result lists. */
const MOST_KEYS = 100;
const AT_ONCE = 8;

/**
 * Searches everything for the users: all prefixes, all versions, decoded. Objects with columns are searched by column, so that a product
 * with the id of a user is not found; text is also searched by words, and an object that has such a word is only possible.
 *
 * @returns false if the time is over before the end.
 */
export async function scanAll(
  work: Work,
  erasures: readonly ErasureUsers[],
  parts: WorkerParts,
): Promise<boolean> {
  const search: Search = {
    forgotten: forgottenByRun(erasures),
    mentions: mentionsOf(erasures.flatMap(({ users }) => [...users])),
    knownThrough: knownThroughOf(parts.lake),
    newest: Math.max(...erasures.map(({ erasure }) => erasure)),
    isNewlyDrawn: drawnByOthers(await readNotes(parts.lake), parts.kindOf),
    parts,
  };
  for await (const unit of unitsOf(parts.bucket, '', work.at.after)) {
    if (parts.isLate()) return false;
    const run = await runOf(unit, parts);
    // Requests hold the users until the work is done, and are deleted last.
    const histories = unit.histories.filter(({ key }) => !key.startsWith(PREFIX.erasures));
    const task = (part: readonly History[]) => scanPart(part, { run, at: work.at, search });
    if (!(await inParts(unit, histories, { work, isLate: parts.isLate, task }))) return false;
  }
  return true;
}

interface Search {
  readonly forgotten: (knownThrough: number) => Forgotten;
  readonly mentions: Mentions;
  readonly knownThrough: (run: number) => Promise<number>;
  readonly newest: number;
  readonly isNewlyDrawn: (key: string, bytes: Uint8Array) => boolean;
  readonly parts: WorkerParts;
}

/**
 * Pictures and pages show users that no search finds in them. Those of a run whose files were changed may have been drawn from the files
 * as they were, unless this work has compared or drawn them.
 */
function drawnByOthers(notes: readonly ErasedObject[], kindOf: KindOf): Search['isNewlyDrawn'] {
  const runs = new Set(
    notes.flatMap(({ key, action }) =>
      key.startsWith(PREFIX.runs) && action !== 'kept' ? [runOfKey(key)?.run] : [],
    ),
  );
  const present = notes.filter(({ action }) => action === 'kept' || action === 'changed');
  const own = new Set(present.map(({ key, before, after }) => `${(after ?? before).sha256} ${key}`));
  return (key, bytes) =>
    kindOf(key)?.isDrawn === true &&
    runs.has(runOfKey(key)?.run) &&
    !own.has(`${factsOf(bytes).sha256} ${key}`);
}

async function runOf(
  { last, histories }: Unit,
  { lake, bucket }: WorkerParts,
): Promise<RunContext | undefined> {
  const group = groupOf(last);
  return group?.startsWith(PREFIX.runs) ? runContext(lake, bucket, { prefix: group, histories }) : undefined;
}

async function scanPart(
  part: readonly History[],
  {
    run,
    at: before,
    search,
  }: { readonly run: RunContext | undefined; readonly at: Progress; readonly search: Search },
): Promise<Pick<Progress, 'scan' | 'foundNew'>> {
  const scan = { ...before.scan, found: [...before.scan.found], possible: [...before.scan.possible] };
  let { foundNew } = before;
  const versions = part.flatMap((history) => history.versions.filter(({ isMarker }) => !isMarker));
  for (let at = 0; at < versions.length; at += AT_ONCE) {
    const some = versions.slice(at, at + AT_ONCE);
    const results = await Promise.all(some.map((version) => scanVersion(version, run, search)));
    for (const [index, result] of results.entries()) {
      const version = some[index];
      if (!version) continue;
      // A pass reads objects from this moment on.
      if (result === 'found' || result === 'drawn')
        foundNew ||= version.storedAtMs >= before.passAtMs - CLOCKS_MS;
      if (version.isLatest) scan.objects++;
      else scan.versions++;
      const keys = result === 'found' ? scan.found : result === 'possible' ? scan.possible : undefined;
      if (keys && keys.length < MOST_KEYS && !keys.includes(version.key)) keys.push(version.key);
    }
  }
  return { scan, foundNew };
}

async function scanVersion(
  { key, versionId }: Version,
  run: RunContext | undefined,
  { forgotten, mentions, knownThrough, newest, isNewlyDrawn, parts: { bucket, kindOf, log } }: Search,
): Promise<'none' | 'drawn' | 'possible' | 'found'> {
  const content = await bucket.content(key, versionId);
  if (!content) return 'none';
  if (isNewlyDrawn(key, content.bytes)) return 'drawn';
  const number = runOfKey(key)?.run;
  const known = number === undefined ? 0 : await knownThrough(number);
  const kind = kindOf(key);
  if (kind && (await holdsUser(content.bytes, kind, { key, run, forgotten: forgotten(known), log })))
    return 'found';
  // A run that left the users out can hold them only as new users.
  if (known >= newest) return 'none';
  const text = textOf(content.bytes);
  return text !== undefined && mentions(text) ? 'possible' : 'none';
}

/** An object that its kind cannot read may hold anything, so it counts as found. */
async function holdsUser(
  bytes: Uint8Array,
  kind: FileKind,
  { forgotten, log, ...source }: Source & { readonly forgotten: Forgotten; readonly log: Log },
): Promise<boolean> {
  try {
    return (await kind.rewrite(bytes, forgotten, source)).changed;
  } catch (error) {
    if (error instanceof Error && '$metadata' in error) throw error;
    log.error('Cannot search an object, so it counts as found', {
      object: source.key,
      fault: faultOf(error),
    });
    return true;
  }
}

const GZIP = Buffer.from([0x1f, 0x8b]);

/** @returns undefined if the bytes are not text: Parquet, pictures and such. */
function textOf(bytes: Uint8Array): string | undefined {
  const plain = GZIP.equals(bytes.subarray(0, 2)) ? gunzipSync(bytes) : bytes;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(plain);
  } catch {
    return undefined;
  }
}
