import { highest, lowest } from '../lambdas/shared/contract/numbers.ts';

/** One row of the table of figures. */
export interface Figure {
  /** What was measured. A row that starts with `…` continues the one before it. */
  readonly subject: string;
  /** The goal that the project set itself; absent if there is none. */
  readonly target?: string;
  /** The result, with units. */
  readonly measured: string;
}

/** A benchmark reports its results. It never fails because of a slow one, because machines differ. */
export interface Benchmark {
  /** One line: what is measured, and what it is compared with. */
  readonly title: string;
  /** True if it takes so long that it runs only if it is named. */
  readonly runsOnlyByName?: boolean;
  /** @param report Receives the progress, one line at a time. */
  run(report: (line: string) => void): Promise<readonly Figure[]>;
}

/** Returns the middle value, for an even number of values the lower of the two; NaN if there are none. */
export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;

/** Formats durations as `20.1 s (19.8–21.4)`: the median, the smallest and the largest. */
export function spread(seconds: readonly number[]): string {
  const [low, high] = [lowest(seconds), highest(seconds)];
  return `${median(seconds).toFixed(1)} s (${low.toFixed(1)}–${high.toFixed(1)})`;
}

/** Returns the figures as a Markdown table. */
export const figuresTable = (figures: readonly Figure[]): string =>
  [
    '| what | target | measured |',
    '|---|---|---|',
    ...figures.map(({ subject, target = '', measured }) => `| ${subject} | ${target} | ${measured} |`),
  ].join('\n');
