import { setTimeout as sleep } from 'node:timers/promises';
import type { PipelineOwner } from './owner.ts';
import { type Kill, WORKER_STAGES, type WorkerStage } from './plan.ts';
import { cpuTicksOf, jobsOf, kill, notedPid, processesOf, workersOf } from './processes.ts';
import type { Progress } from './progress.ts';

/** What came of a kill. */
export interface Killed {
  readonly kill: Kill;
  /** Number of processes that were killed; 0 if the moment did not come, or there was no such process. */
  readonly processes: number;
}

/** On a busy machine a job takes minutes. */
const MOMENT_MS = 180_000;
const BUSY_MS = 30_000;
const LOOK_EVERY_MS = 5;
const LOOK_FOR_PROCESSES_EVERY_MS = 50;

interface Scene {
  readonly directory: string;
  readonly owner: PipelineOwner;
  readonly progress: Progress;
}

/** Waits for the moment of a kill and kills. */
export async function strike(scene: Scene, planned: Kill): Promise<Killed> {
  const missed: Killed = { kill: planned, processes: 0 };
  if (!(await scene.progress.until(planned.moment, MOMENT_MS))) return missed;
  if (planned.whenBusy && planned.stage && !(await untilBusy(scene, planned.stage))) return missed;
  if (planned.delayMs > 0) await sleep(planned.delayMs);
  const killed = pidsOf(scene, planned).filter(kill);
  return { kill: planned, processes: killed.length };
}

/** Waits until a worker of the stage has used CPU time. @returns False if none does. */
async function untilBusy(scene: Scene, stage: WorkerStage): Promise<boolean> {
  const before = new Map(workers(scene, stage).map((pid) => [pid, cpuTicksOf(pid)]));
  const deadlineMs = performance.now() + BUSY_MS;
  for (let look = 0; performance.now() < deadlineMs; look++) {
    const isDue = look % (LOOK_FOR_PROCESSES_EVERY_MS / LOOK_EVERY_MS) === 0;
    const known = isDue ? workers(scene, stage) : [...before.keys()];
    for (const pid of known) {
      const ticks = cpuTicksOf(pid);
      // A worker that is new has begun because there is work for it.
      if (!before.has(pid) || ticks > (before.get(pid) ?? 0)) return true;
    }
    await sleep(LOOK_EVERY_MS);
  }
  return false;
}

function workers({ directory, owner }: Scene, stage: WorkerStage): number[] {
  const { functions } = owner;
  return functions ? workersOf(processesOf(directory), functions, stage).map(({ pid }) => pid) : [];
}

function pidsOf(scene: Scene, { target, stage }: Kill): number[] {
  const { directory, owner } = scene;
  const existing = (pid: number | undefined): number[] => (pid === undefined ? [] : [pid]);
  switch (target) {
    case 'worker':
      return workers(scene, stage ?? WORKER_STAGES[0]);
    case 'pipeline':
      return existing(owner.pid);
    case 'job':
      return jobsOf(processesOf(directory)).map(({ pid }) => pid);
    case 'broker':
      return existing(notedPid(directory, 'kafka/broker.pid'));
    case 'emulator':
      return existing(notedPid(directory, 'aws/emulator.pid'));
    case 'everything':
      return processesOf(directory).map(({ pid }) => pid);
  }
}
