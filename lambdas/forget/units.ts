import type { Progress } from '../shared/contract/erasure.ts';
import { PREFIX } from '../shared/contract/keys.ts';
import { sum } from '../shared/contract/numbers.ts';
import { type History, historiesOf, type VersionedBucket } from './bucket.ts';
import type { Work } from './progress.ts';

/** Objects that have something in common; see {@link unitsOf}. The worker does them in parts. */
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
    bytes += sizeOf(history);
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

/**
 * Does a unit in parts of at most 64 objects, or fewer that have 64 MB together, and saves after each part how far it is.
 *
 * @param histories The objects of the unit to be done, in order; may be empty. An interrupted unit continues with the part that it was in.
 * @param task Does a part. It returns what is saved with it.
 * @returns false if the time is over before the end.
 */
export async function inParts(
  unit: Unit,
  histories: readonly History[],
  { work, isLate, task }: InParts,
): Promise<boolean> {
  const at = histories.findIndex(({ key }) => key === work.at.within);
  const parts = partsOf(histories.slice(Math.max(0, at)));
  for (const [index, part] of parts.entries()) {
    if (isLate()) return false;
    const change = await task(part);
    const next = parts[index + 1]?.[0];
    await work.save({ ...change, ...(next ? { within: next.key } : endOf(unit, work)) });
  }
  if (parts.length === 0) await work.save(endOf(unit, work));
  return true;
}

export interface InParts {
  readonly work: Work;
  readonly isLate: () => boolean;
  readonly task: (part: readonly History[]) => Promise<Partial<Progress>>;
}

const endOf = ({ prefix, histories, last }: Unit, { at }: Work): Partial<Progress> => ({
  ...{ prefix, after: last, within: '' },
  done: at.done + histories.length,
});

function partsOf(histories: readonly History[]): History[][] {
  const parts: History[][] = [];
  let bytes = 0;
  for (const history of histories) {
    const part = parts.at(-1);
    if (part && part.length < MOST_OBJECTS && bytes < MOST_BYTES) part.push(history);
    else {
      parts.push([history]);
      bytes = 0;
    }
    bytes += sizeOf(history);
  }
  return parts;
}

const sizeOf = ({ versions }: History): number => sum(versions.map(({ sizeBytes }) => sizeBytes));
