import {
  attemptKey,
  claimKey,
  claimsOf,
  PREFIX,
  parseAttemptKey,
  parseNumberedKey,
  receiptKey,
  waitingKey,
} from '../shared/contract/keys.ts';
import { addUsd, monthOf } from '../shared/contract/money.ts';
import { Claim, Receipt, type Waiting } from '../shared/contract/receipt.ts';
import { Attempt } from '../shared/contract/schemas.ts';
import { type Lake, toJson } from '../shared/platform/lake.ts';
import type { Log } from '../shared/platform/log.ts';
import { type BudgetNumbers, explainWaiting, FORECAST_RUNS, fits, forecastUsd, mostUsd } from './budget.ts';
import { readNewestReceipts, readOr } from './read-receipts.ts';
import type { Launch } from './settings.ts';

export interface LedgerParts {
  readonly lake: Lake;
  readonly log: Log;
  readonly launch: Launch;
  /** The region whose prices count. */
  readonly region: string | undefined;
  readonly nowMs: () => number;
}

/** The attempt that is due. */
export interface Due {
  readonly window: number;
  readonly attempt: number;
  /** Rows in all batches that the job reads; undefined if the window cannot be read. */
  readonly sales: number | undefined;
  /** True if a person starts it even if it does not fit into the budget. */
  readonly overBudget: boolean;
}

/** The answer to a due attempt: it may be written now, or it waits for the next month, for this reason. */
export type Claimed =
  | { readonly budget: NonNullable<Attempt['budget']> }
  | { readonly waits: string; readonly numbers: BudgetNumbers };

const JSON_TYPE = 'application/json';
/** At most two trains run at a time, and people; each lost race means that another attempt was claimed. */
const MAX_RACES = 20;

/**
 * Claims the place of an attempt in the budget of this month, or finds that it has to wait.
 *
 * Each claim takes the next number of the month, by a conditional write, and is decided on with all claims before it. If
 * another decider takes the number first, the decision is made again with that claim. So attempts that are due at the same
 * time cannot both be allowed if only one of them fits. An attempt that has its claim already keeps it: a crash between the
 * claim and the attempt repeats nothing.
 *
 * @throws {Error} If other claims were faster each time.
 */
export async function claim(parts: LedgerParts, due: Due): Promise<Claimed> {
  const { lake, launch, nowMs } = parts;
  for (let race = 0; race < MAX_RACES; race++) {
    const atMs = nowMs();
    const month = monthOf(atMs);
    const claims = await readClaims(parts, month);
    const own = claims.find(({ content }) => content && isFor(content, due))?.content;
    if (own) return { budget: { forecastUsd: own.forecastUsd, overBudget: own.overBudget } };
    const forecast = await forecastOf(parts, due.sales);
    const numbers: BudgetNumbers = {
      month,
      committedUsd: await committedUsd(parts, { month, claims, forecast }),
      forecastUsd: forecast,
      ceilingUsd: launch.monthlyTrainingUsd ?? null,
    };
    const isOver = !fits(numbers);
    if (isOver && !due.overBudget) return { waits: explainWaiting(numbers), numbers };
    const { window, attempt } = due;
    const { committedUsd: committed, forecastUsd: expected, ceilingUsd } = numbers;
    const next: Claim = {
      window,
      attempt,
      atMs,
      forecastUsd: expected,
      committedUsd: committed,
      ceilingUsd,
      overBudget: isOver,
    };
    const number = (claims.at(-1)?.number ?? 0) + 1;
    if (await lake.create(claimKey(month, number), toJson(next), JSON_TYPE))
      return { budget: { forecastUsd: expected, overBudget: isOver } };
  }
  throw new Error(
    `Cannot start attempt ${due.attempt} of window ${due.window}: other attempts took the next place in the budget ${MAX_RACES} times; try again`,
  );
}

/** Logs that an attempt waits, and notes it once for each attempt and month, so that pages show it. */
export async function reportWaiting(
  { lake, log, nowMs }: LedgerParts,
  { window, attempt }: Due,
  { waits, numbers }: Extract<Claimed, { readonly waits: string }>,
): Promise<void> {
  const { month, committedUsd: committed, forecastUsd: expected, ceilingUsd } = numbers;
  const waiting: Waiting = {
    window,
    attempt,
    month,
    atMs: nowMs(),
    forecastUsd: expected,
    committedUsd: committed,
    ceilingUsd: ceilingUsd ?? 0,
  };
  const isNew = await lake.create(waitingKey(month, window, attempt), toJson(waiting), JSON_TYPE);
  const message = `Window ${window} waits for the next month: ${waits}`;
  log[isNew ? 'warn' : 'info'](message, { window, attempt, ...numbers });
}

