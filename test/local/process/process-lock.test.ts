import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { acquireLock, isRunning, startTimeOf } from '../../../local/process/process-lock.mjs';

let directory: string;
let path: string;
let other: ChildProcess;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'cartograph-lock-'));
  path = join(directory, 'running');
  other = spawn('sleep', ['600']);
  await once(other, 'spawn');
});
afterEach(() => {
  other.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

const pid = (): number => other.pid ?? 0;
const explain = (holder: string): string => `Cannot start: ${holder} is there`;
const heldBy = (content: unknown): void => writeFileSync(path, JSON.stringify(content));

test('a process is identified by its id and its start time, and has no start time after its end', async () => {
  const startTime = startTimeOf(pid()) ?? '';
  expect(startTime).not.toBe('');
  expect(startTimeOf(pid())).toBe(startTime);
  expect(isRunning({ pid: pid(), startTime })).toBe(true);
  expect(isRunning({ pid: pid(), startTime: `${startTime}1` })).toBe(false);
  other.kill('SIGKILL');
  await once(other, 'exit');
  expect(startTimeOf(pid())).toBeUndefined();
});

test('a lock is held until it is released', () => {
  const release = acquireLock(path, explain);
  expect(() => acquireLock(path, explain)).toThrow(`Cannot start: process ${process.pid} is there`);
  release();
  expect(existsSync(path)).toBe(false);
  acquireLock(path, explain)();
});

test('a lock that a running process holds is refused, and its file stays the same', () => {
  heldBy({ pid: pid(), startTime: startTimeOf(pid()) });
  const before = readFileSync(path, 'utf8');
  expect(() => acquireLock(path, explain)).toThrow(`process ${pid()} is there`);
  expect(readFileSync(path, 'utf8')).toBe(before);
});

test.each([
  ['a process that has ended', () => heldBy({ pid: 2 ** 22 + 1, startTime: '1' })],
  ['a process whose id another process has now', () => heldBy({ pid: pid(), startTime: 'earlier' })],
  [
    'a process in another container that had the id of this one',
    () => heldBy({ pid: process.pid, startTime: 'earlier' }),
  ],
])('a lock of %s is taken over', (_who, hold) => {
  hold();
  acquireLock(path, explain)();
  expect(readdirSync(directory)).toEqual([]);
});

test.each(['', '{', '12', '{"pid":"x"}'])(
  'a lock file with the text %j may still be in writing, unless it is old',
  (text) => {
    writeFileSync(path, text);
    expect(() => acquireLock(path, explain)).toThrow('another process is there');
    utimesSync(path, new Date(0), new Date(0));
    acquireLock(path, explain)();
  },
);

test('releasing a lock late does not remove the lock of the next holder', () => {
  const release = acquireLock(path, explain);
  heldBy({ pid: pid(), startTime: startTimeOf(pid()) });
  release();
  expect(existsSync(path)).toBe(true);
});
