import { describe, expect, test } from 'vitest';
import { failedKey, manifestKey, receiptKey } from '../../../lambdas/shared/contract/keys.ts';
import { addUsd, monthOf, roundUsd } from '../../../lambdas/shared/contract/money.ts';
import { Claim, Receipt } from '../../../lambdas/shared/contract/receipt.ts';
import { toJson } from '../../../lambdas/shared/platform/lake.ts';
import { mostUsd } from '../../../lambdas/train/budget.ts';
import { train } from '../../../lambdas/train/train.ts';
import { seeded } from '../../../local/shop/random.ts';
import { type MemoryLake, memoryLake } from '../../lake.ts';
import { sampleRun } from '../samples.ts';
import { launch } from './launch.ts';
import { billOf, cutWindow, type TrainParts, trainParts } from './parts.ts';

/**
 * The most by which the cost of a month can exceed its ceiling C.
 *
 * Let attempts 1 to n of a month be in the order of their claims, with forecasts f and bills c. When the last was claimed, some
 * of them, U, were not billed yet; n is one of them. Then sum over those not in U of c + sum over U of f ≤ C, because otherwise
 * n would wait. So the month costs sum of c ≤ C + sum over U of (c - f): the ceiling, and the forecast errors of the attempts
 * that had no bill when the last one began. If every bill comes before the next attempt, that is one forecast error.
 */

const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 9, 1);
const DAYS = 92;

interface Started {
  readonly month: string;
  readonly forecastUsd: number;
  readonly actualUsd: number;
  /** Attempts of its month, itself included, that were not billed when it was claimed. */
  readonly unbilled: readonly string[];
}

interface Shop {
  readonly parts: TrainParts;
  readonly started: Map<string, Started>;
  /** The bills that come later, by job. */
  readonly due: Map<string, { readonly atMs: number; readonly usd: number }>;
}

/** Lets three months of a shop pass, a quarter of a day at a time. */
async function simulate(
  seed: number,
  { ceiling, billDays }: { ceiling: number; billDays: number },
): Promise<Shop> {
  const random = seeded(seed).unit;
  const parts = trainParts(memoryLake(), ceiling);
  const shop: Shop = { parts, started: new Map(), due: new Map() };
  let [window, sales] = [0, 50_000];
  for (let quarter = 0; quarter < 4 * DAYS; quarter++) {
    parts.lake.nowMs = START + (quarter * DAY_MS) / 4;
    const isIdle =
      window === 0 || [manifestKey, failedKey].some((keyOf) => parts.lake.objects.has(keyOf(window)));
    if (isIdle && random() < 0.5) {
      sales = Math.round(sales * (1 + 0.1 * random()));
      await cutWindow(parts.lake, ++window, sales);
    }
    endJobs(shop, window, random);
    for (const [id, { atMs, usd }] of shop.due)
      if (atMs <= parts.lake.nowMs) parts.jobs.bills.set(id, billOf(usd));
    // The receipts come first, then the next attempt; now and then a call is lost.
    if (random() < 0.9) await train(parts);
    noteClaims(shop, { billDays, random });
  }
  return shop;
}

/** Ends what runs: most of it with a run. */
function endJobs({ parts: { jobs, lake } }: Shop, window: number, random: () => number): void {
  const states = [...jobs.states.values()];
  if (states.includes('CANCELLING')) jobs.endAll('CANCELLED');
  if (!states.includes('RUNNING') || random() < 0.3) return;
  const succeeds = random() < 0.8;
  if (succeeds) {
    const attempt = Number([...jobs.states.keys()].at(-1)?.split('.').at(-1));
    const { manifest } = sampleRun(window);
    const text = toJson({ ...manifest, attempt });
    lake.objects.set(manifestKey(window), { bytes: Buffer.from(text), storedAtMs: lake.nowMs });
  }
  jobs.endAll(succeeds ? 'SUCCESS' : 'FAILED');
}

