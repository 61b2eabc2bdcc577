import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Child, exitCodeOf, freePort, listenBriefly, startChild } from '../../../local/process/child.ts';
import { endLeftovers, noteProcess } from '../../../local/process/leftovers.ts';
import { startTimeOf } from '../../../local/process/process-lock.mjs';

/** The directory of a test's files. Shell scripts take the place of brokers and emulators. */
let directory: string;
let children: Child[];
let parents: ChildProcess[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cartograph-child-'));
  children = [];
  parents = [];
});
afterEach(async () => {
  for (const parent of parents) parent.kill('SIGKILL');
  await Promise.all(children.map((child) => child.stop()));
  await endLeftovers([directory]);
  rmSync(directory, { recursive: true, force: true });
});

const file = (name: string): string => join(directory, name);
const isThere = (pid: number): boolean => startTimeOf(pid) !== undefined;

function start(script: string, command = '/bin/sh'): Child {
  const child = startChild({
    name: 'the part',
    command,
    args: ['-c', script],
    logPath: file('part.log'),
    pidPath: file('part.pid'),
  });
  children.push(child);
  return child;
}

/** Waits until a script has written a file, and returns its text. */
async function written(name: string): Promise<string> {
  while (!existsSync(file(name)) || readFileSync(file(name), 'utf8') === '') await sleep(10);
  return readFileSync(file(name), 'utf8').trim();
}

const never = () => new Promise<never>(() => undefined);

test('the sentence about the end of a part names its log', async () => {
  expect(await start('exit 3').ended).toBe(`the part ended with exit code 3; see ${file('part.log')}`);
  const killed = start('exec sleep 600');
  killed.process.kill('SIGKILL');
  expect(await killed.ended).toBe(`the part ended with signal SIGKILL; see ${file('part.log')}`);
  expect(await start('', file('nothing')).ended).toMatch(/^the part did not run: spawn .*ENOENT; see /);
});

test('a part that ends before it is ready is an error with the end of its log', async () => {
  await expect(start('echo no space left; exit 1').until(never, 60)).rejects.toThrow(
    /^Cannot start the part: it ended with exit code 1\n[\s\S]*no space left/,
  );
  const trace = `echo Exception: the disk is full; for line in $(seq 50); do printf '\\tat Log.write(Log.java:%s)\\n' $line; done; exit 1`;
  await expect(start(trace).until(never, 60)).rejects.toThrow(/Exception: the disk is full$/);
  await expect(start('exec sleep 600').until(never, 0.05)).rejects.toThrow(
    /^Cannot start the part: it is not ready after 0.05 s\n/,
  );
});

test('waiting for a part ends when the signal is aborted, with the reason of the signal', async () => {
  const giveUp = new AbortController();
  const waiting = start('exec sleep 600').until(never, 60, giveUp.signal);
  giveUp.abort(new Error('Ctrl-C was pressed'));
  await expect(waiting).rejects.toThrow('Ctrl-C was pressed');
});

test('processes that a part has started end when the part is killed', async () => {
  const child = start(`sleep 600 & echo $! > ${file('worker')}; wait`);
  const worker = Number(await written('worker'));
  child.process.kill('SIGKILL');
  await child.stop();
  expect(isThere(worker)).toBe(false);
});

test('the note of a process exists as long as the process runs', async () => {
  const child = start('exec sleep 600');
  expect(JSON.parse(readFileSync(file('part.pid'), 'utf8'))).toEqual({
    what: 'the part',
    pid: child.process.pid,
    startTime: startTimeOf(child.process.pid ?? 0),
  });
  await child.stop();
  expect(existsSync(file('part.pid'))).toBe(false);
});

test('the exit code is the one that a shell would report', () => {
  expect(exitCodeOf({ exitCode: 7, signalCode: null })).toBe(7);
  expect(exitCodeOf({ exitCode: null, signalCode: 'SIGTERM' })).toBe(143);
  expect(exitCodeOf({ exitCode: null, signalCode: null })).toBe(1);
});

test('a port in use is distinguished from a free one', async () => {
  const port = await freePort();
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  await expect(listenBriefly(port, '127.0.0.1')).rejects.toMatchObject({ code: 'EADDRINUSE' });
  server.close();
  await once(server, 'close');
  expect(await listenBriefly(port, '127.0.0.1')).toBe(port);
});

/** Starts a process that starts a child. @returns The process, the child's id, and the lines that the process prints later. */
async function startParent(script: string) {
  const parent = spawn(process.execPath, [
    join(import.meta.dirname, 'parent.ts'),
    file('part.log'),
    file('part.pid'),
    '/bin/sh',
    '-c',
    script,
  ]);
  parents.push(parent);
  const lines: string[] = [];
  createInterface({ input: parent.stdout }).on('line', (line) => lines.push(line));
  await expect.poll(() => lines.length).toBe(1);
  return { parent, childPid: Number(lines.shift()), lines };
}

test('a program that a killed process left running is ended at the next start', async () => {
  const { parent, childPid } = await startParent('exec sleep 600');
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  expect(isThere(childPid)).toBe(true);
  expect(await endLeftovers([directory, file('not-there')])).toEqual(['the sleeper']);
  expect(isThere(childPid)).toBe(false);
  expect(existsSync(file('part.pid'))).toBe(false);
});

test('a process that only has the id of a leftover is not ended, and invalid notes are ignored', async () => {
  const child = start('exec sleep 600');
  const { pid = 0 } = child.process;
  writeFileSync(file('part.pid'), JSON.stringify({ what: 'x', pid, startTime: 'earlier' }));
  writeFileSync(file('broken.pid'), '{');
  noteProcess(file('ended.pid'), 'x', 2 ** 22 + 1);
  expect(await endLeftovers([directory])).toEqual([]);
  expect(isThere(pid)).toBe(true);
});

test('the first signal is reported at once, and the second ends the process and its children even if they ignore it', async () => {
  const { parent, childPid, lines } = await startParent(
    `trap '' TERM; echo > ${file('ready')}; while :; do sleep 0.1; done`,
  );
  while (!existsSync(file('ready'))) await sleep(10);
  parent.kill('SIGINT');
  // The terminal and npm may both pass on the same key press.
  parent.kill('SIGINT');
  await expect.poll(() => lines).toEqual(['stopping']);
  await sleep(400);
  expect(parent.exitCode).toBeNull();
  parent.kill('SIGTERM');
  expect(await once(parent, 'exit')).toEqual([130, null]);
  await expect.poll(() => isThere(childPid)).toBe(false);
});
