import type { ErasedObject } from '../shared/contract/erasure.ts';
import { manifestKey, PREFIX } from '../shared/contract/keys.ts';
import { Manifest } from '../shared/contract/schemas.ts';
import { parseJson } from '../shared/platform/lake.ts';
import type { History } from './bucket.ts';
import { drawnKinds } from './drawn.ts';
import { type ErasedHistory, eraseObject, NOTHING, UnreadableObject } from './erase-object.ts';
import { faultOf } from './fault.ts';
import { type FileKind, type Forgotten, type RunContext, UNCHANGED } from './files/kind.ts';
import { inOrder, updateManifest } from './files/manifest.ts';
import { type ErasureUsers, forgottenByRun } from './forgotten.ts';
import { type Notes, openNotes, readNotes } from './notes.ts';
import type { WorkerParts } from './parts.ts';
import type { Work } from './progress.ts';
import { changesOf, knownThroughOf, runContext, runOfKey } from './run-of.ts';
import { groupOf, inParts, PERSONAL_PREFIXES, type Unit, unitsOf } from './units.ts';

/** What is made of the files of runs, and so is changed after them. */
const AFTER_RUNS: readonly string[] = [PREFIX.manifests, PREFIX.charts];
const NO_CHANGES: ReadonlyMap<number, readonly ErasedObject[]> = new Map();
/** Objects that are read at the same time. */
const AT_ONCE = 8;

/**
 * Passes over the bucket, from where the work is: rewrites what holds the users, notes it, and removes the old versions.
 *
 * @returns false if the time is over before the end.
 */
export async function passOver(
  work: Work,
  erasures: readonly ErasureUsers[],
  parts: WorkerParts,
): Promise<boolean> {
  const shared = {
    newest: Math.max(...erasures.map(({ erasure }) => erasure)),
    notes: await openNotes(parts.lake),
    knownThrough: knownThroughOf(parts.lake),
    forgotten: forgottenByRun(erasures),
    parts,
  };
  const from = Math.max(0, PERSONAL_PREFIXES.indexOf(work.at.prefix));
  for (const [index, prefix] of PERSONAL_PREFIXES.slice(from).entries()) {
    const changes = AFTER_RUNS.includes(prefix) ? await changesByRun(parts) : NO_CHANGES;
    for await (const unit of unitsOf(parts.bucket, prefix, index === 0 ? work.at.after : '')) {
      if (parts.isLate() || !(await eraseUnit(unit, work, { ...shared, changes }))) return false;
    }
  }
  return true;
}

interface Pass {
  /** Number of the newest erasure. */
  readonly newest: number;
  readonly notes: Notes;
  readonly knownThrough: (run: number) => Promise<number>;
  readonly forgotten: (knownThrough: number) => Forgotten;
  /** Of files of runs, by run. */
  readonly changes: ReadonlyMap<number, readonly ErasedObject[]>;
  readonly parts: WorkerParts;
}

/** @returns false if the time is over before the end. */
async function eraseUnit(unit: Unit, work: Work, pass: Pass): Promise<boolean> {
  const { storedFromMs, readsAllRuns } = work.at;
  const fromMs = readsAllRuns && unit.prefix === PREFIX.runs ? 0 : storedFromMs;
  const found = unit.histories.filter(({ versions }) =>
    versions.some(({ storedAtMs }) => storedAtMs >= fromMs),
  );
  const context = found.length > 0 ? await contextOf(unit, pass) : NO_CONTEXT;
  return inParts(unit, ordered(found, context.group), {
    ...{ work, isLate: pass.parts.isLate },
    task: async (part) => ({ isClean: (await erasePart(part, context, pass)) && work.at.isClean }),
  });
}

