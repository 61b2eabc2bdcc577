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

/** Lines of one object that follow each other. */
export interface Lines {
  readonly key: string;
  /** Number of the first one in its object, from 1. */
  readonly first: number;
  /** Without their line ends. */
  readonly lines: readonly string[];
}

/** Number of lines after which other work of the process gets its turn: about 10 ms. */
const LINES_PER_TURN = 5_000;
const MOST_READS_AT_ONCE = 8;

/**
 * Reads objects line by line, in the order of their keys. It reads several of them at the same time.
 *
 * @throws {Error} If there is no such object.
 */
export async function* readLines(lake: Lake, keys: readonly string[]): AsyncGenerator<Lines> {
  for (let at = 0; at < keys.length; at += MOST_READS_AT_ONCE) {
    const some = keys.slice(at, at + MOST_READS_AT_ONCE);
    const texts = await Promise.all(some.map((key) => readText(lake, key)));
    for (const [index, key] of some.entries())
      for (const lines of linesOf(texts[index] ?? '')) {
        yield { key, ...lines };
        if (lines.lines.length >= LINES_PER_TURN) await new Promise((resolve) => setImmediate(resolve));
      }
  }
}

async function readText(lake: Lake, key: string): Promise<string> {
  const object = await lake.read(key);
  if (!object) throw new Error(`Cannot read ${key}: it was listed but does not exist`);
  return object.text;
}

/** Divides a text into groups of lines, so that it is never there a second time. Every line has a line end. */
function* linesOf(text: string): Generator<Omit<Lines, 'key'>> {
  let first = 1;
  let lines: string[] = [];
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\n', at);
    lines.push(text.slice(at, end < 0 ? text.length : end));
    at = end < 0 ? text.length : end + 1;
    if (lines.length < LINES_PER_TURN) continue;
    yield { first, lines };
    first += lines.length;
    lines = [];
  }
  yield { first, lines };
}
