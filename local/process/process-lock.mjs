/**
 * Identifies processes, and lets one process at a time hold a lock. Plain JavaScript without dependencies, because
 * `bootstrap.mjs` uses it before any are installed, and on older versions of Node.
 */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const STATE = fileURLToPath(new URL('../../.cartograph', import.meta.url));

/** The locks' files. The first is held during an installation, the second by `npm start` while its pipeline runs. */
export const LOCKS = { installing: join(STATE, 'installing'), running: join(STATE, 'running') };

/**
 * Returns when a process started, as the system reports it. A process id alone does not identify a process, because the
 * system uses ids again.
 *
 * @returns A text to compare; undefined if there is no such process, or it has ended and is a zombie.
 */
export function startTimeOf(pid) {
  return existsSync('/proc/self/stat') ? startTimeInProc(pid) : startTimeByPs(pid);
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: field 22, in clock ticks since the system booted. */
function startTimeInProc(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses, which may contain spaces and parentheses.
    const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return isOver(state) ? undefined : rest[18];
  } catch {
    return undefined;
  }
}

function startTimeByPs(pid) {
  const { stdout } = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  const [state = '', ...started] = (stdout ?? '').trim().split(/\s+/);
  return started.length === 0 || isOver(state[0]) ? undefined : started.join(' ');
}

const isOver = (state) => state === 'Z' || state === 'X';

/** Returns true if exactly this process still runs, not only one with the same id. */
export const isRunning = ({ pid, startTime }) => startTimeOf(pid) === startTime;

/** A new lock file is empty until its holder has written to it. After this time, it counts as abandoned. */
const WRITING_MS = 5_000;
const ATTEMPTS = 10;

/**
 * Takes a lock, also if its holder has ended without releasing it. The lock is released when this process exits.
 *
 * @param path The lock's file, in a directory that exists.
 * @param explain (holder) → the message of the error; the holder is a text such as "process 123".
 * @returns A function that releases the lock.
 * @throws {Error} If another process holds it.
 */
export function acquireLock(path, explain) {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (create(path)) return releaser(path);
    const found = readText(path);
    if (found === undefined) continue;
    const holder = holderIn(found);
    if (holder ? isRunning(holder) : ageMs(path) < WRITING_MS)
      throw new Error(explain(holder ? `process ${holder.pid}` : 'another process'));
    removeStale(path, found);
  }
  throw new Error(explain('another process'));
}

function create(path) {
  let file;
  try {
    file = openSync(path, 'wx');
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
  writeSync(file, JSON.stringify({ pid: process.pid, startTime: startTimeOf(process.pid) }));
  closeSync(file);
  return true;
}

function releaser(path) {
  const content = readText(path);
  const release = () => {
    process.off('exit', release);
    if (content !== undefined && readText(path) === content) rmSync(path, { force: true });
  };
  process.once('exit', release);
  return release;
}

/** @returns The process that a lock file names, or undefined if the file's text is not valid. */
function holderIn(text) {
  try {
    const { pid, startTime } = JSON.parse(text);
    return Number.isInteger(pid) && pid > 0 && typeof startTime === 'string' ? { pid, startTime } : undefined;
  } catch {
    return undefined;
  }
}

/** Removes an abandoned lock. It is renamed first: if several processes find it abandoned, only one of them can do that. */
function removeStale(path, stale) {
  const renamedPath = `${path}.${process.pid}`;
  try {
    renameSync(path, renamedPath);
    // Another process may have taken the lock since it was read. The lock is then valid and is put back.
    if (readText(renamedPath) !== stale) linkSync(renamedPath, path);
  } catch {
    // Another process was faster; the next attempt reads the lock again.
  }
  rmSync(renamedPath, { force: true });
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function ageMs(path) {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}
