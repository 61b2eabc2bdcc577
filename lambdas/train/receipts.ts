import {
  attemptKey,
  manifestKey,
  PREFIX,
  parseAttemptKey,
  parseNumberedKey,
  parseReceiptKey,
  receiptKey,
  startedKey,
  windowKey,
} from '../shared/contract/keys.ts';
import { addUsd, formatUsd, monthOf } from '../shared/contract/money.ts';
import { sum } from '../shared/contract/numbers.ts';
import { Receipt } from '../shared/contract/receipt.ts';
import { Attempt, Manifest, Started, Window } from '../shared/contract/schemas.ts';
import { type Lake, toJson } from '../shared/platform/lake.ts';
import type { Log } from '../shared/platform/log.ts';
import { type BillFacts, makeReceipt } from './bill.ts';
import { isTerminal, type Jobs } from './jobs.ts';
import { plannedAtMs } from './ledger.ts';
import { readNewestReceipts, readOr } from './read-receipts.ts';
import type { Launch } from './settings.ts';
import type { Usage } from './usage.ts';

export interface ReceiptParts {
  readonly lake: Lake;
  readonly jobs: Jobs;
  readonly log: Log;
  readonly launch: Launch;
  readonly region: string | undefined;
  readonly usage: Usage;
  readonly nowMs: () => number;
}

interface Numbered {
  readonly window: number;
  readonly attempt: number;
}

/** A call has little time, and each receipt takes a second or a few. After this long, the next call continues. */
const MOST_MS = 20_000;

/**
 * Longest time after its deadline that an attempt may stay without a bill. AWS documents no limit; a bill that has not come in a day is
 * taken for one that never comes, so that the receipt says that it is unknown.
 */
export const BILL_WAIT_MS = 24 * 3_600_000;

/**
 * Writes the receipts of all attempts that have ended and are billed, the earlier attempts for a window first. Repeated and
 * concurrent calls are harmless.
 *
 * @throws {AggregateError} If receipts could not be written; all others were.
 */
export async function writeReceipts(parts: ReceiptParts): Promise<void> {
  const { lake, log, nowMs } = parts;
  const untilMs = nowMs() + MOST_MS;
  const attempts = await listAttempts(lake);
  const written = await listReceipts(lake);
  const waiting = new Set<number>();
  const problems: unknown[] = [];
  for (const each of attempts) {
    if (written.has(receiptKey(each.window, each.attempt)) || waiting.has(each.window)) continue;
    if (nowMs() > untilMs) break;
    try {
      if (!(await writeReceipt(parts, each, attempts))) waiting.add(each.window);
    } catch (error) {
      log.error('Cannot write the receipt of an attempt', { ...each, error });
      waiting.add(each.window);
      problems.push(error);
    }
  }
  if (problems.length > 0) throw new AggregateError(problems, `Cannot write ${problems.length} receipts`);
}

/** Lists all attempts, those for the earliest window first, in order; may be empty. */
async function listAttempts(lake: Lake): Promise<Numbered[]> {
  const attempts: Numbered[] = [];
  for await (const { key } of lake.list(PREFIX.attempts)) {
    const attempt = parseAttemptKey(key);
    if (attempt) attempts.push(attempt);
  }
  return attempts;
}

async function listReceipts(lake: Lake): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  for await (const { key } of lake.list(PREFIX.receipts)) if (parseReceiptKey(key)) keys.add(key);
  return keys;
}

/** @returns false if the attempt has not ended, or may still be billed. */
async function writeReceipt(parts: ReceiptParts, each: Numbered, all: readonly Numbered[]): Promise<boolean> {
  const { lake, log, nowMs } = parts;
  const stored = await readOr(lake, log, attemptKey(each.window, each.attempt), Attempt);
  const ended = await readEnding(parts, each, stored);
  if (!ended) return false;
  const window = await readOr(lake, log, windowKey(each.window), Window);
  const manifest = await readOr(lake, log, manifestKey(each.window), Manifest);
  const succeeded = manifest?.attempt === each.attempt;
  const receipt = makeReceipt({
    run: each.window,
    attempt: each.attempt,
    nowMs: nowMs(),
    month: monthOf(stored ? plannedAtMs(stored) : nowMs()),
    architecture: parts.launch.workers.architecture,
    region: parts.region,
    ...ended,
    succeeded,
    lambda: await measureLambdas(parts, window),
    s3: requestsOf(each.attempt, window, succeeded ? manifest : undefined),
    forecastUsd: stored?.budget?.forecastUsd ?? null,
    overBudget: stored?.budget?.overBudget ?? false,
    sales: window?.totalInteractions ?? null,
    users: succeeded ? manifest.counts.users : null,
    earlierUsd: await totalsOf(
      parts,
      all.filter(({ window: other, attempt }) => other === each.window && attempt < each.attempt),
    ),
    pace: succeeded ? await paceOf(parts, manifest, all) : undefined,
  });
  const object = receiptKey(each.window, each.attempt);
  if (!(await lake.create(object, toJson(receipt), 'application/json'))) return true;
  const { job, total } = receipt.usd;
  log.measure({ ...(job !== null && { JobUsd: job }) });
  log.info(
    total === null
      ? `The bill of attempt ${each.attempt} of window ${each.window} is unknown: ${receipt.job.unknownBecause}`
      : `Attempt ${each.attempt} of window ${each.window} cost ${formatUsd(total)}`,
    { window: each.window, object, usd: receipt.usd },
  );
  return true;
}

