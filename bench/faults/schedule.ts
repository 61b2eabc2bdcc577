import { CURRENT_KEY, manifestKey } from '../../lambdas/shared/contract/keys.ts';
import { sum } from '../../lambdas/shared/contract/numbers.ts';
import { Current, Manifest } from '../../lambdas/shared/contract/schemas.ts';
import { readJson, s3Lake } from '../../lambdas/shared/platform/lake.ts';
import type { Log } from '../../lambdas/shared/platform/log.ts';
import { seeded } from '../../local/shop/random.ts';
import { defaultSales } from '../../local/shop/simulate.ts';
import { Adversary } from './adversary.ts';
import { type Outcome, outcomeOf, problemsLeft, problemsOfStorage, problemsOfWrite } from './checks.ts';
import { JobService } from './jobs.ts';
import { StageQueue } from './queue.ts';
import { type Process, Simulation } from './simulation.ts';
import { accumulateStage, STAGE_NAMES, STAGES, type StageName, type World } from './stages.ts';
import { trainStandIn } from './stand-in.ts';
import { Store } from './store.ts';
import { Stream } from './stream.ts';

/** The result of a schedule. */
export interface ScheduleResult extends Outcome {
  readonly seed: number;
  /** Sentences about what does not hold; empty if everything does. */
  readonly problems: readonly string[];
  /** Number of faults, by `PROGRAM REQUEST: FAULT`. */
  readonly faults: ReadonlyMap<string, number>;
  readonly sales: number;
  readonly rejected: number;
  /** Messages in dead-letter queues at the end. */
  readonly deadLetters: number;
  /** How often a reader followed the pointer to all files of a run. */
  readonly reads: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START_MS = Date.UTC(2026, 6, 1);
/** As the stack sets them up: `sweepMinutes`, `gatherSeconds`. */
const SWEEP_MS = 5 * MINUTE;
const GATHER_MS = MINUTE;
/** Hours in which sales arrive and faults happen. */
const DISTURBED_HOURS = 4;
/** Time that the sweeps then have at most, and how often the result is checked. */
const HEALING_MS = 4 * HOUR;
const CHECK_MS = 20 * MINUTE;
const SALES_PER_HOUR = 60;
/** Sales after the last fault, so that another window is cut. */
const LATE_SALES = 60;

/**
 * Runs the pipeline for some simulated hours against an adversary, then without faults but with no event of the bucket, and
 * checks what came out. The same seed gives the same run.
 */
export async function runSchedule(seed: number, disturbedHours = DISTURBED_HOURS): Promise<ScheduleResult> {
  const count = SALES_PER_HOUR * disturbedHours;
  const random = seeded(seed);
  const adversary = new Adversary(random);
  const world = createWorld(seed, adversary);
  const { simulation, stream, store, queues, problems } = world;
  const sales = defaultSales({ seed, count: count + LATE_SALES });
  const produce = (): void => {
    const next = sales.next();
    if (!next.done) stream.produce(next.value);
  };
  for (let sale = 0; sale < count; sale++) simulation.after(random.below(disturbedHours * HOUR), produce);
  stream.poll();
  sweepAlways(world);
  world.read();
  await simulation.run(disturbedHours * HOUR);
  adversary.stop();
  for (let sale = 0; sale < LATE_SALES; sale++) simulation.after(random.below(CHECK_MS), produce);
  for (let passedMs = 0; passedMs < HEALING_MS; passedMs += CHECK_MS) {
    await simulation.run(CHECK_MS);
    if (stream.isDrained && problemsLeft(store, stream).length === 0) break;
  }
  if (!stream.isDrained) problems.add('records are not committed');
  const found = [...problemsLeft(store, stream), ...(await problemsOfStorage(store, stream))];
  const deadLetters = STAGE_NAMES.map((stage) => queues[stage].deadLetters.length);
  return {
    ...outcomeOf(store),
    seed,
    problems: [...problems, ...found],
    faults: adversary.faults,
    sales: stream.accepted.size,
    rejected: stream.rejected.size,
    deadLetters: sum(deadLetters),
    reads: world.reads(),
  };
}

type Queues = Readonly<Record<StageName, StageQueue>>;

interface WorldParts {
  readonly simulation: Simulation;
  readonly store: Store;
  readonly stream: Stream;
  readonly queues: Queues;
  readonly problems: Set<string>;
  /** Starts a reader that follows the pointer now and then. */
  read(): void;
  reads(): number;
}

function createWorld(seed: number, adversary: Adversary): WorldParts {
  const random = seeded(seed + 1_000_000);
  const problems = new Set<string>();
  const chooseFault = adversary.chooseFault.bind(adversary);
  const simulation = new Simulation({ startMs: START_MS, random, chooseFault });
  const store = new Store(simulation, (key, before) => {
    for (const problem of problemsOfWrite(store, key, before)) problems.add(problem);
    notify(key);
  });
  const jobs = new JobService({
    simulation,
    adversary,
    train: (process, { name }) => {
      const [, window, attempt] = (/^window-(\d+)-attempt-(\d+)$/.exec(name) ?? []).map(Number);
      const [client, isEmpty] = [store.clientOf(process), random.chance(0.2)];
      return trainStandIn({ client, window: window ?? 0, attempt: attempt ?? 0, isEmpty });
    },
    onEnd: (jobRunId, state) =>
      queues.train.send('event', {
        'detail-type': 'EMR Serverless Job Run State Change',
        detail: { jobRunId, state },
      }),
    onProblem: (problem) => problems.add(problem),
  });
  const worldOf = (process: Process): World => ({
    lake: s3Lake('lake', store.clientOf(process)),
    jobs: jobs.clientOf(process),
    log: SILENT,
    nowMs: () => simulation.nowMs,
  });
  const queueOf = (program: StageName): StageQueue =>
    new StageQueue({
      ...{ simulation, adversary, program },
      gatherMs: program === 'threshold' ? GATHER_MS : 0,
      handler: (process, event) => STAGES[program](event, worldOf(process)),
    });
  const queues: Queues = {
    threshold: queueOf('threshold'),
    train: queueOf('train'),
    publish: queueOf('publish'),
    render: queueOf('render'),
  };
  const notify = (key: string): void => {
    for (const stage of STAGE_NAMES)
      if (SUBSCRIPTIONS[stage].some((prefix) => key.startsWith(prefix)))
        queues[stage].send('event', { 'detail-type': 'Object Created', detail: { object: { key } } });
  };
  const stage = accumulateStage(random.chance(0.5));
  const stream = new Stream({
    ...{ simulation, adversary },
    accumulate: (process, event) => stage(event, worldOf(process)),
  });
  let reads = 0;
  const read = (): void => {
    simulation.start(
      'reader',
      (process) => followPointer(worldOf(process)),
      (end) => {
        if (end.how === 'failed') problems.add(`a reader found half a run: ${end.error}`);
        else if (end.how === 'answered' && end.answer === true) reads++;
        simulation.after(random.below(10 * MINUTE), read);
      },
    );
  };
  return { simulation, store, stream, queues, problems, read, reads: () => reads };
}

/** The events that each queue takes, as in lib/. */
const SUBSCRIPTIONS: Readonly<Record<StageName, readonly string[]>> = {
  threshold: ['interactions/', 'manifests/', 'attempts/'],
  train: ['windows/'],
  publish: ['manifests/'],
  render: ['publications/'],
};

const ignore = (): void => undefined;
const SILENT: Log = { info: ignore, warn: ignore, error: ignore, measure: ignore };

/** Sends the sweeps of all stages, as the stack's schedules do. */
function sweepAlways({ simulation, queues }: WorldParts): void {
  const every = (periodMs: number, act: () => void): void =>
    simulation.after(periodMs, () => {
      act();
      every(periodMs, act);
    });
  for (const stage of STAGE_NAMES) every(SWEEP_MS, () => queues[stage].send('sweep', { sweep: true }));
  every(HOUR, () => queues.threshold.send('sweep', { sweep: true, all: true }));
}

/**
 * Reads from the pointer to the last file of the run, with time between the requests.
 *
 * @returns Whether a run is served.
 * @throws {Error} If something is missing on the way.
 */
async function followPointer({ lake }: World): Promise<boolean> {
  const current = await readJson(lake, CURRENT_KEY, Current);
  if (!current?.run) return false;
  const manifest = await readJson(lake, manifestKey(current.run), Manifest);
  if (!manifest) throw new Error(`${manifestKey(current.run)} is missing`);
  for (const { key, sizeBytes } of manifest.files) {
    const file = await lake.read(key);
    if (Buffer.byteLength(file?.text ?? '') !== sizeBytes) throw new Error(`${key} is missing or cut off`);
  }
  return true;
}
