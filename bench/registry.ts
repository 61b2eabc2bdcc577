import { accumulate } from './accumulate.ts';
import { answer } from './answer.ts';
import type { Benchmark } from './benchmark.ts';
import { bundles } from './bundles.ts';
import { charts } from './charts.ts';
import { clone } from './clone.ts';
import { faults } from './faults.ts';
import { forget } from './forget.ts';
import { fuzz } from './fuzz.ts';
import { graph } from './graph.ts';
import { growth, million } from './growth.ts';
import { job } from './job.ts';
import { kills } from './kills.ts';
import { layout } from './layout.ts';
import { realtime } from './realtime.ts';
import { render } from './render.ts';
import { retail } from './retail.ts';
import { soak } from './soak.ts';
import { start } from './start.ts';
import { warm } from './warm.ts';
import { windows } from './windows.ts';
import { year } from './year.ts';

/** All benchmarks, in the order in which they run. To add one, add a file and a line here. */
export const BENCHMARKS = {
  accumulate,
  fuzz,
  faults,
  kills,
  soak,
  bundles,
  layout,
  charts,
  render,
  graph,
  job,
  growth,
  million,
  windows,
  warm,
  forget,
  start,
  year,
  retail,
  answer,
  realtime,
  clone,
} satisfies Readonly<Record<string, Benchmark>>;
export type BenchmarkName = keyof typeof BENCHMARKS;
export const BENCHMARK_NAMES = Object.keys(BENCHMARKS) as readonly BenchmarkName[];
