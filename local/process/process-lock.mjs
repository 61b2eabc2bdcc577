/**
 * Which processes are there, and which of them holds a lock. Plain JavaScript without dependencies, for `bootstrap.mjs`
 * needs it before there are any, also on an old Node.
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

/** Held by whoever installs, and by `npm start` as long as its pipeline is there. */
export const LOCKS = { installing: join(STATE, 'installing'), running: join(STATE, 'running') };

/**
 * When a process started, as the system tells it. A number alone does not say which process is meant: numbers are
 * given again.
 *
 * @returns undefined if there is no such process, or it has ended and only waits to be collected
 */
export function startTimeOf(pid) {
  return existsSync('/proc/self/stat') ? startTimeInProc(pid) : startTimeByPs(pid);
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: field 22, in clock ticks since the machine started. */
function startTimeInProc(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses, which may itself hold spaces and parentheses.
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

/** Whether this very process is still there. */
export const isRunning = ({ pid, startTime }) => startTimeOf(pid) === startTime;

/** How long a lock may be without its content before it counts as left behind. */
const WRITING_MS = 5_000;
const ATTEMPTS = 10;

/**
 * Takes the lock, also from a process that has ended without giving it back. It is given back when this process exits.
 *
 * @param path The lock's file, in a directory that exists.
 * @param explain (holder) → the message of the error, where the holder is "process 123".
 * @returns a function that gives it back
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
  const mine = readText(path);
  const release = () => {
    process.off('exit', release);
    if (mine !== undefined && readText(path) === mine) rmSync(path, { force: true });
  };
  process.once('exit', release);
  return release;
}

/** @returns undefined if the text is not what a holder writes */
function holderIn(text) {
  try {
    const { pid, startTime } = JSON.parse(text);
    return Number.isInteger(pid) && pid > 0 && typeof startTime === 'string' ? { pid, startTime } : undefined;
  } catch {
    return undefined;
  }
}

/** Renamed first, for only one of several that find it stale can do that. */
function removeStale(path, stale) {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
    // Another may have taken it over since it was read: then it is theirs, and goes back.
    if (readText(aside) !== stale) linkSync(aside, path);
  } catch {
    // Somebody was faster; the next attempt sees what is there now.
  }
  rmSync(aside, { force: true });
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