/** Notes the attempts that were claimed, decides what they will cost, and when they will be billed. */
function noteClaims(
  { parts: { lake }, started, due }: Shop,
  { billDays, random }: { billDays: number; random: () => number },
): void {
  for (const key of lake.keys('receipts/budget/')) {
    const { window, attempt, forecastUsd, atMs } = Claim.parse(JSON.parse(lake.text(key)));
    const name = `${window}.${attempt}`;
    if (started.has(name)) continue;
    const month = monthOf(atMs);
    const others = [...started].filter(
      ([other, each]) => each.month === month && billOfAttempt(lake, other) === undefined,
    );
    // Between half and twice the forecast, and never more than all workers until the deadline.
    const actualUsd = roundUsd(Math.min(mostUsd(launch, 'us-east-1'), forecastUsd * 2 ** (2 * random() - 1)));
    started.set(name, { month, forecastUsd, actualUsd, unbilled: [...others.map(([other]) => other), name] });
    due.set(`job-lake.${name}`, { atMs: atMs + billDays * random() * DAY_MS, usd: actualUsd });
  }
}

/** The bill of an attempt; undefined if there is none yet, or if it is unknown. */
function billOfAttempt(lake: MemoryLake, name: string): number | undefined {
  const key = keyOf(name);
  if (!lake.objects.has(key)) return undefined;
  return Receipt.parse(JSON.parse(lake.text(key))).usd.job ?? undefined;
}

const keyOf = (name: string): string => {
  const [window = 0, attempt = 0] = name.split('.').map(Number);
  return receiptKey(window, attempt);
};

const monthsOf = ({ started }: Shop): Map<string, Started[]> =>
  Map.groupBy(started.values(), ({ month }) => month);

describe.each([1, 2, 3, 4, 5, 6])('three months of shop %i', (seed) => {
  test('no month costs more than its ceiling and the forecast errors of what was not billed when its last attempt began', async () => {
    const shop = await simulate(seed, { ceiling: 0.4, billDays: 3 });
    const months = [...monthsOf(shop).values()];
    expect(months.length).toBe(3);
    for (const attempts of months) {
      const errors = (attempts.at(-1)?.unbilled ?? []).map((name) => {
        const { actualUsd = 0, forecastUsd = 0 } = shop.started.get(name) ?? {};
        return Math.max(0, actualUsd - forecastUsd);
      });
      const spent = addUsd(attempts.map(({ actualUsd }) => actualUsd));
      expect(spent).toBeLessThanOrEqual(addUsd([0.4, ...errors]));
    }
  });

  test('with bills that come before the next attempt, that is one forecast error', async () => {
    const shop = await simulate(seed, { ceiling: 0.4, billDays: 0 });
    let compared = 0;
    for (const attempts of monthsOf(shop).values()) {
      const last = attempts.at(-1);
      // A call was lost between the end of an attempt and the start of this one.
      if (last?.unbilled.length !== 1) continue;
      compared++;
      const spent = addUsd(attempts.map(({ actualUsd }) => actualUsd));
      expect(spent).toBeLessThanOrEqual(addUsd([0.4, Math.max(0, last.actualUsd - last.forecastUsd)]));
    }
    expect(compared).toBeGreaterThan(0);
  });

  test('the receipts have what was billed, and the ceiling is used: a month that waited has no room for another run', async () => {
    const shop = await simulate(seed, { ceiling: 0.4, billDays: 3 });
    const { lake, log } = shop.parts;
    for (const [name, { actualUsd, month }] of shop.started) {
      const bill = billOfAttempt(lake, name);
      if (bill === undefined) continue;
      expect(bill).toBe(actualUsd);
      expect(Receipt.parse(JSON.parse(lake.text(keyOf(name)))).month).toBe(month);
    }
    const waits = log.lines.filter(({ message }) => message.includes('waits for the next month'));
    expect(waits.length).toBeGreaterThan(0);
    for (const { committedUsd, forecastUsd } of waits)
      expect(Number(committedUsd) + Number(forecastUsd)).toBeGreaterThan(0.4);
  });
});
