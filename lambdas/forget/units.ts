import { PREFIX } from '../shared/contract/keys.ts';
import { type History, historiesOf, type VersionedBucket } from './bucket.ts';

/** Objects that are done together: then the worker saves how far it is. */
export interface Unit {
  readonly prefix: string;
  readonly histories: readonly History[];
  /** The last key; the next unit begins after it. */
  readonly last: string;
}

const MOST_OBJECTS = 64;
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * The prefixes that may hold users, in the order in which they are done: a manifest describes the files of its run, and charts are drawn
 * from them.
 */
export const PERSONAL_PREFIXES: readonly string[] = [
  PREFIX.interactions,
  PREFIX.rejected,
  PREFIX.attempts,
  PREFIX.logs,
  PREFIX.runs,
  PREFIX.manifests,
  PREFIX.charts,
];

/**
 * Divides the objects below a prefix into units. All files of an attempt are one unit, because some are rewritten by others; so are all
 * charts of a run. Elsewhere a unit is 64 objects, or fewer that have 64 MB together.
 *
 * @param after Only keys after this one; empty for all. It is the last key of a unit.
 */
export async function* unitsOf(
  bucket: Pick<VersionedBucket, 'versions'>,
  prefix: string,
  after: string,
): AsyncGenerator<Unit> {
  let histories: History[] = [];
  let bytes = 0;
  for await (const history of historiesOf(bucket.versions(prefix, after || undefined))) {
    const [first] = histories;
    if (first && isFull({ first, next: history, count: histories.length, bytes })) {
      yield unit(prefix, histories);
      histories = [];
      bytes = 0;
    }
    histories.push(history);
    bytes += history.versions.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }
  if (histories.length > 0) yield unit(prefix, histories);
}

const unit = (prefix: string, histories: readonly History[]): Unit => ({
  prefix,
  histories,
  last: histories.at(-1)?.key ?? '',
});

function isFull(unit: { first: History; next: History; count: number; bytes: number }): boolean {
  const group = groupOf(unit.first.key);
  // Files of a run in a unit that begins before them would be read by the indices of another run.
  if (groupOf(unit.next.key) !== group) return true;
  if (group !== undefined) return false;
  return unit.count >= MOST_OBJECTS || unit.bytes >= MOST_BYTES;
}

/** Returns the prefix of an attempt, or of the charts of a run; undefined for other keys. @example groupOf('runs/1/2/a/b') // 'runs/1/2/' */
export const groupOf = (key: string): string | undefined =>
  /^(?:runs\/[^/]+\/[^/]+\/|charts\/[^/]+\/)/.exec(key)?.[0];
