import { highest, lowest } from '../lambdas/shared/contract/numbers.ts';
/** One line of the table of figures. */
export interface Figure {
  readonly what: string;
  /** What the project set out to reach; absent where it only reports. */
  readonly reach?: string;
  readonly measured: string;
}

/** A benchmark measures and tells; it never judges, for machines differ. */
export interface Benchmark {
  /** One line: what is measured, and against what. */
  readonly title: string;
  /** @param say Progress, a line at a time. */
  run(say: (line: string) => void): Promise<readonly Figure[]>;
}

/** The middle value; of an even number the lower of the two. */
export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;

/** `20.1 s (19.8–21.4)`: the median of several runs, and the smallest and the largest. */
export function spread(seconds: readonly number[]): string {
  const [low, high] = [lowest(seconds), highest(seconds)];
  return `${median(seconds).toFixed(1)} s (${low.toFixed(1)}–${high.toFixed(1)})`;
}

/** Markdown. */
export const figuresTable = (figures: readonly Figure[]): string =>
  [
    '| what | reach | measured |',
    '|---|---|---|',
    ...figures.map(({ what, reach = '', measured }) => `| ${what} | ${reach} | ${measured} |`),
  ].join('\n');
