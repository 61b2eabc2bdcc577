import type { ErasedObject } from '../shared/contract/erasure.ts';
import { manifestKey, numberInKey, PREFIX, windowKey } from '../shared/contract/keys.ts';
import { Manifest, Window } from '../shared/contract/schemas.ts';
import { type Lake, readJson } from '../shared/platform/lake.ts';
import type { History, VersionedBucket } from './bucket.ts';
import type { RunContext } from './files/kind.ts';
import type { FileChange } from './files/manifest.ts';

/** The run and the attempt in a key; undefined for keys of no run. @example runOfKey('runs/00000007/00000002/a') // { run: 7, attempt: 2 } */
export function runOfKey(key: string): { readonly run: number; readonly attempt?: number } | undefined {
  const match = /^(?:runs|charts|manifests)\/(\d{8,})(?:\/(\d{8,})(?=\/))?/.exec(key);
  if (!match) return undefined;
  return { run: Number(match[1]), ...(match[2] !== undefined && { attempt: Number(match[2]) }) };
}

/** Reads which erasures a run knew, by the window that it was trained on. Each window is read once. */
export function knownThroughOf(lake: Lake): (run: number) => Promise<number> {
  const known = new Map<number, Promise<number>>();
  return (run) => {
    const through =
      known.get(run) ??
      readJson(lake, windowKey(run), Window).then((window) => window?.tombstones?.through ?? 0);
    known.set(run, through);
    return through;
  };
}

/**
 * Makes the context of the files of an attempt.
 *
 * @param prefix `runs/N/K/`.
 * @param histories All objects below the prefix. They are the files if the attempt has no manifest.
 */
export async function runContext(
  lake: Lake,
  bucket: VersionedBucket,
  { prefix, histories }: { readonly prefix: string; readonly histories: readonly History[] },
): Promise<RunContext> {
  const { run = 0, attempt } = runOfKey(prefix) ?? {};
  const manifest = await readJson(lake, manifestKey(run), Manifest);
  const listed = histories.flatMap(({ key, versions }) => {
    const latest = versions.find(({ isLatest, isMarker }) => isLatest && !isMarker);
    return latest ? [{ name: key.slice(prefix.length), key, sizeBytes: latest.sizeBytes }] : [];
  });
  const files = manifest?.attempt === attempt && manifest ? manifest.files : listed;
  return {
    files,
    async read(name, range) {
      const key = files.find((file) => file.name === name)?.key;
      const bytes = key === undefined ? undefined : (await bucket.content(key))?.bytes;
      if (!bytes) throw new Error(`Cannot read ${name} of run ${run}: there is no such file`);
      return range ? bytes.subarray(range.offset, range.offset + range.sizeBytes) : bytes;
    },
  };
}

/** Returns the prefix of the files of a run. @example filesOf({ run: 7, attempt: 2 }) // 'runs/00000007/00000002/' */
export const filesOf = ({ run, attempt }: Pick<Manifest, 'run' | 'attempt'>): string =>
  `${PREFIX.runs}${numberInKey(run)}/${numberInKey(attempt)}/`;

/** Chooses the changes of files that a manifest names: other attempts have none. */
export function changesOf(
  { run, attempt, files }: Pick<Manifest, 'run' | 'attempt' | 'files'>,
  changes: readonly ErasedObject[],
): FileChange[] {
  const prefix = filesOf({ run, attempt });
  const named = new Set(files.map(({ name }) => name));
  return changes
    .filter(({ key }) => key.startsWith(prefix))
    .map(({ key, after }) => ({ name: key.slice(prefix.length), after }))
    .filter(({ name }) => named.has(name));
}
