import { PREFIX } from '../../lambdas/shared/contract/keys.ts';
import { type Random, seeded } from '../../local/shop/random.ts';

/** The stages whose Lambda worker is killed. */
export const WORKER_STAGES = ['accumulate', 'threshold', 'train', 'publish', 'render'] as const;
export type WorkerStage = (typeof WORKER_STAGES)[number];

/**
 * The process that is killed. `pipeline` is that of `npm start`, which contains the pollers, the job server, the API and the pages.
 * `everything` is all processes of the pipeline at the same moment.
 */
export const TARGETS = ['pipeline', 'worker', 'job', 'broker', 'emulator', 'everything'] as const;
export type Target = (typeof TARGETS)[number];

/** The progress at which a process is killed, counted from the start of the round. */
export type Moment =
  /** So many more objects are stored below a prefix. */
  | { readonly prefix: string; readonly objects: number }
  /** The running job has finished at least so many steps. */
  | { readonly steps: number };

/** One SIGKILL. */
export interface Kill {
  readonly target: Target;
  /** The stage of a worker; absent for other targets. */
  readonly stage?: WorkerStage;
  readonly moment: Moment;
  /** If true, the kill waits, after the moment, until the worker computes. */
  readonly whenBusy: boolean;
  /** Time between the moment and the kill. */
  readonly delayMs: number;
}

const MAX_DELAY_MS = 200;
const MAX_JOB_STEPS = 12;

/** Chooses up to how many objects to wait for. */
interface Trigger {
  readonly prefix: string;
  readonly most: number;
}

const STORED: Trigger = { prefix: PREFIX.interactions, most: 4 };
const REJECTED: Trigger = { prefix: PREFIX.rejected, most: 2 };
const CUT: Trigger = { prefix: PREFIX.windows, most: 1 };
const ATTEMPTED: Trigger = { prefix: PREFIX.attempts, most: 2 };
const WRITTEN: Trigger = { prefix: PREFIX.runs, most: 30 };
const TRAINED: Trigger = { prefix: PREFIX.manifests, most: 1 };
const DECIDED: Trigger = { prefix: PREFIX.publications, most: 1 };
const DRAWN: Trigger = { prefix: PREFIX.charts, most: 20 };
const STEPS = 'steps';

/** The objects after which a stage has work, and those that it writes itself. */
const WORK: Readonly<Record<WorkerStage, { readonly begins: Trigger; readonly writes: Trigger }>> = {
  accumulate: { begins: STORED, writes: STORED },
  threshold: { begins: STORED, writes: CUT },
  train: { begins: CUT, writes: ATTEMPTED },
  publish: { begins: TRAINED, writes: DECIDED },
  render: { begins: DECIDED, writes: DRAWN },
};

/** The moments of the other targets. */
const MOMENTS: Readonly<Record<Exclude<Target, 'worker'>, readonly (Trigger | typeof STEPS)[]>> = {
  pipeline: [STORED, STORED, REJECTED, ATTEMPTED, STEPS, TRAINED],
  job: [STEPS, STEPS, STEPS, WRITTEN, WRITTEN, TRAINED],
  broker: [STORED, STORED, STEPS],
  emulator: [STORED, CUT, STEPS, WRITTEN, DECIDED, DRAWN],
  everything: [STORED, STEPS, WRITTEN],
};

/**
 * Draws the kills of a schedule: the pipeline once, a job once, workers of two different stages, and one of broker, emulator and
 * everything, in any order.
 *
 * @returns Five kills. The same seed gives the same ones.
 */
export function drawKills(seed: number): readonly Kill[] {
  const random = seeded(seed);
  const [one, other] = shuffled(random, WORKER_STAGES);
  const services = ['broker', 'emulator', 'everything'] as const;
  const targets: readonly (Target | WorkerStage | undefined)[] = [
    'pipeline',
    'job',
    one,
    other,
    services[random.below(services.length)],
  ];
  return shuffled(random, targets).flatMap((target) => {
    if (target === undefined) return [];
    return isStage(target) ? drawOfWorker(random, target) : drawOf(random, target);
  });
}

const isStage = (target: Target | WorkerStage): target is WorkerStage =>
  (WORKER_STAGES as readonly string[]).includes(target);

function drawOfWorker(random: Random, stage: WorkerStage): Kill {
  const whenBusy = random.chance(0.5);
  const { begins, writes } = WORK[stage];
  const moment = momentOf(random, whenBusy ? begins : writes);
  return { target: 'worker', stage, moment, whenBusy, delayMs: delayOf(random) };
}

function drawOf(random: Random, target: Target): Kill {
  const moments = target === 'worker' ? [] : MOMENTS[target];
  const chosen = moments[random.below(moments.length)] ?? STEPS;
  const moment = chosen === STEPS ? { steps: random.below(MAX_JOB_STEPS) } : momentOf(random, chosen);
  return { target, moment, whenBusy: false, delayMs: delayOf(random) };
}

const momentOf = (random: Random, { prefix, most }: Trigger): Moment => ({
  prefix,
  objects: 1 + random.below(most),
});

/** Half of the kills follow at once. */
const delayOf = (random: Random): number => (random.chance(0.5) ? 0 : random.below(MAX_DELAY_MS));

/** Returns the items in random order (Fisher and Yates). */
function shuffled<Item>(random: Random, items: readonly Item[]): Item[] {
  const left = [...items];
  const drawn: Item[] = [];
  while (left.length > 0) drawn.push(...left.splice(random.below(left.length), 1));
  return drawn;
}

/** Describes a kill. @example 'worker of train, 1 object below windows/, when it computes, after 20 ms' */
export function describeKill({ target, stage, moment, whenBusy, delayMs }: Kill): string {
  const name = stage ? `worker of ${stage}` : target;
  const when =
    'steps' in moment ? `${moment.steps} steps of a job` : `${moment.objects} more below ${moment.prefix}`;
  return `${name}, at ${when}${whenBusy ? ', when it computes' : ''}, ${delayMs} ms later`;
}
