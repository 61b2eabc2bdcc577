import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { grouped } from '../../lambdas/shared/contract/numbers.ts';
import { type Pipeline, startPipeline } from '../pipeline/pipeline.ts';
import { countRecords, produceRecords } from '../pipeline/produce-records.ts';
import { workOff } from '../pipeline/work-off.ts';
import { raced, untilAborted } from '../process/abort.ts';
import { PartEnded } from '../process/parts.ts';
import { STATE } from '../process/paths.ts';
import { acquireLock, LOCKS, startTimeOf } from '../process/process-lock.mjs';
import { INTERRUPTED_EXIT_CODE, Interrupted, onSignals } from '../process/signals.ts';
import { exportRun } from '../results/export.ts';
import { readSettled } from '../results/outcome.ts';
import { formatReport, problemsOf, type ReportFacts } from '../results/report.ts';
import { type Milestone, Watch } from '../results/watch.ts';
import { EmulatorLog } from '../stack/emulator-log.ts';
import { removeEndpoints, writeEndpoints } from '../stack/endpoints.ts';
import { followLogs } from '../stack/follow-logs.ts';
import { LogReader } from '../stack/stage-logs.ts';
import { forTerminal } from '../terminal/terminal.ts';
import { checkOptions } from './check-options.ts';
import { parseStartOptions, type StartOptions } from './start-options.ts';
import { configOf, elsewhereOf, recordsOf } from './start-plan.ts';

/** No step of a run on one machine takes longer than this; it would be stuck. */
const TIMEOUT_SECONDS = 1800;

const TOLD: Readonly<Record<Milestone, string>> = {
  cut: 'is cut',
  started: 'job has started',
  trained: 'is trained',
  failed: 'has used up its attempts',
  rendered: 'is rendered',
  undrawn: 'could not be drawn',
  published: 'is published',
};

const TELL_EVERY = 100_000;

/** How much later than its consequences the end of a part may be seen. */
const CAUSE_MS = 300;
/** Something for a person to look at. */
const BAD: readonly Milestone[] = ['failed', 'undrawn'];

const started = performance.now();
const say = (text: string): void =>
  console.log(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${text}`);
const complain = (text: string): void =>
  console.error(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ✗ ${forTerminal(text)}`);

export { commandLine } from './start-options.ts';

/** `npm start`: runs the whole pipeline on this machine. */
export async function run(args: readonly string[]): Promise<void> {
  const options = parseStartOptions(args);
  const stopping = new AbortController();
  onSignals(() => {
    say('stopping');
    stopping.abort(new Interrupted('Interrupted before all was done'));
  });
  const release = lock();
  try {
    const checked = await checkOptions(options);
    await startAndRun(checked, stopping);
  } catch (error) {
    if (error instanceof Interrupted) process.exitCode = INTERRUPTED_EXIT_CODE;
    else if (error instanceof PartEnded) process.exitCode = 1;
    else throw error;
  } finally {
    release();
  }
}

/** Taken before anything of an earlier run is removed, given back when all parts have ended. */
function lock(): () => void {
  mkdirSync(STATE, { recursive: true });
  return acquireLock(
    LOCKS.running,
    (holder) =>
      `Cannot start: a pipeline is running already in .cartograph (${holder} holds ${LOCKS.running}); stop it first (Ctrl-C in its terminal)`,
  );
}

async function startAndRun(options: StartOptions, stopping: AbortController): Promise<void> {
  const { signal } = stopping;
  const preparation: Record<string, number> = {};
  const pipeline = await startPipeline({
    directory: join(STATE, 'state'),
    config: configOf(options),
    partitions: options.partitions,
    cores: availableParallelism(),
    keep: options.keep ?? false,
    pagesPort: options.port,
    elsewhere: elsewhereOf(options),
    signal,
    onFailure: (error) => {
      if (!signal.aborted) complain(`accumulate: ${messageOf(error)}; it is tried again`);
    },
    onReady: (part, seconds) => {
      preparation[part] = seconds;
      say(`${part} is ready`);
    },
    onLeftover: (what) => say(`${what} of an earlier start was still running and is ended`),
    onEnd: (sentence) => {
      if (!signal.aborted) complain(sentence);
      stopping.abort(new PartEnded(sentence));
    },
  });
  try {
    await runPipeline(pipeline, options, preparation, signal);
  } catch (error) {
    // A part that dies takes requests with it: which of the two is seen first is chance, and the part is the cause.
    await sleep(CAUSE_MS, undefined, { signal }).catch(() => undefined);
    throw signal.reason instanceof PartEnded ? signal.reason : error;
  } finally {
    removeEndpoints();
    if (!signal.aborted) say('stopping');
    await stopAll(pipeline);
  }
}

