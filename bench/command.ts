import { availableParallelism, cpus, totalmem } from 'node:os';
import { Argument } from '@commander-js/extra-typings';
import { commandLine as npmCommandLine, parseCommandLine } from '../local/terminal/command-line.ts';
import { type Benchmark, type Figure, figuresTable } from './benchmark.ts';
import { BENCHMARK_NAMES, BENCHMARKS } from './registry.ts';

export const commandLine = () =>
  npmCommandLine('bench', 'measure the figures of docs/performance.md').addArgument(
    new Argument('[NAMES...]', 'benchmarks to run (default: all but the longest)').choices(BENCHMARK_NAMES),
  );

/** Runs every benchmark of docs/performance.md, or those that are named: `npm run bench -- NAME…`. */
export async function run(args: readonly string[]): Promise<void> {
  const [names] = parseCommandLine(commandLine(), args).processedArgs;
  const chosen = names.length > 0 ? names : BENCHMARK_NAMES.filter((name) => !isLong(BENCHMARKS[name]));
  const figures: Figure[] = [];
  for (const name of chosen) {
    const { title, run } = BENCHMARKS[name];
    console.log(`\n── ${name}: ${title}`);
    for (const figure of await run((line) => console.log(`   ${line}`))) figures.push(figure);
  }
  const memoryGb = Math.round(totalmem() / 2 ** 30);
  console.log(
    `\n${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${memoryGb} GiB, Node ${process.versions.node}\n`,
  );
  console.log(figuresTable(figures));
}

const isLong = ({ runsOnlyByName = false }: Benchmark): boolean => runsOnlyByName;
