import { availableParallelism, cpus, totalmem } from 'node:os';
import { Argument } from '@commander-js/extra-typings';
import { type Figure, figuresTable } from '../../bench/benchmark.ts';
import { BENCHMARK_NAMES, BENCHMARKS } from '../../bench/registry.ts';
import { commandLine as npmCommandLine, parseCommandLine } from '../terminal/command-line.ts';

export const commandLine = () =>
  npmCommandLine('bench', 'the figures of docs/performance.md').addArgument(
    new Argument('[NAMES...]', 'which benchmarks (default: all)').choices(BENCHMARK_NAMES),
  );

/** `npm run bench`: every figure of docs/performance.md; `npm run bench -- NAME…`: some of them. */
export async function run(args: readonly string[]): Promise<void> {
  const [names] = parseCommandLine(commandLine(), args).processedArgs;
  const chosen = names.length > 0 ? names : BENCHMARK_NAMES;
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