/** Why it ends counts for more than what went wrong at the end, which is told. */
async function stopAll(pipeline: Pipeline): Promise<void> {
  try {
    await pipeline.stop();
  } catch (error) {
    complain(messageOf(error));
    process.exitCode ||= 1;
  }
}

async function runPipeline(
  pipeline: Pipeline,
  options: StartOptions,
  preparation: Record<string, number>,
  signal: AbortSignal,
): Promise<void> {
  const { lake, poller: _, stop: __, emulatorLog, ...endpoints } = pipeline;
  const startTime = startTimeOf(process.pid) ?? '';
  writeEndpoints({ pid: process.pid, startTime, ...endpoints });
  preparation['until the first sale'] = performance.now() / 1000;
  const watch = new Watch(lake, tellMilestone);
  const stopLogs = followLogs(
    [
      new LogReader(pipeline.endpoint, performance.timeOrigin),
      ...(emulatorLog ? [new EmulatorLog(emulatorLog)] : []),
    ],
    complain,
  );
  try {
    await raced(workThrough(pipeline, options, { watch, preparation, signal }), signal);
    if (!options.once) await raced(stayUp(watch, signal), signal).catch(unlessInterrupted);
  } finally {
    stopLogs();
  }
}

/** Sends the sales, waits until all that comes of them is there, and tells what it is. */
async function workThrough(
  pipeline: Pipeline,
  options: StartOptions,
  { watch, preparation, signal }: { watch: Watch; preparation: Record<string, number>; signal: AbortSignal },
): Promise<void> {
  await watch.skipPast();
  const sendingMs = performance.now();
  const records = recordsOf(options, await countRecords(pipeline));
  const sent = await produceRecords(pipeline, untilAborted(records, signal), progress());
  preparation.producing = (performance.now() - sendingMs) / 1000;
  signal.throwIfAborted();
  say(`produced ${grouped(sent)} records`);
  const producedMs = performance.now();
  const onStored = () => {
    preparation.accumulate ??= (performance.now() - producedMs) / 1000;
  };
  const settle = () => workOff(pipeline, watch, { timeoutSeconds: TIMEOUT_SECONDS, signal, onStored });
  const isWell = await report(pipeline, { watch, preparation, settle });
  if (options.export !== undefined) {
    const files = await exportRun(pipeline.endpoint, pipeline.bucket, options.export);
    say(`exported ${files} files to ${options.export}`);
  }
  process.exitCode = isWell ? 0 : 1;
}

/** When the work is done, Ctrl-C is how it ends. */
function unlessInterrupted(error: unknown): void {
  if (!(error instanceof Interrupted)) throw error;
}

/** Works all off and prints what happened. @returns whether all of it worked */
async function report(
  pipeline: Pipeline,
  {
    watch,
    preparation,
    settle,
  }: { watch: Watch; preparation: Readonly<Record<string, number>>; settle: () => Promise<void> },
): Promise<boolean> {
  const countProduced = () => countRecords(pipeline);
  const facts: ReportFacts = {
    ...(await readSettled(pipeline.lake, { countProduced, workOff: settle })),
    source: pipeline.poller.source,
    sightings: watch.sightings,
    preparation,
    chartsUrl: pipeline.pagesUrl,
  };
  console.log(`\n${formatReport(facts)}\n`);
  return problemsOf(facts).length === 0 && watch.undrawn.length === 0;
}

async function stayUp(watch: Watch, signal: AbortSignal): Promise<void> {
  console.log('Up until Ctrl-C. In another terminal: npm run produce -- --count 1000\n');
  while (!signal.aborted) {
    await watch.look();
    await sleep(1000, undefined, { signal }).catch(() => undefined);
  }
}

function tellMilestone(window: number, milestone: Milestone): void {
  (BAD.includes(milestone) ? complain : say)(`window ${window} ${TOLD[milestone]}`);
}

function progress(): (sent: number) => void {
  let next = TELL_EVERY;
  return (sent) => {
    if (sent < next) return;
    next += TELL_EVERY;
    say(`produced ${grouped(sent)} records so far`);
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
