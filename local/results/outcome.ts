import {
  type BatchName,
  CURRENT_KEY,
  failedKey,
  manifestKey,
  PREFIX,
  parseBatchKey,
  parseNumberedKey,
  partitionPath,
  partitionPathOf,
  windowKey,
} from '../../lambdas/shared/contract/keys.ts';
import { highest } from '../../lambdas/shared/contract/numbers.ts';
import type { Waiting } from '../../lambdas/shared/contract/receipt.ts';
import type { RunCost } from '../../lambdas/shared/contract/run-cost.ts';
import {
  Current,
  Failed,
  Manifest,
  type Publication,
  Window,
} from '../../lambdas/shared/contract/schemas.ts';
import { UserSummary } from '../../lambdas/shared/contract/summaries.ts';
import { type Lake, readJson } from '../../lambdas/shared/platform/lake.ts';
import { readRunCosts, readWaiting } from '../../lambdas/shared/platform/run-costs.ts';
import { reasonKind } from '../../lambdas/shared/sales/reason.ts';
import { placeBatches } from '../../lambdas/threshold/generations.ts';
import { covers } from '../../lambdas/threshold/ranges.ts';
import { readDecisions } from './decisions.ts';
import { type RejectedLine, readRejects, withAddress } from './rejects.ts';

/** The work of the pipeline so far, as the bucket shows it. */
export interface Outcome {
  /** By the cluster that the records came from: this pipeline's broker, and earlier ones. */
  readonly sources: ReadonlyMap<string, SourceOutcome>;
  readonly windows: readonly WindowOutcome[];
  readonly current: Current | undefined;
  /** The decisions of the gate, oldest first. */
  readonly decisions: readonly Publication[];
  /** One user of the served run, as an example; undefined if no run is served. */
  readonly user: UserSummary['users'][number] | undefined;
  /** The costs of the runs, oldest first; only those with a receipt. */
  readonly costs: readonly RunCost[];
  /** The windows that wait for the budget of the next month, lowest first. */
  readonly waiting: readonly Waiting[];
}

/** Counts of the records of one cluster. A record that was delivered several times counts once. */
export interface SourceOutcome {
  /** Sales in interaction batches. */
  readonly stored: number;
  /** Those of them in the windows that the latest run should have trained on. */
  readonly cut: number;
  /** Rejected records by the start of their reason, which is a field or a kind of damage; most frequent first. */
  readonly rejected: readonly RejectedKind[];
}

/** Rejected records of one kind. */
export interface RejectedKind {
  readonly kind: string;
  readonly count: number;
  /** The reason for one of them, with its address. */
  readonly example: string;
}

export interface WindowOutcome {
  readonly window: Window;
  readonly manifest: Manifest | undefined;
  /** Why its attempts failed, oldest first; empty unless all of them did. */
  readonly failures: readonly string[];
  /**
   * Time from storing its last batch to its cut, by the clocks of S3 and of the Lambda, which on one machine are the same.
   * Undefined if none of its batches exists.
   */
  readonly thresholdSeconds: number | undefined;
}

/**
 * Reads the work of the pipeline so far.
 *
 * @throws {Error} If an object cannot be parsed; the message names it.
 */
export async function readOutcome(lake: Lake): Promise<Outcome> {
  const batches = await listBatches(lake);
  const windows = await readWindows(lake, batches);
  const current = await readJson(lake, CURRENT_KEY, Current);
  const served = windows.find(({ window }) => window.window === current?.run)?.manifest;
  return {
    sources: countSources(batches, await readRejects(lake), latestRun({ windows })?.window),
    windows,
    current,
    decisions: await readDecisions(lake),
    user: served && (await readUser(lake, served)),
    costs: await readRunCosts(lake),
    waiting: await readWaiting(lake),
  };
}

/** Finds the window of the newest run, served or not; undefined if there is no run. */
export const latestRun = ({ windows }: Pick<Outcome, 'windows'>): WindowOutcome | undefined =>
  windows.findLast(({ manifest }) => manifest);

/** Other producers may never stop. */
const MAX_ROUNDS = 5;

/**
 * Waits until everything that was produced is processed, and reads the outcome. Repeats both if more was produced in the
 * meantime, because sales that are still being processed would look lost.
 *
 * @returns The number of records produced, and the outcome.
 */
