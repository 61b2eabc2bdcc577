import { partitionPath, partitionPathOf } from '../contract/keys.ts';
import type { Manifest } from '../contract/schemas.ts';
import { groupRepeats } from './recent-repeats.ts';
import type { Address, RecentSale } from './recent-sale.ts';

type Offsets = Manifest['inputs']['offsets'];

/** The records of one generation of a partition that a run read. */
interface Generation {
  /** Kafka timestamps of the generation, epoch ms, both inclusive; those of its neighbour differ. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** Offsets, both ends inclusive. */
  readonly ranges: Offsets[string];
}

/** Clocks of producers differ: at the border of two generations, a record may be of either. */
const DISORDER_MS = 60_000;
/** A record that was written this long after the run's window was cut is not in the run, although its offset may be. */
const AFTER_CUT_MS = 60 * 60_000;

/**
 * Returns the sales of one user that a run did not read, without repeats.
 *
 * A gap between ranges of offsets is outside, so late sales are returned too. If a topic is deleted and created again, its offsets
 * start again; then the Kafka timestamp decides of which generation a sale is. Within a minute around the border a sale is
 * inside if one of the two generations has its offset.
 *
 * Several sales with one id count once; see {@link groupRepeats}. If the run read any of them, none of them is returned:
 * otherwise a sale whose answer was lost, and that was sent again after the run, would count twice.
 *
 * @param offsets `inputs.offsets` of the run's manifest.
 * @param sales Sales of one user, in any order; those inside too, because they may repeat others. A sale without an address
 *   is outside.
 * @param cutAtMs When the run's window was cut, epoch ms. A sale that was written more than an hour later is outside, even if
 *   its offset is not: its topic was created again. Without it, such sales are inside until the next run.
 * @returns In the order of `sales`; may be empty.
 */
export function outsideOf(
  offsets: Offsets,
  sales: readonly RecentSale[],
  cutAtMs = Number.POSITIVE_INFINITY,
): RecentSale[] {
  const isInside = ({ address }: RecentSale): boolean =>
    address !== undefined && address.kafkaMs <= cutAtMs + AFTER_CUT_MS && contains(offsets, address);
  const kept = new Set(groupRepeats(sales).flatMap((group) => (group.some(isInside) ? [] : [group[0]])));
  return sales.filter((sale) => kept.has(sale));
}

function contains(offsets: Offsets, address: Address): boolean {
  const { offset, kafkaMs } = address;
  return (generationsOf(offsets).get(partitionPath(address)) ?? []).some(
    ({ fromMs, untilMs, ranges }) =>
      fromMs <= kafkaMs &&
      kafkaMs <= untilMs &&
      ranges.some(([first, last]) => first <= offset && offset <= last),
  );
}

/** A run's offsets are asked for with every request. */
const parsed = new WeakMap<Offsets, ReadonlyMap<string, readonly Generation[]>>();

function generationsOf(offsets: Offsets): ReadonlyMap<string, readonly Generation[]> {
  const known = parsed.get(offsets);
  if (known) return known;
  const generations = new Map(
    [...Map.groupBy(Object.entries(offsets), ([path]) => partitionPathOf(path))].map(([path, entries]) => [
      path,
      toGenerations(entries),
    ]),
  );
  parsed.set(offsets, generations);
  return generations;
}

/** @param entries The generations of one partition, by their names in the manifest, in any order. */
function toGenerations(entries: readonly (readonly [string, Offsets[string]])[]): Generation[] {
  const ordered = entries
    .map(([path, ranges]) => ({ beginsMs: beginOf(path), ranges }))
    .sort((a, b) => a.beginsMs - b.beginsMs);
  return ordered.map(({ beginsMs, ranges }, index) => ({
    fromMs: beginsMs - DISORDER_MS,
    untilMs: (ordered[index + 1]?.beginsMs ?? Number.POSITIVE_INFINITY) + DISORDER_MS,
    ranges,
  }));
}

/** Returns the Kafka timestamp with which a generation begins; that of the first one is unknown. */
function beginOf(path: string): number {
  const [, beginsMs] = path.split('@');
  return beginsMs === undefined ? Number.NEGATIVE_INFINITY : Number(beginsMs);
}
