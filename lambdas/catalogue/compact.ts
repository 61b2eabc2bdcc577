import * as z from 'zod';
import { type CatalogueKind, catalogueKey } from '../shared/contract/keys.ts';
import { sum } from '../shared/contract/numbers.ts';
import {
  BATCHES_PER_MERGED,
  type CatalogueObjects,
  inOrder,
  readLines,
} from '../shared/platform/catalogue-objects.ts';
import type { Lake } from '../shared/platform/lake.ts';

export const NDJSON = 'application/x-ndjson';

/** A snapshot is due when a reader would read so many bytes more than the last one, and at least as many as it has. */
export const LEAST_BYTES_PER_SNAPSHOT = 4 * 1024 * 1024;
/** A snapshot is also due after so many merged objects. */
export const MERGED_PER_SNAPSHOT = 100;

/** A compaction that is due: the object to write, and those whose lines it holds. */
export interface Compaction {
  readonly kind: CatalogueKind;
  readonly number: number;
  /** In the order of the batches. */
  readonly keys: readonly string[];
}

/**
 * Plans what to compact after a batch. A reader then reads at most twice the bytes of the products, and about 200 objects.
 * The bytes written over the years stay in proportion to the batches, because a snapshot is due only after as many bytes.
 *
 * @returns undefined if nothing is due.
 */
export function planCompaction(objects: CatalogueObjects): Compaction | undefined {
  const { through, snapshot, merged, batches } = objects;
  const bytes = sum([...merged, ...batches].map(({ sizeBytes }) => sizeBytes));
  const isDue =
    bytes >= Math.max(LEAST_BYTES_PER_SNAPSHOT, snapshot?.sizeBytes ?? 0) ||
    merged.length >= MERGED_PER_SNAPSHOT;
  if (isDue) return { kind: 'snapshots', number: through, keys: inOrder(objects).map(({ key }) => key) };
  const covered = merged.at(-1)?.number ?? snapshot?.number ?? 0;
  const next = (Math.floor(covered / BATCHES_PER_MERGED) + 1) * BATCHES_PER_MERGED;
  if (through < next) return undefined;
  // All hundred, also those that a snapshot holds: a reader may have listed the snapshots before this one was there.
  const numbers = Array.from({ length: BATCHES_PER_MERGED }, (_, index) => next - index).reverse();
  return { kind: 'merged', number: next, keys: numbers.map((number) => catalogueKey('batches', number)) };
}

/**
 * Writes the compacted object that is due, if there is one. It holds the last line of each product. Nothing is deleted, so an
 * interruption at any point loses nothing.
 *
 * @returns The key of the object; undefined if nothing was due.
 */
export async function compact(lake: Lake, objects: CatalogueObjects): Promise<string | undefined> {
  const plan = planCompaction(objects);
  if (plan === undefined) return undefined;
  const lineOf = new Map<string, string>();
  for await (const { lines } of readLines(lake, plan.keys))
    for (const line of lines) lineOf.set(Line.parse(JSON.parse(line)).productId, line);
  const key = catalogueKey(plan.kind, plan.number);
  await lake.create(key, `${[...lineOf.values()].join('\n')}\n`, NDJSON);
  return key;
}

const Line = z.object({ productId: z.string() });