export async function readFinalOutcome(
  lake: Lake,
  { countProduced, drain }: { countProduced: () => Promise<number>; drain: () => Promise<void> },
): Promise<{ readonly produced: number; readonly outcome: Outcome }> {
  for (let round = 1; ; round++) {
    const before = await countProduced();
    await drain();
    const outcome = await readOutcome(lake);
    const produced = await countProduced();
    if (produced === before || round === MAX_ROUNDS) return { produced, outcome };
  }
}

interface StoredBatch {
  readonly key: string;
  readonly name: BatchName;
  readonly storedAtMs: number;
}

/** @returns Batches in key order: those of a partition are in order of their first offset. */
async function listBatches(lake: Lake): Promise<StoredBatch[]> {
  const batches: StoredBatch[] = [];
  for await (const { key, storedAtMs } of lake.list(PREFIX.interactions)) {
    const name = parseBatchKey(key);
    if (name) batches.push({ key, name, storedAtMs });
  }
  return batches;
}

async function readWindows(lake: Lake, batches: readonly StoredBatch[]): Promise<WindowOutcome[]> {
  const storedAtMs = new Map(batches.map((batch) => [batch.key, batch.storedAtMs]));
  const windows: WindowOutcome[] = [];
  for await (const { key } of lake.list(PREFIX.windows)) {
    const number = parseNumberedKey(PREFIX.windows, key);
    const window = number === undefined ? undefined : await readJson(lake, windowKey(number), Window);
    if (!window) continue;
    const manifest = await readJson(lake, manifestKey(window.window), Manifest);
    const failed = manifest ? undefined : await readJson(lake, failedKey(window.window), Failed);
    const times = window.batches.flatMap((batch) => storedAtMs.get(batch.key) ?? []);
    const lastMs = times.length > 0 ? highest(times) : undefined;
    windows.push({
      window,
      manifest,
      failures: failed?.reasons ?? [],
      thresholdSeconds: lastMs === undefined ? undefined : Math.max(0, window.cutAtMs - lastMs) / 1000,
    });
  }
  return windows;
}

function countSources(
  batches: readonly StoredBatch[],
  rejects: readonly RejectedLine[],
  window: Window | undefined,
): Map<string, SourceOutcome> {
  const cut = window?.partitions ?? {};
  const { placed } = placeBatches(cut, batches, window?.cutAtMs ?? 0);
  const stored = placed.map(({ batch, generation }) => ({ ...batch.name, generation }));
  // Compares offsets and not keys: a batch that only repeats offsets cut before may never be in a window.
  const inWindows = stored.filter(({ generation, first, last }) =>
    covers(cut[generation]?.ranges ?? [], first, last),
  );
  const rejected = Map.groupBy(rejects, partitionPath);
  const sources = new Set([...stored, ...rejects].map(({ source }) => source));
  const fromSource = <Item extends { readonly source: string }>(
    source: string,
    items: readonly Item[],
  ): Item[] => items.filter((item) => item.source === source);
  return new Map(
    [...sources].map((source) => [
      source,
      {
        stored: countSales(fromSource(source, stored), rejected),
        cut: countSales(fromSource(source, inWindows), rejected),
        rejected: countKinds(fromSource(source, rejects)),
      },
    ]),
  );
}

/**
 * Counts the sales of batches, each offset of a generation once. If a batch overlaps an earlier one, the row count in its key
 * is of no use: its new sales are the new offsets that were not rejected.
 */
function countSales(
  batches: readonly (BatchName & { readonly generation: string })[],
  rejects: ReadonlyMap<string, readonly RejectedLine[]>,
): number {
  let sales = 0;
  for (const [generation, ofGeneration] of Map.groupBy(batches, (batch) => batch.generation)) {
    const rejected = new Set(rejects.get(partitionPathOf(generation))?.map(({ offset }) => offset));
    let through = -1;
    for (const { first, last, count } of ofGeneration) {
      if (first > through) sales += count;
      else for (let offset = through + 1; offset <= last; offset++) sales += rejected.has(offset) ? 0 : 1;
      through = Math.max(through, last);
    }
  }
  return sales;
}

function countKinds(rejects: readonly RejectedLine[]): SourceOutcome['rejected'] {
  const byKind = Map.groupBy(rejects, ({ reason }) => reasonKind(reason));
  return [...byKind]
    .map(([kind, all]) => ({ kind, count: all.length, example: all[0] ? withAddress(all[0]) : '' }))
    .sort((a, b) => b.count - a.count);
}

async function readUser(lake: Lake, manifest: Manifest): Promise<Outcome['user']> {
  const file = manifest.files.find(({ name }) => name === 'summary/users.json');
  return file && (await readJson(lake, file.key, UserSummary))?.users[0];
}