/** Reads how an attempt ended and what was billed. @returns undefined while it runs, or may still be billed. */
async function readEnding(
  { lake, jobs, log, nowMs }: ReceiptParts,
  { window, attempt }: Numbered,
  stored: Attempt | undefined,
): Promise<Pick<BillFacts, 'job' | 'isLocal'> | undefined> {
  const unknown = (state: string | null, unknownBecause: string): Pick<BillFacts, 'job' | 'isLocal'> => ({
    job: { state, usage: null, unknownBecause },
    isLocal: false,
  });
  if (!stored) return unknown(null, 'the attempt cannot be read');
  const isLate = nowMs() > stored.deadlineAtMs + BILL_WAIT_MS;
  const started = await readOr(lake, log, startedKey(window, attempt), Started);
  if (!started) return isLate ? unknown(null, 'the start of the job was not recorded') : undefined;
  const job = await jobs.get(stored.request.applicationId, started.jobRunId);
  const { state, usage, isLocal = false } = job;
  if (!isTerminal(state)) return undefined;
  if (usage) return { job: { state, usage, unknownBecause: null }, isLocal };
  if (!isLate) return undefined;
  return unknown(
    state,
    state === 'GONE' ? 'the service does not know the job' : 'the service reported no bill',
  );
}

/** Reports of requests may arrive this late in the logs. */
const LOG_DELAY_MS = 60_000;
/** The first receipt counts from this long before its window was cut: by default no sale waits longer for its window. */
const FIRST_SPAN_MS = 24 * 3_600_000;
/** Receipts that are searched for the end of the last measurement. */
const LOOKED_AT = 12;

/** Measures what the Lambdas used since the receipt before. @returns null if that is not possible now. */
async function measureLambdas(
  { lake, log, usage, nowMs }: ReceiptParts,
  window: Window | undefined,
): Promise<Receipt['lambda']> {
  const newest = await readNewestReceipts(lake, log, LOOKED_AT);
  const last = newest.find((receipt) => receipt.lambda !== null)?.lambda?.untilMs;
  const now = toSecond(nowMs() - LOG_DELAY_MS);
  const fromMs = last ?? toSecond((window?.cutAtMs ?? now) - FIRST_SPAN_MS);
  const untilMs = Math.max(fromMs, now);
  try {
    return { fromMs, untilMs, stages: await usage.measure(fromMs, untilMs) };
  } catch (error) {
    log.warn('Cannot measure what the Lambdas used; the next receipt includes it', { error });
    return null;
  }
}

const toSecond = (ms: number): number => 1000 * Math.floor(ms / 1000);

/** The objects of every attempt: the claim, the attempt, its start and the receipt. */
const OBJECTS_OF_ATTEMPT = 4;
/** A Parquet file is read in two requests at least: its footer, then its data. */
const READS_PER_FILE = 2;

function requestsOf(
  attempt: number,
  window: Window | undefined,
  manifest: Manifest | undefined,
): BillFacts['s3'] {
  const batches = window?.batches ?? [];
  // The batches were written once, before the first attempt.
  const own = attempt === 1 ? batches : [];
  const files = manifest?.files ?? [];
  const earlierRuns = manifest ? manifest.inputs.windows.length - 1 : 0;
  return {
    puts: OBJECTS_OF_ATTEMPT + own.length + files.length + (manifest ? 1 : 0),
    gets: READS_PER_FILE * ((manifest?.inputs.batches ?? batches.length) + earlierRuns),
    bytesKept: sum([...own, ...files].map(({ sizeBytes }) => sizeBytes)),
  };
}

/** @returns The total of each attempt's receipt; null if it is unknown, or there is no receipt. */
const totalsOf = ({ lake, log }: ReceiptParts, attempts: readonly Numbered[]): Promise<(number | null)[]> =>
  Promise.all(
    attempts.map(
      async ({ window, attempt }) =>
        (await readOr(lake, log, receiptKey(window, attempt), Receipt))?.usd.total ?? null,
    ),
  );

/**
 * Reads the time and the dollars since the run before.
 *
 * @returns undefined if there is no run before, or if a bill since then is unknown.
 */
async function paceOf(
  parts: ReceiptParts,
  { run, asOfMs }: Manifest,
  all: readonly Numbered[],
): Promise<BillFacts['pace']> {
  let before = 0;
  for await (const { key } of parts.lake.list(PREFIX.manifests)) {
    const number = parseNumberedKey(PREFIX.manifests, key) ?? 0;
    if (number < run) before = number;
  }
  const manifest =
    before === 0 ? undefined : await readOr(parts.lake, parts.log, manifestKey(before), Manifest);
  if (!manifest) return undefined;
  const totals = await totalsOf(
    parts,
    all.filter(({ window }) => window > before && window < run),
  );
  if (totals.includes(null)) return undefined;
  return {
    otherUsd: addUsd(totals.map((total) => total ?? 0)),
    hours: (asOfMs - manifest.asOfMs) / 3_600_000,
  };
}
