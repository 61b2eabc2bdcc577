import type { Metric } from '../lambdas/shared/contract/quality.ts';
import { meanOf } from '../local/quality/score.ts';
import type { JobRun } from './job-runs.ts';

/** How a run of the job went. NDCG@10 is that of its lists by the purchases that followed; null if no user bought anything. */
export interface TrainedRun {
  readonly job: Pick<JobRun, 'seconds' | 'cpuSeconds' | 'load'>;
  /** The run that learned the ranker of this one. */
  readonly learnedBy: number;
  readonly ndcg: Readonly<Record<'any' | 'new', number | null>>;
}

/** One window, trained on by two series of runs. */
export interface ComparedWindow {
  readonly window: number;
  /** Every run learns. */
  readonly always: TrainedRun;
  /** A run learns only if it must. */
  readonly seldom: TrainedRun;
}

/** Splits rows at moments: row i of the result has what is before moment i and not before the one that precedes it. */
export function splitAt<T extends { readonly atMs: number }>(
  rows: readonly T[],
  momentsMs: readonly number[],
): T[][] {
  return momentsMs.map((untilMs, index) => {
    const fromMs = momentsMs[index - 1] ?? Number.NEGATIVE_INFINITY;
    return rows.filter(({ atMs }) => atMs >= fromMs && atMs < untilMs);
  });
}

/** Returns the windows in which the second series used the ranker of an earlier run. */
export const reusing = (windows: readonly ComparedWindow[]): ComparedWindow[] =>
  windows.filter(({ window, seldom }) => seldom.learnedBy < window);

/**
 * Compares the quality of both series over windows.
 *
 * @returns The mean of each series, and that of the differences (seldom minus always) with its 95 % interval over windows. Null if
 *   no window has users to measure by.
 */
export function compareQuality(
  windows: readonly ComparedWindow[],
  list: 'any' | 'new',
): { readonly always: number; readonly seldom: number; readonly difference: Metric } | null {
  const pairs = windows.flatMap(({ always, seldom }) => {
    const [one, other] = [always.ndcg[list], seldom.ndcg[list]];
    return one === null || other === null ? [] : [{ one, other }];
  });
  if (pairs.length === 0) return null;
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  return {
    always: mean(pairs.map(({ one }) => one)),
    seldom: mean(pairs.map(({ other }) => other)),
    difference: meanOf(pairs.map(({ one, other }) => other - one)),
  };
}

/** Returns the time of the second series as a share of that of the first; NaN if there are no windows. */
export const timeRatio = (windows: readonly ComparedWindow[], time: 'cpuSeconds' | 'seconds'): number =>
  total(windows.map(({ seldom }) => seldom.job[time])) / total(windows.map(({ always }) => always.job[time]));

const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** Formats a comparison: `0.2010 and 0.2000, difference -0.0010 (-0.0030–0.0010), 20 windows`. */
export function describeQuality(windows: readonly ComparedWindow[], list: 'any' | 'new'): string {
  const quality = compareQuality(windows, list);
  if (!quality) return 'no window';
  const { always, seldom, difference } = quality;
  const digits = (value: number): string => value.toFixed(4);
  const interval = `${digits(difference.low)} to ${digits(difference.high)}`;
  return `${digits(always)} and ${digits(seldom)}, difference ${digits(difference.value)} (${interval}), ${difference.n} windows`;
}

/** Formats one window as a line of progress. */
export function describeWindow({ window, always, seldom }: ComparedWindow): string {
  const side = ({ job, learnedBy, ndcg }: TrainedRun): string =>
    [
      `learned by ${learnedBy}`,
      `any ${ndcg.any?.toFixed(4) ?? '–'}`,
      `new ${ndcg.new?.toFixed(4) ?? '–'}`,
      `${job.cpuSeconds.toFixed(1)} s of CPU`,
      `${job.seconds.toFixed(1)} s`,
      `load ${job.load.toFixed(1)}`,
    ].join(', ');
  return `window ${window}: ${side(always)}; ${side(seldom)}`;
}
