import { type CatalogueKind, catalogueKey, catalogueOf, parseCatalogueKey } from '../contract/keys.ts';
import type { Lake } from './lake.ts';

/** Number of batches that one merged object holds. */
export const BATCHES_PER_MERGED = 100;

/** An object of the catalogue, with the number in its key. */
export interface CatalogueObject {
  readonly number: number;
  readonly key: string;
  readonly sizeBytes: number;
}

/** The objects that together hold the catalogue: a snapshot, then merged objects, then batches. */
export interface CatalogueObjects {
  /** Number of the newest batch; 0 if there is none. */
  readonly through: number;
  /** The newest snapshot; undefined if there is none. */
  readonly snapshot: CatalogueObject | undefined;
  /** Ascending, without a gap after the snapshot. */
  readonly merged: readonly CatalogueObject[];
  /** Ascending: all batches that neither the snapshot nor a merged object holds. */
  readonly batches: readonly CatalogueObject[];
}

/**
 * Lists the objects that hold the whole catalogue. Of compacted objects that are missing, it lists the batches.
 *
 * The three listings do not happen at one moment. They are in this order because whoever compacts adds objects and deletes
 * none: what a later listing shows is always newer.
 *
 * @throws {Error} If a batch is missing.
 */
export async function listCatalogue(lake: Lake): Promise<CatalogueObjects> {
  const snapshot = (await listKind(lake, 'snapshots', 0)).at(-1);
  let covered = snapshot?.number ?? 0;
  const merged: CatalogueObject[] = [];
  for (const object of await listKind(lake, 'merged', covered)) {
    // A merged object may begin before the snapshot's end: its lines are the same or newer.
    if (object.number - BATCHES_PER_MERGED > covered) break;
    merged.push(object);
    covered = object.number;
  }
  const batches = await listBatches(lake, covered);
  return { through: batches.at(-1)?.number ?? covered, snapshot, merged, batches };
}

/**
 * Lists the batches after the one with number `after`, ascending; may be empty.
 *
 * @throws {Error} If a batch is missing.
 */
export async function listBatches(lake: Lake, after: number): Promise<CatalogueObject[]> {
  const batches = await listKind(lake, 'batches', after);
  for (const [index, { number }] of batches.entries())
    if (number !== after + index + 1)
      throw new Error(
        `Cannot read the catalogue: ${catalogueKey('batches', after + index + 1)} is missing, but ${catalogueKey('batches', number)} exists`,
      );
  return batches;
}

/** All objects in the order in which a reader applies them: a line of a later one replaces a line of an earlier one. */
export const inOrder = ({ snapshot, merged, batches }: CatalogueObjects): CatalogueObject[] => [
  ...(snapshot ? [snapshot] : []),
  ...merged,
  ...batches,
];

async function listKind(lake: Lake, kind: CatalogueKind, after: number): Promise<CatalogueObject[]> {
  const found: CatalogueObject[] = [];
  for await (const { key, sizeBytes } of lake.list(catalogueOf(kind), catalogueKey(kind, after))) {
    const number = parseCatalogueKey(kind, key);
    if (number !== undefined) found.push({ number, key, sizeBytes });
  }
  return found;
}

/** Number of lines that are read before other work gets its turn: about 10 ms. */
const LINES_PER_TURN = 5_000;

/**
 * Reads the lines of an object, in order, without its line ends. Now and then it lets other work of the process have its turn.
 *
 * @throws {Error} If there is no such object.
 */
export async function* readLines(lake: Lake, key: string): AsyncGenerator<readonly string[]> {
  const object = await lake.read(key);
  if (!object) throw new Error(`Cannot read ${key}: it was listed but does not exist`);
  const { text } = object;
  let lines: string[] = [];
  for (let at = 0; at < text.length; ) {
    const found = text.indexOf('\n', at);
    const end = found < 0 ? text.length : found;
    if (end > at) lines.push(text.slice(at, end));
    at = end + 1;
    if (lines.length < LINES_PER_TURN) continue;
    yield lines;
    lines = [];
    await new Promise((resolve) => setImmediate(resolve));
  }
  yield lines;
}