/** @returns Whether nothing was changed, and no other writer was in the way. */
async function erasePart(part: readonly History[], context: Context, pass: Pass): Promise<boolean> {
  const results: ErasedHistory[] = [];
  for (const some of batchesOf(part, context))
    results.push(...(await Promise.all(some.map((history) => eraseHistory(history, context, pass)))));
  const lines = results.flatMap(({ lines: own }) => own);
  await pass.notes.add(lines);
  for (const { key, versionId } of results.flatMap(({ removals }) => removals))
    await pass.parts.bucket.removeVersion(key, versionId);
  const erased = lines.filter(({ action }) => action !== 'kept').length;
  if (erased > 0) pass.parts.log.measure({ ObjectsErased: erased });
  return erased === 0 && results.every(({ lostRace }) => !lostRace);
}

/** What the objects of a unit have in common. */
interface Context {
  /** The prefix of an attempt, or of the charts of a run. */
  readonly group: string | undefined;
  readonly run: RunContext | undefined;
  /** Pictures and pages that were drawn again, by key. */
  readonly drawn: ReadonlyMap<string, FileKind>;
}

const NO_CONTEXT: Context = { group: undefined, run: undefined, drawn: new Map() };

async function contextOf({ histories, last }: Unit, { changes, parts }: Pass): Promise<Context> {
  const group = groupOf(last);
  const number = runOfKey(last)?.run;
  if (group === undefined || number === undefined) return { ...NO_CONTEXT, group };
  if (group.startsWith(PREFIX.runs)) {
    const run = await runContext(parts.lake, parts.bucket, { prefix: group, histories });
    return { group, run, drawn: new Map() };
  }
  const ofRun = changes.get(number) ?? [];
  return { group, run: undefined, drawn: await drawnKinds(number, histories, { changes: ofRun, parts }) };
}

/** Files of a run may be rewritten by others of it, so they are done one after the other. */
function* batchesOf(histories: readonly History[], { group }: Context): Generator<readonly History[]> {
  const size = group === undefined ? AT_ONCE : 1;
  for (let at = 0; at < histories.length; at += size) yield histories.slice(at, at + size);
}

function ordered(histories: readonly History[], group: string | undefined): readonly History[] {
  if (group === undefined) return histories;
  const named = histories.map((history) => ({ history, name: history.key.slice(group.length) }));
  return inOrder(named).map(({ history }) => history);
}

async function eraseHistory(history: History, { run, drawn }: Context, pass: Pass): Promise<ErasedHistory> {
  const { bucket, log } = pass.parts;
  const number = runOfKey(history.key)?.run;
  const kind =
    drawn.get(history.key) ?? manifestKind(history.key, number, pass) ?? pass.parts.kindOf(history.key);
  if (!kind || (kind.holds === undefined && kind.name !== MANIFEST)) return NOTHING;
  const known = number === undefined ? 0 : await pass.knownThrough(number);
  try {
    return await eraseObject(history, { bucket, kind, forgotten: pass.forgotten(known), run });
  } catch (error) {
    if (!(error instanceof UnreadableObject)) throw error;
    // The work continues with the others. The search at the end reports the object.
    log.error('Cannot remove users from an object', { object: history.key, fault: faultOf(error.cause) });
    return NOTHING;
  }
}

const MANIFEST = 'manifest';

/** A manifest names no user; its description of the files is made to fit them. */
function manifestKind(key: string, run: number | undefined, { changes, newest }: Pass): FileKind | undefined {
  if (run === undefined || key !== manifestKey(run)) return undefined;
  const ofRun = changes.get(run);
  if (!ofRun) return undefined;
  return {
    name: MANIFEST,
    holds: undefined,
    matches: (other) => other === key,
    rows: () => 1,
    rewrite(bytes) {
      const before = Buffer.from(bytes).toString();
      const after = updateManifest(before, newest, changesOf(parseJson(before, key, Manifest), ofRun));
      return after === before ? UNCHANGED : { changed: true, bytes: Buffer.from(after), removedRows: 1 };
    },
  };
}

/** Files of runs that were changed or deleted so far. */
async function changesByRun({ lake }: WorkerParts): Promise<ReadonlyMap<number, readonly ErasedObject[]>> {
  const changed = (await readNotes(lake)).filter(
    ({ key, action }) => key.startsWith(PREFIX.runs) && (action === 'changed' || action === 'deleted'),
  );
  return Map.groupBy(changed, ({ key }) => runOfKey(key)?.run ?? 0);
}
