import { join } from 'node:path';
import { NODE_BIN, ROOT } from '../local/process/paths.ts';
import { type Benchmark, spread } from './benchmark.ts';
import { type Finished, timed } from './processes.ts';

const ROUNDS = 3;

/** Runs `npm start -- --once` with everything installed. */
export const startOnce = (...options: readonly string[]): Promise<Finished> =>
  timed(join(NODE_BIN, 'node'), ['local/bootstrap.mjs', 'start', '--once', ...options], { cwd: ROOT });

/**
 * Returns when a line such as `  63.7 s  window 2 is rendered` was printed, in seconds since the start.
 *
 * @throws {Error} If no such line was printed.
 */
export function momentOf(output: string, line: RegExp): number {
  const match = new RegExp(String.raw`^ *(\d+\.\d) s {2}(?:${line.source})`, 'm').exec(output);
  if (!match) throw new Error(`Cannot measure: no line like ${line} was printed:\n${output.slice(-2000)}`);
  return Number(match[1]);
}

export const untilFirstSale = (output: string): number =>
  Number(/until the first sale (\d+\.\d) s/.exec(output)?.[1]);

export const start: Benchmark = {
  title: `npm start -- --once, everything installed, ${ROUNDS} times`,
  async run(report) {
    const [totals, beforeSales]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      const { seconds, output } = await startOnce();
      if (!/^Window 2 /m.test(output))
        throw new Error('Cannot measure: only one window was cut, should be two');
      totals.push(seconds);
      beforeSales.push(untilFirstSale(output));
      report(`${seconds.toFixed(1)} s, the first sale after ${untilFirstSale(output).toFixed(1)} s`);
    }
    return [
      {
        subject: '`npm start -- --once`, everything installed, two windows',
        target: '≤ 55 s, stretch 45 s',
        measured: spread(totals),
      },
      {
        subject: '`npm start`: time until the first sale is produced',
        target: '≤ 15 s',
        measured: spread(beforeSales),
      },
    ];
  },
};
