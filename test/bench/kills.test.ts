import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { drawKills, type Kill, TARGETS, WORKER_STAGES } from '../../bench/kills/plan.ts';
import {
  doubledJobs,
  endProcessesOf,
  jobsOf,
  processesOf,
  type RunningProcess,
} from '../../bench/kills/processes.ts';
import { Progress } from '../../bench/kills/progress.ts';
import { countKills } from '../../bench/kills.ts';

const directory = mkdtempSync(join(tmpdir(), 'cartograph-kills-test-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const countOf = (kills: readonly Kill[], target: Kill['target']): number =>
  kills.filter((kill) => kill.target === target).length;

test('each schedule kills the pipeline, a job, workers of two stages, and one of broker, emulator and everything', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const kills = drawKills(seed);
    expect(kills).toHaveLength(5);
    expect(countOf(kills, 'pipeline')).toBe(1);
    expect(countOf(kills, 'job')).toBe(1);
    expect(countOf(kills, 'worker')).toBe(2);
    const stages = kills.flatMap(({ stage }) => stage ?? []);
    expect(new Set(stages).size).toBe(2);
    for (const { moment, delayMs } of kills) {
      expect('steps' in moment ? moment.steps : moment.objects).toBeGreaterThanOrEqual(
        'steps' in moment ? 0 : 1,
      );
      expect(delayMs).toBeLessThan(200);
    }
  }
});

test('the same seed draws the same kills, another seed others; together they reach every target and every stage', () => {
  expect(drawKills(7)).toEqual(drawKills(7));
  expect(drawKills(7)).not.toEqual(drawKills(8));
  const all = Array.from({ length: 20 }, (_, index) => drawKills(index + 1)).flat();
  expect(new Set(all.map(({ target }) => target))).toEqual(new Set(TARGETS));
  expect(new Set(all.flatMap(({ stage }) => stage ?? []))).toEqual(new Set(WORKER_STAGES));
});

test('kills are counted by target; one that met no process is missed', () => {
  const [first, ...others] = drawKills(1).map((kill) => ({ kill, processes: 1 }));
  const kills = first ? [{ ...first, processes: 0 }, ...others] : [];
  expect(countKills([{ kills }])).toBe(
    'pipeline 1, worker 1, job 1, broker 1, emulator 0, everything 0; 1 missed',
  );
});

test('progress counts objects, not the files that the emulator adds, and sees one that comes later', async () => {
  const folder = join(directory, 'aws', 's3', '000000000000', 'lake', 'windows');
  mkdirSync(folder, { recursive: true });
  const progress = new Progress(directory, () => 'lake');
  for (const name of ['00000001.json', '00000001.json.meta.json', '00000002.json.tmp'])
    writeFileSync(join(folder, name), '{}');
  expect(progress.objects('windows/')).toBe(1);
  expect(progress.objects('manifests/')).toBe(0);
  expect(progress.steps()).toBeUndefined();
  const moment = { prefix: 'windows/', objects: 1 };
  expect(await progress.until(moment, 20)).toBe(false);
  const waiting = progress.until(moment, 60_000);
  writeFileSync(join(folder, '00000002.json'), '{}');
  expect(await waiting).toBe(true);
});

test('processes of a pipeline are found by its directory in their arguments or environment, and all are ended', async () => {
  const place = join(directory, 'place');
  const start = (args: readonly string[], environment: Readonly<Record<string, string>>) =>
    spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)', ...args], {
      env: { PATH: process.env.PATH, ...environment },
      stdio: 'ignore',
    });
  const [named, hidden, other] = [start([place], {}), start([], { DIRECTORY: place }), start([], {})];
  try {
    await expect
      .poll(() => processesOf(place).map(({ pid }) => pid), { timeout: 60_000 })
      .toEqual(expect.arrayContaining([named.pid, hidden.pid]));
    const ended = [once(named, 'exit'), once(hidden, 'exit')];
    expect(await endProcessesOf(place)).toHaveLength(2);
    await Promise.all(ended);
    expect(other.exitCode).toBeNull();
    expect(processesOf(place)).toEqual([]);
  } finally {
    for (const child of [named, hidden, other]) child.kill('SIGKILL');
  }
});

test('two jobs of one window are found; a JVM without a job, and a program that a JVM starts, are no jobs', () => {
  const open = new Map<number, string>();
  const jvm = (pid: number, parent: number): RunningProcess => ({
    ...{ pid, parent, environment: [] },
    args: ['java', 'cartograph.JobLoop'],
  });
  const job = (pid: number, parent: number, window: number, attempt: number): RunningProcess => {
    open.set(pid, `/state/jobs/logs/window-${window}-attempt-${attempt}.log`);
    return jvm(pid, parent);
  };
  const problems = (...running: RunningProcess[]): string[] =>
    doubledJobs(jobsOf(running, (pid) => ['/dev/null', open.get(pid) ?? '/state/jobs/logs/jvm-1.log']));
  expect(problems(job(10, 1, 1, 1), job(11, 1, 2, 1), job(12, 11, 2, 1), jvm(13, 1))).toEqual([]);
  expect(problems(job(10, 1, 3, 1), job(11, 1, 3, 2))).toEqual([
    'window 3 had 2 jobs at once, of attempts 1 and 2',
  ]);
  expect(problems(job(10, 1, 3, 1), job(11, 1, 3, 1))).toHaveLength(1);
});
