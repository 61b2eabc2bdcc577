import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KeptJvms } from '../../../local/spark/kept-jvms.ts';
import type { SparkProgram } from '../../../local/spark/spark.ts';

/** The JVMs are shells: each writes its process id, and runs `job` for every line that it reads. */
let directory: string;
let jvms: KeptJvms;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cartograph-jvms-'));
});
afterEach(async () => {
  await jvms.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** Processes start and end late on a busy machine. */
const WAIT = { timeout: 10_000 };

const file = (name: string): string => join(directory, name);

function start(job: string, idleMs?: number): void {
  const script = `#!/bin/sh\necho $$ >> ${file('pids')}\nwhile read -r line; do\n${job}\necho done\ndone\n`;
  writeFileSync(file('java'), script, { mode: 0o755 });
  jvms = new KeptJvms({ directory, command: file('java'), ...(idleMs !== undefined && { idleMs }) });
}

const PROGRAM: SparkProgram = {
  ...{ jvm: ['-Xmx1g'], ownJvm: ['-XX:TieredStopAtLevel=1'], classPath: 'spark/*', jar: 'job.jar' },
  ...{ mainClass: 'cartograph.TrainJob', settings: {}, arguments: ['--window', '1'] },
};
const run = (program: Partial<SparkProgram> = {}, env: Record<string, string> = {}) =>
  jvms.run({ ...PROGRAM, ...program }, file('job.log'), { PATH: process.env.PATH ?? '', ...env });

const pids = (): number[] =>
  existsSync(file('pids')) ? readFileSync(file('pids'), 'utf8').trim().split('\n').map(Number) : [];
const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const running = (): number[] => pids().filter(isRunning);

test('the next job runs in the same JVM, if it needs the same options, jar and environment', async () => {
  start('true');
  expect(await run().failed).toBeUndefined();
  expect(await run({ arguments: ['--window', '2'], settings: { a: 'b' } }).failed).toBeUndefined();
  expect(pids()).toHaveLength(1);
  const others = [() => run({ jvm: ['-Xmx2g'] }), () => run({ jar: 'new.jar' }), () => run({}, { A: '1' })];
  for (const [index, other] of others.entries()) {
    expect(await other().failed).toBeUndefined();
    expect(pids()).toHaveLength(index + 2);
  }
  await expect.poll(() => running().length, WAIT).toBe(1);
});

test('jobs at the same time have a JVM each, of which one stays', async () => {
  start(`while [ ! -e ${file('go')} ]; do sleep 0.02; done`);
  const jobs = [run(), run()];
  await expect.poll(() => running().length, WAIT).toBe(2);
  writeFileSync(file('go'), '');
  expect(await Promise.all(jobs.map(({ failed }) => failed))).toEqual([undefined, undefined]);
  await expect.poll(() => running().length, WAIT).toBe(1);
});

test('a JVM ends some time after its last job, and not during one', async () => {
  start('sleep 0.3', 100);
  expect(await run().failed).toBeUndefined();
  expect(await run().failed).toBeUndefined();
  expect(pids()).toHaveLength(1);
  await expect.poll(() => running(), WAIT).toEqual([]);
  expect(await run().failed).toBeUndefined();
  expect(pids()).toHaveLength(2);
});

test('a failure names the exit code or the signal, and the next job gets a new JVM', async () => {
  start(`case "$line" in *fail*) exit 3;; *leave*) exit 0;; *die*) kill -9 $$;; esac`);
  expect(await run({ arguments: ['fail'] }).failed).toBe('exit code 3');
  expect(await run({ arguments: ['die'] }).failed).toBe('signal SIGKILL');
  // Without an answer, the job may have done anything.
  expect(await run({ arguments: ['leave'] }).failed).toBe('exit code 0 before the job was done');
  expect(await run().failed).toBeUndefined();
  expect(pids()).toHaveLength(4);
});

test('a program that does not exist is a failure that names it', async () => {
  jvms = new KeptJvms({ directory, command: file('no-java') });
  const { failed, pid } = run();
  expect(await failed).toContain(`spawn ${file('no-java')} ENOENT`);
  expect(pid).toBeUndefined();
});

test('what the JVM itself prints is no answer, and is in its log', async () => {
  start('echo "not enough memory"; exit 1');
  const job = run();
  expect(await job.failed).toBe('exit code 1');
  expect(readFileSync(job.jvmLog, 'utf8')).toBe('not enough memory\n');
});

test('a JVM that ended without a job is replaced, and its time does not end the next one', async () => {
  start('true', 400);
  await run().failed;
  const [first = 0] = pids();
  process.kill(first, 'SIGKILL');
  await expect.poll(() => isRunning(first), WAIT).toBe(false);
  await sleep(200);
  await run().failed;
  const [, second = 0] = pids();
  // The time of the first one passes.
  await sleep(300);
  expect(isRunning(second)).toBe(true);
  await run().failed;
  expect(pids()).toHaveLength(2);
});

test('a JVM that is being stopped gets no other job, although its job still ends well', async () => {
  const untilGo = `while [ ! -e ${file('go')} ]; do sleep 0.02; done`;
  start(`case "$line" in *deaf*) trap '' TERM; echo > ${file('deaf')}; ${untilGo}; echo done; exit 1;; esac`);
  const job = run({ arguments: ['deaf'] });
  await expect.poll(() => existsSync(file('deaf')), WAIT).toBe(true);
  const stopped = job.stop();
  writeFileSync(file('go'), '');
  expect(await job.failed).toBeUndefined();
  expect(await run().failed).toBeUndefined();
  expect(pids()).toHaveLength(2);
  await stopped;
});

test('to stop a job that has ended does not end the next one in its JVM', async () => {
  start('sleep 0.2');
  const first = run();
  await first.failed;
  const second = run();
  await first.stop();
  expect(await second.failed).toBeUndefined();
  expect(pids()).toHaveLength(1);
});
