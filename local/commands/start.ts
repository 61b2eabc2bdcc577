import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { grouped } from '../../lambdas/shared/contract/numbers.ts';
import { tryPurchase } from '../api/purchase.ts';
import { drain } from '../pipeline/drain.ts';
import { type Pipeline, startPipeline } from '../pipeline/pipeline.ts';
import { countRecords, produceRecords } from '../pipeline/produce-records.ts';
import { rejectOnAbort, untilAborted } from '../process/abort.ts';
import { PartEnded } from '../process/parts.ts';
import { STATE } from '../process/paths.ts';
import { acquireLock, LOCKS, startTimeOf } from '../process/process-lock.mjs';
import { INTERRUPTED_EXIT_CODE, Interrupted, onSignals } from '../process/signals.ts';
import { exportServed } from '../results/export-served.ts';
import { readFinalOutcome } from '../results/outcome.ts';
import { exportProblem, formatReport, problemsOf, type ReportFacts } from '../results/report.ts';
import { type Milestone, Watch } from '../results/watch.ts';
import { shopIdsOf, userLabel } from '../shop/shop-ids.ts';
import { EmulatorLog } from '../stack/emulator-log.ts';
import { removeEndpoints, writeEndpoints } from '../stack/endpoints.ts';
import { followLogs } from '../stack/follow-logs.ts';
import { readLooksPersonal } from '../stack/looks-personal.ts';
import { LogReader } from '../stack/stage-logs.ts';
import { forTerminal } from '../terminal/terminal.ts';
import { checkOptions } from './check-options.ts';
import { sendInput } from './send-input.ts';
import { parseStartOptions, type StartOptions } from './start-options.ts';
import { configOf, elsewhereOf, recordsToSend } from './start-plan.ts';

/** On one machine, a step that takes longer is stuck. */
const TIMEOUT_SECONDS = 1800;

const MILESTONE_TEXT: Readonly<Record<Milestone, string>> = {
  cut: 'is cut',
  waiting: 'waits for the next month, because its training does not fit into the budget',
  started: 'is being trained on',
  trained: 'is trained',
  failed: 'has no run: all attempts to train failed',
  rendered: 'is rendered',
  renderFailed: 'could not be rendered',
  decided: 'is decided',
};

const PROGRESS_RECORDS = 100_000;

/** Consequences of the end of a part may be seen this much earlier than the end. */
const CAUSE_MS = 300;
/** Milestones that are printed as errors. */
const FAILURES: readonly Milestone[] = ['waiting', 'failed', 'renderFailed'];

const started = performance.now();
const print = (text: string): void =>
  console.log(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${text}`);
const printError = (text: string): void =>
  console.error(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ✗ ${forTerminal(text)}`);

export { commandLine } from './start-options.ts';