interface NumberedClaim {
  readonly number: number;
  /** Undefined if it cannot be read. */
  readonly content: Claim | undefined;
}

const isFor = (one: Pick<Claim, 'window' | 'attempt'>, other: Pick<Claim, 'window' | 'attempt'>): boolean =>
  one.window === other.window && one.attempt === other.attempt;

/** Reads the claims of a month, in the order of their numbers; may be empty. */
async function readClaims({ lake, log }: LedgerParts, month: string): Promise<NumberedClaim[]> {
  const numbers: number[] = [];
  for await (const { key } of lake.list(claimsOf(month))) {
    const number = parseNumberedKey(claimsOf(month), key);
    if (number !== undefined) numbers.push(number);
  }
  return Promise.all(
    numbers.map(async (number) => ({
      number,
      content: await readOr(lake, log, claimKey(month, number), Claim),
    })),
  );
}

/**
 * Adds up what the attempts of a month cost: each by its bill, and before it is billed by its forecast. A claim that cannot be
 * read counts as the most that a job can cost. Attempts without a claim, which an earlier version started, count as
 * the attempt that is due is expected to cost.
 */
async function committedUsd(
  parts: LedgerParts,
  {
    month,
    claims,
    forecast,
  }: { readonly month: string; readonly claims: readonly NumberedClaim[]; readonly forecast: number },
): Promise<number> {
  const { launch, region } = parts;
  const unclaimed = await listUnclaimed(parts, month, claims);
  return addUsd(
    await Promise.all([
      ...claims.map(({ content }) =>
        content ? costOf(parts, content, content.forecastUsd) : mostUsd(launch, region),
      ),
      ...unclaimed.map((attempt) => costOf(parts, attempt, forecast)),
    ]),
  );
}

/** Returns what an attempt was billed, or its forecast if it is not billed yet, or if its bill is unknown. */
async function costOf(
  { lake, log }: LedgerParts,
  { window, attempt }: Pick<Claim, 'window' | 'attempt'>,
  forecast: number,
): Promise<number> {
  const receipt = await readOr(lake, log, receiptKey(window, attempt), Receipt);
  return receipt?.usd.job ?? forecast;
}

/** Lists the attempts that were planned in a month and have no claim in any. */
async function listUnclaimed(
  { lake, log }: LedgerParts,
  month: string,
  claims: readonly NumberedClaim[],
): Promise<Pick<Claim, 'window' | 'attempt'>[]> {
  const candidates: Pick<Claim, 'window' | 'attempt'>[] = [];
  for await (const { key, storedAtMs } of lake.list(PREFIX.attempts)) {
    const attempt = parseAttemptKey(key);
    // An attempt is stored after it was planned.
    if (
      attempt &&
      monthOf(storedAtMs) >= month &&
      !claims.some(({ content }) => content && isFor(content, attempt))
    )
      candidates.push(attempt);
  }
  const planned = await Promise.all(
    candidates.map(async ({ window, attempt }) => {
      const stored = await readOr(lake, log, attemptKey(window, attempt), Attempt);
      return stored === undefined || (!stored.budget && monthOf(plannedAtMs(stored)) === month);
    }),
  );
  return candidates.filter((_, index) => planned[index]);
}

/** Returns when an attempt was planned, epoch ms. */
export const plannedAtMs = ({ deadlineAtMs, request }: Attempt): number =>
  deadlineAtMs - request.executionTimeoutMinutes * 60_000;

/** The newest receipts that a forecast looks at: some may be of failed attempts. */
const LOOKED_AT = 4 * FORECAST_RUNS;

async function forecastOf(
  { lake, log, launch, region }: LedgerParts,
  sales: number | undefined,
): Promise<number> {
  const receipts = await readNewestReceipts(lake, log, LOOKED_AT);
  return forecastUsd({ sales, receipts, launch, region });
}
