import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { plantShop } from '../../local/shop/shop.ts';
import { type OutgoingRecord, SIMULATION_END_MS, simulate } from '../../local/shop/simulate.ts';
import type { ConfigInput } from '../../local/stack/deploy.ts';
import { type Outcome, outcomeOf } from '../faults/checks.ts';
import { type Killed, strike } from './adversary.ts';
import { Attendance } from './attendance.ts';
import { PipelineOwner } from './owner.ts';
import { describeKill, drawKills, type Kill } from './plan.ts';
import { endProcessesOf } from './processes.ts';
import { NumberedProducer } from './producer.ts';
import { Progress } from './progress.ts';
import { countDeadLetters, readObjects, readTopic } from './read-back.ts';
import { settle } from './settle.ts';
import { countRepeats, expectedOf, problemsOf } from './verdict.ts';

export interface KillsResult extends Outcome {
  readonly seed: number;
  /** Sentences about what did not hold. */
  readonly problems: readonly string[];
  readonly kills: readonly Killed[];
  /** Records on the topic, by their address. */
  readonly sales: number;
  readonly rejected: number;
  /** Records that are on the topic a second time, because their acknowledgement was lost. */
  readonly sentAgain: number;
  /** Rows that are stored more than once. */
  readonly repeats: number;
  /** Invocations that ended with their worker. */
  readonly interrupted: number;
  readonly deadLetters: number;
  readonly restarts: number;
  readonly seconds: number;
  /** Load of the machine at the end. */
  readonly load: number;
}

/** Records that are sent in the round of a kill, and after the last one. */
const PER_ROUND = 400;
const LATE = 100;
const PARTITIONS = 3;

/** The settings of `npm start` for a shop so small that a job takes seconds. */
const CONFIG: ConfigInput = {
  threshold: { threshold: 300, growth: 0, gatherSeconds: 0 },
  model: { algorithm: 'als', rank: 8, iterations: 3 },
  sweepMinutes: 1,
};

/**
 * Runs the pipeline on this machine while processes are killed, then without kills until everything is processed, and checks what
 * came out. The seed decides what is killed at which progress; when that comes, this machine decides.
 *
 * @param report Receives the progress, one line at a time.
 */
export async function runKills(seed: number, report: (line: string) => void): Promise<KillsResult> {
  const directory = mkdtempSync(join(tmpdir(), 'cartograph-kills-'));
  let isKept = false;
  try {
    const result = await runIn(directory, seed, report);
    isKept = result.problems.length > 0;
    if (isKept) report(`seed ${seed}: state and logs are in ${directory}`);
    return result;
  } finally {
    await endProcessesOf(directory);
    if (!isKept) rmSync(directory, { recursive: true, force: true });
  }
}

async function runIn(directory: string, seed: number, report: (line: string) => void): Promise<KillsResult> {
  const startMs = performance.now();
  const sent = recordsOf(seed);
  const owner = new PipelineOwner({ directory, config: CONFIG, partitions: PARTITIONS });
  const producer = new NumberedProducer(() => owner.ready());
  const attendance = new Attendance(directory, owner);
  try {
    const kills = await disturb({ directory, owner, producer, seed, sent, report });
    await producer.send(numbered(sent).slice(-LATE));
    const unsettled = await settle(owner);
    const endpoints = await owner.ready();
    const [topic, objects] = [await readTopic(endpoints), await readObjects(endpoints)];
    const deadLetters = await countDeadLetters(endpoints);
    attendance.stop();
    const exitCode = await owner.stop();
    const { accepted, rejected } = expectedOf({ topic, sent });
    const remains = { objects, topic, sent, acknowledged: producer.acknowledged };
    return {
      ...outcomeOf(objects),
      ...{ seed, kills, deadLetters },
      problems: [
        ...unsettled,
        ...attendance.problems,
        ...(await problemsOf(remains)),
        ...(exitCode === 0 ? [] : [`the pipeline stopped with exit code ${exitCode}`]),
        ...(await endProcessesOf(directory)).map((name) => `${name} was left over`),
      ],
      sales: accepted.size,
      rejected: rejected.size,
      sentAgain: topic.length - new Set(topic.map(({ number }) => number)).size,
      repeats: await countRepeats(objects),
      interrupted: countInterrupted(directory, owner, attendance),
      restarts: owner.restarts,
      seconds: (performance.now() - startMs) / 1000,
      load: loadavg()[0] ?? Number.NaN,
    };
  } finally {
    attendance.stop();
    producer.stop();
    await owner.stop();
  }
}

/** Sends records round by round, with one kill in each. */
async function disturb({
  directory,
  owner,
  producer,
  seed,
  sent,
  report,
}: {
  readonly directory: string;
  readonly owner: PipelineOwner;
  readonly producer: NumberedProducer;
  readonly seed: number;
  readonly sent: readonly OutgoingRecord[];
  readonly report: (line: string) => void;
}): Promise<Killed[]> {
  const progress = new Progress(directory, () => owner.bucket);
  const killed: Killed[] = [];
  await owner.ready();
  for (const [round, kill] of drawKills(seed).entries()) {
    const { restarts } = owner;
    const records = numbered(sent).slice(round * PER_ROUND, (round + 1) * PER_ROUND);
    const sending = producer.send(records);
    sending.catch(() => undefined);
    const result = await strike({ directory, owner, progress }, kill);
    report(
      `seed ${seed}: ${describeKill(kill)}: ${result.processes === 0 ? 'missed' : `${result.processes} killed`}`,
    );
    killed.push(result);
    if (result.processes > 0 && endsPipeline(kill)) await owner.restarted(restarts);
    await sending;
  }
  return killed;
}

/** Lambda workers and jobs are started again by the running pipeline. */
const endsPipeline = ({ target }: Kill): boolean => target !== 'worker' && target !== 'job';

const numbered = (records: readonly OutgoingRecord[]) => [...records.entries()];

function recordsOf(seed: number): OutgoingRecord[] {
  const shop = plantShop(3, { users: 100, products: 60 });
  const count = drawKills(seed).length * PER_ROUND + LATE;
  return [...simulate({ shop, seed, count, endMs: SIMULATION_END_MS, days: 30 })];
}

const DIED = /Worker process died|Worker returned no response|Worker process exited immediately|Broken pipe/;

/** Counts the invocations that failed because their worker died: of queues, of pollers, and of sweeps. */
function countInterrupted(directory: string, owner: PipelineOwner, attendance: Attendance): number {
  const emulatorLog = readFileSync(join(directory, 'aws', 'emulator.log'), 'utf8');
  const ofQueues = emulatorLog.split('\n').filter((line) => line.includes('ESM: Lambda'));
  const texts = [...ofQueues, ...owner.failures, ...attendance.failures];
  return texts.filter((text) => DIED.test(text)).length;
}
