import type { ErasedObject } from '../shared/contract/erasure.ts';
import { manifestKey } from '../shared/contract/keys.ts';
import { Manifest } from '../shared/contract/schemas.ts';
import { parseJson, toJson } from '../shared/platform/lake.ts';
import type { History } from './bucket.ts';
import { type ErasedHistory, eraseObject } from './erase-object.ts';
import { type ErasureUsers, erasedByRun } from './erased.ts';
import type { Erased, FileKind, RunContext } from './files/kind.ts';
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
    erasures,
    notes: await openNotes(parts.lake),
    knownThrough: knownThroughOf(parts.lake),
    erased: erasedByRun(erasures),
    parts,
  };
  const from = Math.max(0, PERSONAL_PREFIXES.indexOf(work.at.prefix));
  for (const [index, prefix] of PERSONAL_PREFIXES.slice(from).entries()) {
    const changes = prefix === 'manifests/' ? await changesByRun(parts) : undefined;
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
  readonly erasures: readonly ErasureUsers[];
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
  for (const some of batches(inOrder(found, group, pass)))
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

function inOrder(histories: readonly History[], group: string | undefined, { parts: { kinds } }: Pass): readonly History[] {
  if (group === undefined) return histories;
  const byName = new Map(histories.map((history) => [history.key.slice(group.length), history]));
  return kinds.inOrder([...byName.keys()]).flatMap((name) => byName.get(name) ?? []);
}

async function eraseHistory(history: History, run: RunContext | undefined, pass: Pass): Promise<ErasedHistory> {
  const { bucket, kinds } = pass.parts;
  const number = runOfKey(history.key)?.run;
  const kind = number !== undefined && history.key === manifestKey(number) ? manifestKind(number, pass) : kinds.kindOf(history.key);
  if (!kind) return { lines: [], removals: [], lostRace: false };
  const known = number === undefined ? 0 : await pass.knownThrough(number);
  return eraseObject(history, { bucket, kind, erased: pass.erased(known), run });
}

/** A manifest names no user; its description of the files is made to fit them. */
function manifestKind(run: number, { changes, erasures, parts: { kinds } }: Pass): FileKind | undefined {
  const ofRun = changes?.get(run);
  if (!ofRun) return undefined;
  const newest = Math.max(...erasures.map(({ erasure }) => erasure));
  return {
    name: 'manifest',
    holds: undefined,
    matches: (key) => key === manifestKey(run),
    rows: () => 1,
    rewrite(bytes) {
      const text = Buffer.from(bytes).toString();
      const manifest = parseJson(text, manifestKey(run), Manifest);
      const revised = kinds.reviseManifest(manifest, newest, ofRun);
      if (revised === manifest) return { changed: false };
      return { changed: true, bytes: Buffer.from(toJson(revised)), removedRows: 1 };
    },
  };
}

/** Files of runs that were changed or deleted so far. */
async function changesByRun({ lake }: WorkerParts): Promise<ReadonlyMap<number, readonly ErasedObject[]>> {
  const changed = (await readNotes(lake)).filter(
    ({ key, action }) => key.startsWith('runs/') && (action === 'changed' || action === 'deleted'),
  );
  return Map.groupBy(changed, ({ key }) => runOfKey(key)?.run ?? 0);
}
