import { globSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { SlowestFirst } from './test/run/slowest-first.ts';

const ALL = 'test/**/*.test.ts';

/** These start brokers, browsers, Spark or other programs. */
const WITH_PROGRAMS =
  'test/{browser,cloud,compose,end-to-end,local/pipeline,local/process,spark}/**/*.test.ts';

/** These replace modules, or load one with an environment of their own, which others must not see. */
const WITH_OWN_MODULES = globSync(ALL, { cwd: import.meta.dirname }).filter((path) =>
  /\bvi\.(mock|doMock|stubEnv|stubGlobal|resetModules)\b|\bawait import\(/.test(
    readFileSync(`${import.meta.dirname}/${path}`, 'utf8'),
  ),
);

const ALONE = [WITH_PROGRAMS, ...WITH_OWN_MODULES];

export default defineConfig({
  test: {
    // kafkajs computes one timeout below zero.
    execArgv: ['--disable-warning=TimeoutNegativeWarning'],
    // Two cores: the suites that start brokers and Spark take turns.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 300_000,
    globalSetup: ['test/run/temporary-folder.ts'],
    setupFiles: ['test/run/leaves-nothing.ts'],
    sequence: { sequencer: SlowestFirst },
    // The files of the second project share a process, which loads the CDK, Vega and the stages once instead of 250 times.
    projects: [
      { extends: true, test: { name: 'alone', include: ALONE } },
      { extends: true, test: { name: 'shared', include: [ALL], exclude: ALONE, isolate: false } },
    ],
  },
});
