import type { ErasedObject } from '../shared/contract/erasure.ts';
import { chartsOf, manifestKey } from '../shared/contract/keys.ts';
import { Manifest } from '../shared/contract/schemas.ts';
import { readJson } from '../shared/platform/lake.ts';
import type { History } from './bucket.ts';
import { faultOf } from './fault.ts';
import { type FileKind, UNCHANGED } from './files/kind.ts';
import { redraw } from './files/redraw.ts';
import type { WorkerParts } from './parts.ts';
import { filesOf } from './run-of.ts';

/**
 * Draws the pictures and the page of a run again if files of its manifest were changed, whose sizes and hashes the page lists. Makes each
 * of them a kind of object.
 *
 * A picture or page that cannot be drawn is deleted, and so are all of them if the page or a picture is missing, because render has not ended or has
 * crashed: the sweep of render draws a run without a page, from the files as they are then. Of those that were deleted, the old versions
 * are removed.
 *
 * @param charts The objects of `charts/N/`.
 * @param changes Of the files of the run.
 * @returns By key; empty if the files of the manifest are as they were.
 */
export async function drawnKinds(
  run: number,
  charts: readonly History[],
  {
    changes,
    parts: { lake, log, kindOf, hasPseudonyms },
  }: { readonly changes: readonly ErasedObject[]; readonly parts: WorkerParts },
): Promise<ReadonlyMap<string, FileKind>> {
  if (changes.length === 0) return new Map();
  const present = new Set(
    charts.flatMap(({ key, versions }) =>
      versions.some(({ isLatest, isMarker }) => isLatest && !isMarker) ? [key] : [],
    ),
  );
  const all = charts.map(({ key }) => key).filter((key) => kindOf(key)?.isDrawn);
  const without = (keys: readonly string[]) => keys.map((key) => [key, kindOfDrawn(key, null)] as const);
  const deleted = () => new Map(without(all));
  try {
    const manifest = await readJson(lake, manifestKey(run), Manifest);
    // Files of other attempts are not on the page.
    if (manifest && !changes.some(({ key }) => key.startsWith(filesOf(manifest)))) return new Map();
    if (!present.has(`${chartsOf(run)}index.html`)) return deleted();
    // Compared with nothing, every picture is returned, also one that an interrupted call has replaced already.
    const drawn = await redraw(run, { lake, read: async () => new Uint8Array(), hasPseudonyms });
    if (drawn.some(({ key }) => !present.has(key))) return deleted();
    return new Map([
      ...without(all.filter((key) => !present.has(key))),
      ...drawn.map(({ key, bytes }) => [key, kindOfDrawn(key, bytes)] as const),
    ]);
  } catch (error) {
    log.warn('Cannot draw the charts of a run again; they are deleted, and render draws them', {
      window: run,
      fault: faultOf(error),
    });
    return deleted();
  }
}

/** @param expected Null if the object should be deleted. */
function kindOfDrawn(key: string, expected: Uint8Array | null): FileKind {
  return {
    name: 'drawn again',
    holds: 'labels of users',
    matches: (other) => other === key,
    rows: () => 1,
    rewrite: (bytes) =>
      expected && Buffer.from(bytes).equals(expected)
        ? UNCHANGED
        : { changed: true, bytes: expected, removedRows: 1 },
  };
}
