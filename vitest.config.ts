import { defineConfig } from 'vitest/config';
import { SlowestFirst } from './test/run/slowest-first.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // kafkajs computes one timeout below zero.
    execArgv: ['--disable-warning=TimeoutNegativeWarning'],
    // Two cores: the suites that start brokers and Spark take turns.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 300_000,
    globalSetup: ['test/run/temporary-folder.ts'],
    setupFiles: ['test/run/leaves-nothing.ts'],
    sequence: { sequencer: SlowestFirst },
  },
});
