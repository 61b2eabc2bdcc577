import { PREFIX, parseBatchKey } from '../../lambdas/shared/contract/keys.ts';
import { grouped, sum } from '../../lambdas/shared/contract/numbers.ts';
import type { Manifest, Window } from '../../lambdas/shared/contract/schemas.ts';
import type { Lake } from '../../lambdas/shared/platform/lake.ts';
import { type Named, placeBatches } from '../../lambdas/threshold/generations.ts';
import { addRange } from '../../lambdas/threshold/ranges.ts';
import { distinctSales } from './distinct-sales.ts';

/** What a bucket holds of a topic. */
export interface Stored {
  /** Records of the topic that are stored or rejected, each counted once however often it was delivered. */
  readonly records: number;
  /** Rows of all batches of sales; a sale that was delivered twice counts twice. */
  readonly rows: number;
}

/**
 * Counts what is stored, by the names of the batches, which contain the polled offsets and the number of rows. The offsets of a
 * topic that was created again are other records, as threshold decides.
 */
export async function countStored(lake: Lake): Promise<Stored> {
  const batches: Named[] = [];
  let rows = 0;
  for (const prefix of [PREFIX.interactions, PREFIX.rejected])
    for await (const { key, storedAtMs } of lake.list(prefix)) {
      const name = parseBatchKey(key);
      if (!name) continue;
      batches.push({ name, storedAtMs });
      if (prefix === PREFIX.interactions) rows += name.count;
    }
  const rangesOf = new Map<string, [number, number][]>();
  for (const { generation, batch } of placeBatches({}, batches, 0).placed)
    rangesOf.set(generation, addRange(rangesOf.get(generation) ?? [], batch.name.first, batch.name.last));
  const ranges = [...rangesOf.values()].flat();
  return { records: sum(ranges.map(([first, last]) => last - first + 1)), rows };
}

/** The exit code if the run of the sent sales is refused by the gate: the pipeline works, and serves an older run. */
export const REFUSED_CODE = 2;

/**
 * Says what the exit code {@link REFUSED_CODE} means, for a person who has just seen a list of successes.
 *
 * @param newest The run of the sent sales.
 * @param served The run that is served instead.
 */
export const refusedSentence = (newest: number, served: number): string =>
  `Everything works, and the exit code is ${REFUSED_CODE} because the gate refused run ${newest} and kept run ${served}: simulated sales are made at one a second, far more densely than those of a shop, which changes what a run learns from`;

/**
 * Returns what became of the run that was trained on the sent sales.
 *
 * @param newest The newest window. It has the sent sales, because nothing that is stored is left to cut.
 * @param served The run that is served; undefined if none is.
 * @param refused The runs that the gate has refused.
 * @throws {Error} If the run is neither served nor refused.
 */
export function verdictOn(
  newest: number,
  served: number | undefined,
  refused: ReadonlySet<number>,
): 'served' | 'refused' {
  if (served !== undefined && served >= newest) return 'served';
  if (refused.has(newest)) return 'refused';
  throw new Error(
    `Cannot see run ${newest}, which has the sent sales: ${served === undefined ? 'no run' : `run ${served}`} is served, and run ${newest} is not refused`,
  );
}

/**
 * Compares the numbers of a run with each other and with what is stored.
 *
 * The windows count a sale that was delivered twice once, but of batches that overlap only in proportion; so the run may have
 * fewer sales by as many as it dropped as repeats. Sales of users who were forgotten are removed from batches whose names
 * still count them, so the run may have any number of sales fewer once a user was forgotten.
 *
 * @param window The newest window, which the run was trained on.
 * @returns A sentence for each pair of numbers that differ; empty if all add up.
 */
export function findWrongCounts(
  { rows }: Pick<Stored, 'rows'>,
  { batches, partitions, totalInteractions }: Pick<Window, 'batches' | 'partitions' | 'totalInteractions'>,
  { inputs }: Pick<Manifest, 'inputs'>,
): string[] {
  const problems: string[] = [];
  if (batches.length === 0) problems.push('the newest window has no batches');
  if (totalInteractions > rows)
    problems.push(`the windows have ${totalInteractions} sales, but only ${rows} are stored`);
  if (inputs.interactions === 0) problems.push('the run was trained on no sale');
  if (inputs.interactions > totalInteractions)
    problems.push(
      `the run has ${inputs.interactions} distinct sales, but its windows only ${totalInteractions}`,
    );
  const cut = sum(Object.values(partitions).map(({ interactions }) => interactions));
  const read = distinctSales(inputs);
  if (inputs.tombstones === null && cut - read > inputs.repeats)
    problems.push(`the run read ${grouped(read)} of the ${grouped(cut)} sales of its windows`);
  if (inputs.conflicts > 0) problems.push(`the run has ${inputs.conflicts} conflicting sales, should be 0`);
  return problems;
}
