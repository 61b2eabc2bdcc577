import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { command } from './command.ts';
import type { ConfigInput } from './deploy.ts';
import { findEndpoints, removeEndpoints, writeEndpoints } from './endpoints.ts';
import { exportRun } from './export.ts';
import {
  DEFAULT_COUNT,
  DEFAULT_SEED,
  DEFAULT_THRESHOLD,
  helpText,
  parseStartOptions,
  START_OPTIONS,
  type StartOptions,
} from './options.ts';
import { readOutcome } from './outcome.ts';
import { STATE } from './paths.ts';
import { type Pipeline, startPipeline } from './pipeline.ts';
import { countRecords, produceRecords } from './produce-records.ts';
import { replay } from './replay.ts';
import { formatReport, problemsOf, type ReportFacts } from './report.ts';
import { plantShop } from './shop.ts';
import { type OutgoingRecord, SIMULATION_DAYS, SIMULATION_END_MS, simulate } from './simulate.ts';
import { LogReader } from './stack.ts';
import { type Milestone, Watch } from './watch.ts';
import { workOff } from './work-off.ts';

/** No step of a run on one machine takes longer than this; it would be stuck. */
const TIMEOUT_SECONDS = 1800;
const DEFAULT_PARTITIONS = 3;

const TOLD: Readonly<Record<Milestone, string>> = {
  cut: 'is cut',
  started: 'job has started',
  trained: 'is trained',
  failed: 'has used up its attempts',
  rendered: 'is rendered',
  published: 'is published',
};

const TELL_EVERY = 100_000;

const READ_LOGS_EVERY_MS = 2_000;

const started = performance.now();
const say = (text: string): void =>
  console.log(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${text}`);
const complain = (text: string): void =>
  console.error(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ✗ ${text}`);

await command(async (args) => {
  const options = parseStartOptions(args);
  if (options.help)
    return console.log(helpText('npm start: the whole pipeline on this machine', START_OPTIONS));
  if (findEndpoints())
    throw new Error(
      'Cannot start: a pipeline is running already in .cartograph; stop it first (Ctrl-C in its terminal)',
    );
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stopping.abort());
  const preparation: Record<string, number> = {};
  const pipeline = await startPipeline({
    directory: join(STATE, 'state'),
    config: configOf(options),
    partitions: options.partitions ?? DEFAULT_PARTITIONS,
    cores: availableParallelism(),
    keep: options.keep ?? false,
    pagesPort: options.port,
    elsewhere: elsewhereOf(options),
    onFailure: (error) =>
      complain(`accumulate: ${error instanceof Error ? error.message : error}; it is tried again`),
    onReady: (part, seconds) => {
      preparation[part] = seconds;
      say(`${part} is ready`);
    },
  });
  try {
    await run(pipeline, options, preparation, stopping.signal);
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
  } finally {
    removeEndpoints();
    say('stopping');
    await pipeline.stop();
  }
});

async function run(
  pipeline: Pipeline,
  options: StartOptions,
  preparation: Record<string, number>,
  signal: AbortSignal,
): Promise<void> {
  const { lake, poller: _, stop: __, ...endpoints } = pipeline;
  writeEndpoints({ pid: process.pid, ...endpoints });
  preparation['until the first sale'] = performance.now() / 1000;
  const watch = new Watch(lake, tellMilestone);
  await watch.skipPast();
  const stopLogs = followLogs(new LogReader(pipeline.endpoint), signal);
  try {
    const sendingMs = performance.now();
    const sent = await produceRecords(pipeline, recordsOf(options), progress());
    preparation.producing = (performance.now() - sendingMs) / 1000;
    say(`produced ${sent.toLocaleString('en-US')} records`);
    await workOff(pipeline, watch, { timeoutSeconds: TIMEOUT_SECONDS, signal });
    const isWell = await report(pipeline, watch, preparation);
    if (options.export !== undefined) {
      const files = await exportRun(pipeline.endpoint, pipeline.bucket, resolve(options.export));
      say(`exported ${files} files to ${resolve(options.export)}`);
    }
    if (!isWell) process.exitCode = 1;
    if (!options.once) await stayUp(watch, signal);
  } finally {
    stopLogs();
  }
}

/** Prints what happened. @returns whether all of it worked */
async function report(
  pipeline: Pipeline,
  watch: Watch,
  preparation: Readonly<Record<string, number>>,
): Promise<boolean> {
  const facts: ReportFacts = {
    produced: await countRecords(pipeline),
    outcome: await readOutcome(pipeline.lake),
    sightings: watch.sightings,
    preparation,
    chartsUrl: pipeline.pagesUrl,
  };
  console.log(`\n${formatReport(facts)}\n`);
  return problemsOf(facts).length === 0;
}

async function stayUp(watch: Watch, signal: AbortSignal): Promise<void> {
  console.log('Up until Ctrl-C. In another terminal: npm run produce -- --count 1000\n');
  while (!signal.aborted) {
    await watch.look();
    await sleep(1000, undefined, { signal }).catch(() => undefined);
  }
}

function configOf(options: StartOptions): ConfigInput {
  return {
    threshold: {
      threshold: options.threshold ?? DEFAULT_THRESHOLD,
      ...(options.growth === undefined ? {} : { growth: options.growth }),
      ...(options['max-wait'] === undefined ? {} : { maxWaitSeconds: options['max-wait'] }),
    },
    model: { ...(options.rank === undefined ? {} : { rank: options.rank }) },
    sweepMinutes: 1,
  };
}

/** The jobs' port is fixed where others must reach it: the emulator was started with this address. */
function elsewhereOf({ bootstrap, endpoint }: StartOptions) {
  const jobsUrl = process.env.AWS_ENDPOINT_URL_EMR_SERVERLESS;
  if (bootstrap === undefined || endpoint === undefined) return undefined;
  if (jobsUrl === undefined)
    throw new Error(
      '--endpoint needs AWS_ENDPOINT_URL_EMR_SERVERLESS: the address of this machine that the Lambdas were given',
    );
  return { bootstrap, endpoint, jobsUrl };
}

function recordsOf({
  input,
  map = {},
  count = DEFAULT_COUNT,
  seed = DEFAULT_SEED,
}: StartOptions): Iterable<OutgoingRecord> | AsyncIterable<OutgoingRecord> {
  if (input !== undefined) return replay(input, map);
  return simulate({ shop: plantShop(seed), seed, count, endMs: SIMULATION_END_MS, days: SIMULATION_DAYS });
}

function tellMilestone(window: number, milestone: Milestone): void {
  (milestone === 'failed' ? complain : say)(`window ${window} ${TOLD[milestone]}`);
}

function progress(): (sent: number) => void {
  let next = TELL_EVERY;
  return (sent) => {
    if (sent < next) return;
    next += TELL_EVERY;
    say(`produced ${sent.toLocaleString('en-US')} records so far`);
  };
}

/** Shows what the stages warn of or fail at, as it happens. */
function followLogs(logs: LogReader, signal: AbortSignal): () => void {
  const read = async () => {
    if (signal.aborted) return;
    for (const { stage, message, error } of await logs.read())
      complain(
        `${stage}: ${message}${error === undefined ? '' : `: ${JSON.stringify(error).slice(0, 300)}`}`,
      );
  };
  const timer = setInterval(() => void read().catch(() => undefined), READ_LOGS_EVERY_MS);
  return () => clearInterval(timer);
}
