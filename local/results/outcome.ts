import { z } from 'zod';
import {
  type BatchName,
  CURRENT_KEY,
  failedKey,
  manifestKey,
  PREFIX,
  parseBatchKey,
  parseNumberedKey,
  partitionPath,
  windowKey,
} from '../../lambdas/shared/contract/keys.ts';
import { highest } from '../../lambdas/shared/contract/numbers.ts';
import {
  Current,
  Failed,
  Manifest,
  type Publication,
  Window,
} from '../../lambdas/shared/contract/schemas.ts';
import { UserSummary } from '../../lambdas/shared/contract/summaries.ts';
import { type Lake, parseJson, readJson } from '../../lambdas/shared/platform/lake.ts';
import { covers } from '../../lambdas/threshold/ranges.ts';
import { readDecisions } from './decisions.ts';

/** What the bucket tells of the pipeline's work; everything in it was read from there. */
export interface Outcome {
  /** What became of the records, by the cluster that they came from: this pipeline's broker, and any before it. */
  readonly sources: ReadonlyMap<string, SourceOutcome>;
  readonly windows: readonly WindowOutcome[];
  readonly current: Current | undefined;
  /** What the gate decided, oldest first. */
  readonly decisions: readonly Publication[];
  /** One user of the served run. */
  readonly user: UserSummary['users'][number] | undefined;
}

/** Every record counts once, however often it was delivered. */
export interface SourceOutcome {
  /** Sales in interaction batches. */
  readonly stored: number;
  /** Those of them that the latest run was to be trained on. */
  readonly cut: number;
  /** Rejected records by the field or the kind of damage that the reason begins with, most frequent first. */
  readonly rejected: readonly { readonly kind: string; readonly count: number }[];
}

export interface WindowOutcome {
  readonly window: Window;
  readonly manifest: Manifest | undefined;
  /** Why it has no run, oldest attempt first. */
  readonly failures: readonly string[];
  /**
   * From its last batch to its cut, by the clocks of S3 and of the Lambda: on one machine they are the same. Undefined if
   * none of its batches is there.
   */
  readonly thresholdSeconds: number | undefined;
}

/** Reads what happened so far. */
export async function readOutcome(lake: Lake): Promise<Outcome> {
  const batches = await listBatches(lake);
  const windows = await readWindows(lake, batches);
  const current = await readJson(lake, CURRENT_KEY, Current);
  const served = windows.find(({ window }) => window.window === current?.run)?.manifest;
  return {
    sources: countSources(batches, await readRejects(lake), latestRun({ windows })?.window.partitions ?? {}),
    windows,
    current,
    decisions: await readDecisions(lake),
    user: served && (await readUser(lake, served)),
  };
}

/** The window of the newest run that there is, served or not. */
export const latestRun = ({ windows }: Pick<Outcome, 'windows'>): WindowOutcome | undefined =>
  windows.findLast(({ manifest }) => manifest);

/** Somebody may produce without end. */
const MAX_ROUNDS = 5;

/**
 * Reads the outcome when everything that was produced is worked off. If more is produced meanwhile it does both again:
 * sales that are on their way would look lost.
 */
export async function readSettled(
  lake: Lake,
  { countProduced, workOff }: { countProduced: () => Promise<number>; workOff: () => Promise<void> },
): Promise<{ readonly produced: number; readonly outcome: Outcome }> {
  for (let round = 1; ; round++) {
    const before = await countProduced();
    await workOff();
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

/** In key order: of a partition the one that begins first comes first. */
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

const RejectedLine = z.object({
  source: z.string(),
  topic: z.string(),
  partition: z.int(),
  offset: z.int(),
  kafkaMs: z.number(),
  reason: z.string(),
});
type RejectedLine = z.infer<typeof RejectedLine>;

/** Polls that overlap reject the same records; each comes once. */
async function readRejects(lake: Lake): Promise<RejectedLine[]> {
  const byAddress = new Map<string, RejectedLine>();
  for await (const { key } of lake.list(PREFIX.rejected)) {
    const text = (await lake.read(key))?.text ?? '';
    for (const line of text.split('\n')) {
      if (line === '') continue;
      const reject = parseJson(line, key, RejectedLine);
      byAddress.set(`${partitionPath(reject)} ${reject.offset} ${reject.kafkaMs}`, reject);
    }
  }
  return [...byAddress.values()];
}

function countSources(
  batches: readonly StoredBatch[],
  rejects: readonly RejectedLine[],
  cut: Window['partitions'],
): Map<string, SourceOutcome> {
  const names = batches.map(({ name }) => name);
  // Repeats of what was cut before have nothing new, so that no window may ever name them.
  const cutNames = names.filter((name) =>
    covers(cut[partitionPath(name)]?.ranges ?? [], name.first, name.last),
  );
  const rejected = Map.groupBy(rejects, partitionPath);
  const sources = new Set([...names, ...rejects].map(({ source }) => source));
  const of = <Part extends { readonly source: string }>(source: string, parts: readonly Part[]): Part[] =>
    parts.filter((part) => part.source === source);
  return new Map(
    [...sources].map((source) => [
      source,
      {
        stored: countSales(of(source, names), rejected),
        cut: countSales(of(source, cutNames), rejected),
        rejected: countKinds(of(source, rejects)),
      },
    ]),
  );
}

/**
 * Counts the sales of batches. Where they overlap the key does not tell how many of its rows are new: of the new offsets
 * those are sales that were not rejected.
 */
function countSales(
  batches: readonly BatchName[],
  rejects: ReadonlyMap<string, readonly RejectedLine[]>,
): number {
  let sales = 0;
  for (const [path, ofPartition] of Map.groupBy(batches, partitionPath)) {
    const rejected = new Set(rejects.get(path)?.map(({ offset }) => offset));
    let through = -1;
    for (const { first, last, count } of ofPartition) {
      if (first > through) sales += count;
      else for (let offset = through + 1; offset <= last; offset++) sales += rejected.has(offset) ? 0 : 1;
      through = Math.max(through, last);
    }
  }
  return sales;
}

function countKinds(rejects: readonly RejectedLine[]): SourceOutcome['rejected'] {
  const byKind = Map.groupBy(rejects, ({ reason }) => reason.split(/:|, should/, 1)[0] ?? '');
  return [...byKind].map(([kind, { length }]) => ({ kind, count: length })).sort((a, b) => b.count - a.count);
}

async function readUser(lake: Lake, manifest: Manifest): Promise<Outcome['user']> {
  const file = manifest.files.find(({ name }) => name === 'summary/users.json');
  return file && (await readJson(lake, file.key, UserSummary))?.users[0];
}
