import type { ErasedObject } from '../shared/contract/erasure.ts';
import { manifestKey, numberInKey, PREFIX } from '../shared/contract/keys.ts';
import { Manifest } from '../shared/contract/schemas.ts';
import { parseJson } from '../shared/platform/lake.ts';
import type { History } from './bucket.ts';
import { type ErasedHistory, eraseObject, NOTHING } from './erase-object.ts';
import { type ErasureUsers, erasedByRun } from './erased.ts';
import { type Erased, type FileKind, type RunContext, UNCHANGED } from './files/kind.ts';
import { type FileChange, inOrder, updateManifest } from './files/manifest.ts';
import { type Notes, openNotes, readNotes } from './notes.ts';
import type { Work } from './progress.ts';
import { knownThroughOf, runContext, runOfKey } from './run-of.ts';
import { groupOf, PERSONAL_PREFIXES, type Unit, unitsOf } from './units.ts';
import type { WorkerParts } from './parts.ts';

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
    erased: erasedByRun(erasures),
    parts,
  };
  const from = Math.max(0, PERSONAL_PREFIXES.indexOf(work.at.prefix));
  for (const [index, prefix] of PERSONAL_PREFIXES.slice(from).entries()) {
    const changes = prefix === PREFIX.manifests ? await changesByRun(parts) : undefined;
    for await (const unit of unitsOf(parts.bucket, prefix, index === 0 ? work.at.after : '')) {
      if (parts.isLate()) return false;
      const isUntouched = await eraseUnit(unit, work.at.storedFromMs, { ...shared, changes });
      await work.save({
        prefix,
        after: unit.last,
        done: work.at.done + unit.histories.length,
        isClean: work.at.isClean && isUntouched,
      });
    }
  }
  return true;
}

interface Pass {
  /** Number of the newest erasure. */
  readonly newest: number;
  readonly notes: Notes;
  readonly knownThrough: (run: number) => Promise<number>;
  readonly erased: (knownThrough: number) => Erased;
  /** Of files of runs, for their manifests. */
  readonly changes: ReadonlyMap<number, readonly ErasedObject[]> | undefined;
  readonly parts: WorkerParts;
}

/** @returns Whether nothing was changed, and no other writer was in the way. */
async function eraseUnit(unit: Unit, storedFromMs: number, pass: Pass): Promise<boolean> {
  const { bucket, lake } = pass.parts;
  const isNew = ({ versions }: History): boolean =>
    versions.some(({ storedAtMs }) => storedAtMs >= storedFromMs);
  const found = unit.histories.filter(isNew);
  if (found.length === 0) return true;
  const group = groupOf(unit.last);
  const run = group?.startsWith('runs/')
    ? await runContext(lake, bucket, { prefix: group, histories: unit.histories })
    : undefined;
  const results: ErasedHistory[] = [];
  for (const some of batches(ordered(found, group)))
    results.push(
      ...(await Promise.all(some.map((history) => eraseHistory(history, run, pass)))),
    );
  const lines = results.flatMap(({ lines: own }) => own);
  await pass.notes.add(lines);
  for (const { key, versionId } of results.flatMap(({ removals }) => removals))
    await bucket.removeVersion(key, versionId);
  return lines.every(({ action }) => action === 'kept') && results.every(({ lostRace }) => !lostRace);

  function* batches(histories: readonly History[]): Generator<readonly History[]> {
    // Files of a run may be rewritten by others of it, so they are done one after the other.
    const size = group === undefined ? AT_ONCE : 1;
    for (let at = 0; at < histories.length; at += size) yield histories.slice(at, at + size);
  }
}

function ordered(histories: readonly History[], group: string | undefined): readonly History[] {
  if (group === undefined) return histories;
  const named = histories.map((history) => ({ history, name: history.key.slice(group.length) }));
  return inOrder(named).map(({ history }) => history);
}

async function eraseHistory(history: History, run: RunContext | undefined, pass: Pass): Promise<ErasedHistory> {
  const { bucket, kindOf } = pass.parts;
  const number = runOfKey(history.key)?.run;
  const kind = number !== undefined && history.key === manifestKey(number) ? manifestKind(number, pass) : kindOf(history.key);
  if (!kind || (kind.holds === undefined && kind.name !== MANIFEST)) return NOTHING;
  const known = number === undefined ? 0 : await pass.knownThrough(number);
  return eraseObject(history, { bucket, kind, erased: pass.erased(known), run });
}

const MANIFEST = 'manifest';

/** A manifest names no user; its description of the files is made to fit them. */
function manifestKind(run: number, { changes, newest }: Pass): FileKind | undefined {
  const ofRun = changes?.get(run);
  if (!ofRun) return undefined;
  return {
    name: MANIFEST,
    holds: undefined,
    matches: (key) => key === manifestKey(run),
    rows: () => 1,
    rewrite(bytes) {
      const before = Buffer.from(bytes).toString();
      const after = updateManifest(before, newest, changesOf(parseJson(before, manifestKey(run), Manifest), ofRun));
      return after === before ? UNCHANGED : { changed: true, bytes: Buffer.from(after), removedRows: 1 };
    },
  };
}

/** Chooses the changes of files that the manifest names: other attempts have none. */
function changesOf({ run, attempt, files }: Manifest, changes: readonly ErasedObject[]): FileChange[] {
  const prefix = `${PREFIX.runs}${numberInKey(run)}/${numberInKey(attempt)}/`;
  const named = new Set(files.map(({ name }) => name));
  return changes
    .filter(({ key }) => key.startsWith(prefix))
    .map(({ key, after }) => ({ name: key.slice(prefix.length), after }))
    .filter(({ name }) => named.has(name))
    .map(({ name, after }) => ({ name, after }));
}

/** Files of runs that were changed or deleted so far. */
async function changesByRun({ lake }: WorkerParts): Promise<ReadonlyMap<number, readonly ErasedObject[]>> {
  const changed = (await readNotes(lake)).filter(
    ({ key, action }) => key.startsWith('runs/') && (action === 'changed' || action === 'deleted'),
  );
  return Map.groupBy(changed, ({ key }) => runOfKey(key)?.run ?? 0);
}