/** `npm start`: runs the whole pipeline on this machine. */
export async function run(args: readonly string[]): Promise<void> {
  const options = parseStartOptions(args);
  const stopping = new AbortController();
  onSignals(() => {
    print('stopping');
    stopping.abort(new Interrupted('Interrupted before everything was processed'));
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

/**
 * Takes the lock, before the state of an earlier run is removed.
 *
 * @returns Releases it; call it when all parts have ended.
 * @throws {Error} If another pipeline holds it.
 */
function lock(): () => void {
  mkdirSync(STATE, { recursive: true });
  return acquireLock(
    LOCKS.running,
    (holder) =>
      `Cannot start: a pipeline is already running in .cartograph (${holder} holds ${LOCKS.running}); stop it first (Ctrl-C in its terminal)`,
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
    apiPort: options.apiPort,
    elsewhere: elsewhereOf(options),
    signal,
    onFailure: (error, stage) => {
      if (!signal.aborted) printError(`${stage}: ${messageOf(error)}; trying again`);
    },
    onApiFault: (message) => {
      if (!signal.aborted) printError(message);
    },
    onReady: (part, seconds) => {
      preparation[part] = seconds;
      print(`${part} is ready`);
    },
    onLeftover: (program) => print(`stopped ${program}, which an earlier start had left running`),
    onReadAgain: () =>
      print(
        'the AWS emulator was killed before it saved its state: all sales on the topic are read again into a new bucket',
      ),
    onEnd: (sentence) => {
      if (!signal.aborted) printError(sentence);
      stopping.abort(new PartEnded(sentence));
    },
  });
  try {
    await runPipeline(pipeline, options, preparation, signal);
  } catch (error) {
    // When a part dies, requests to it fail too, perhaps before its end is seen. The part is the cause, so wait for it.
    await sleep(CAUSE_MS, undefined, { signal }).catch(() => undefined);
    throw signal.reason instanceof PartEnded ? signal.reason : error;
  } finally {
    removeEndpoints();
    if (!signal.aborted) print('stopping');
    await stopAll(pipeline);
  }
}

/** Prints what went wrong, and does not throw it: that would hide the reason for the end. */
async function stopAll(pipeline: Pipeline): Promise<void> {
  try {
    await pipeline.stop();
  } catch (error) {
    printError(messageOf(error));
    process.exitCode ||= 1;
  }
}

async function runPipeline(
  pipeline: Pipeline,
  options: StartOptions,
  preparation: Record<string, number>,
  signal: AbortSignal,
): Promise<void> {
  const { lake, poller: _, stop: __, persons: ___, emulatorLog, ...endpoints } = pipeline;
  const startTime = startTimeOf(process.pid) ?? '';
  writeEndpoints({ pid: process.pid, startTime, ...endpoints });
  preparation['until the first sale'] = performance.now() / 1000;
  const watch = new Watch(lake, printMilestone);
  const stopLogs = followLogs(
    [
      new LogReader(pipeline.endpoint, performance.timeOrigin),
      ...(emulatorLog ? [new EmulatorLog(emulatorLog)] : []),
    ],
    printError,
  );
  try {
    await rejectOnAbort(produceAndReport(pipeline, options, { watch, preparation, signal }), signal);
    if (!options.once) await rejectOnAbort(stayUp(watch, signal), signal).catch(unlessInterrupted);
  } finally {
    stopLogs();
  }
}

/** Produces the sales, waits until they are processed, prints the report and exports the run. */
async function produceAndReport(
  pipeline: Pipeline,
  options: StartOptions,
  { watch, preparation, signal }: { watch: Watch; preparation: Record<string, number>; signal: AbortSignal },
): Promise<void> {
  await watch.skipExisting();
  const sendingMs = performance.now();
  const records = recordsToSend(options, await countRecords(pipeline));
  const sent = await sendInput(options, (onSent) =>
    produceRecords(pipeline, untilAborted(records, signal), progress(onSent)),
  );
  preparation.producing = (performance.now() - sendingMs) / 1000;
  signal.throwIfAborted();
  print(`produced ${grouped(sent)} records`);
  const producedMs = performance.now();
  const onStored = () => {
    preparation.accumulate ??= (performance.now() - producedMs) / 1000;
  };
  const drainAll = () => drain(pipeline, watch, { timeoutSeconds: TIMEOUT_SECONDS, signal, onStored });
  const isSimulated = options.input === undefined;
  const { succeeded, notExported } = await report(pipeline, { watch, preparation, drainAll, isSimulated });
  if (options.export !== undefined) {
    if (notExported === undefined) {
      for (const line of await exportServed(pipeline, options.export, options.reveal)) print(line);
    } else printError(notExported);
  }
  process.exitCode = succeeded && (options.export === undefined || notExported === undefined) ? 0 : 1;
}

/** After the report, Ctrl-C is the regular end and not an error. */
function unlessInterrupted(error: unknown): void {
  if (!(error instanceof Interrupted)) throw error;
}

/** Waits until everything is processed and prints what happened. @returns Whether all of it succeeded, and why nothing can be exported */
async function report(
  pipeline: Pipeline,
  {
    watch,
    preparation,
    drainAll,
    isSimulated,
  }: {
    watch: Watch;
    preparation: Readonly<Record<string, number>>;
    drainAll: () => Promise<void>;
    isSimulated: boolean;
  },
): Promise<{ readonly succeeded: boolean; readonly notExported: string | undefined }> {
  const countProduced = () => countRecords(pipeline);
  const facts: ReportFacts = {
    ...(await readFinalOutcome(pipeline.lake, { countProduced, drain: drainAll })),
    source: pipeline.poller.source,
    sightings: watch.sightings,
    preparation,
    chartsUrl: pipeline.pagesUrl,
    apiUrl: pipeline.apiUrl,
  };
  const user = facts.outcome.user?.user;
  const [shopUser] = shopIdsOf(user === undefined ? [] : [user], pipeline.persons);
  // The purchase is a real sale, so it is made only among simulated ones.
  const purchase = isSimulated ? await tryPurchase(pipeline.apiUrl, shopUser) : undefined;
  // Without the logs, the report says nothing about it.
  const looksPersonal = await readLooksPersonal(pipeline.endpoint, performance.timeOrigin).catch(
    () => undefined,
  );
  const shown = {
    ...facts,
    ...{ purchase, looksPersonal },
    ...(user !== undefined && { userLabel: userLabel(user, pipeline.persons) }),
  };
  console.log(`\n${formatReport(shown)}\n`);
  return {
    succeeded: problemsOf(shown).length === 0 && watch.windowsWithoutCharts.length === 0,
    notExported: exportProblem(facts.outcome),
  };
}

async function stayUp(watch: Watch, signal: AbortSignal): Promise<void> {
  console.log(
    'Running until Ctrl-C. To produce more sales, in another terminal: npm run produce -- --count 1000\n',
  );
  while (!signal.aborted) {
    await watch.refresh();
    await sleep(1000, undefined, { signal }).catch(() => undefined);
  }
}

function printMilestone(window: number, milestone: Milestone): void {
  (FAILURES.includes(milestone) ? printError : print)(`window ${window} ${MILESTONE_TEXT[milestone]}`);
}

function progress(onSent: (sent: number) => void): (sent: number) => void {
  let next = PROGRESS_RECORDS;
  return (sent) => {
    onSent(sent);
    if (sent < next) return;
    next += PROGRESS_RECORDS;
    print(`produced ${grouped(sent)} records so far`);
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
