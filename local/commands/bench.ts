import { availableParallelism, cpus, totalmem } from 'node:os';
import { type Figure, figuresTable } from '../../bench/benchmark.ts';
import { BENCHMARKS, type BenchmarkName } from '../../bench/registry.ts';
import { command } from '../terminal/command.ts';
import { nearest } from '../terminal/nearest.ts';

/** `npm run bench`: every figure of docs/performance.md; `npm run bench -- NAME…`: some of them. */
await command(async (names) => {
  const chosen = names.length > 0 ? names.map(nameOf) : Object.keys(BENCHMARKS).map(nameOf);
  const figures: Figure[] = [];
  for (const name of chosen) {
    const { title, run } = BENCHMARKS[name];
    console.log(`\n── ${name}: ${title}`);
    figures.push(...(await run((line) => console.log(`   ${line}`))));
  }
  const memoryGb = Math.round(totalmem() / 2 ** 30);
  console.log(
    `\n${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${memoryGb} GiB, Node ${process.versions.node}\n`,
  );
  console.log(figuresTable(figures));
});

function nameOf(text: string): BenchmarkName {
  const name = Object.keys(BENCHMARKS).find((known): known is BenchmarkName => known === text);
  if (name) return name;
  const names = Object.keys(BENCHMARKS);
  throw new Error(
    `Unknown benchmark ${text}; did you mean ${nearest(text, names)}? There are ${names.join(', ')}`,
  );
}
