import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { constants } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { rejectOnAbort } from './abort.ts';
import { noteProcess, removeNote } from './leftovers.ts';
import { endGroup, signalGroup } from './process-group.ts';

export interface ChildOptions {
  /** The program's name in messages: "the Kafka broker". */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** File that the program's standard output and standard error are appended to. */
  readonly logPath: string;
  /** If true, the program's standard input and output are pipes of `process`, and only its standard error is logged. */
  readonly hasPipes?: boolean;
  /** File that identifies the program's process, for `endLeftovers`. */
  readonly pidPath?: string;
}

/** A program that this process has started. */
export interface Child {
  readonly process: ChildProcess;
  readonly logPath: string;
  /** Resolves when the program has ended, for any reason: "the Kafka broker ended with exit code 1; see PATH". */
  readonly ended: Promise<string>;
  /** Ends the program and its own child processes: SIGTERM first, then SIGKILL. Does nothing if it has ended. */
  stop(): Promise<void>;
  /**
   * Waits until `ready` resolves. Rejects with the end of the log if the program ends first or takes too long, and with
   * the signal's reason if `signal` is aborted.
   */
  until<Result>(
    ready: (signal: AbortSignal) => Promise<Result>,
    timeoutSeconds: number,
    signal?: AbortSignal,
  ): Promise<Result>;
}

/** Starts a program in its own process group: Ctrl-C then reaches this process only, which stops its programs in order. */
export function startChild(options: ChildOptions): Child {
  const { name, logPath, pidPath } = options;
  const child = spawnLogged(options);
  const { pid } = child;
  if (pid !== undefined && pidPath !== undefined) noteProcess(pidPath, name, pid);
  const onExit = (): void => void (pid !== undefined && signalGroup(pid, 'SIGKILL'));
  process.once('exit', onExit);
  const ending = endingOf(child);
  // Once the group has ended, the system may give its id to another process, so the id is not used again.
  const gone = ending.then(async () => {
    if (pid !== undefined) await endGroup(pid);
    process.off('exit', onExit);
    if (pidPath !== undefined) removeNote(pidPath);
  });
  let isGone = false;
  void gone.then(() => (isGone = true));

  return {
    process: child,
    logPath,
    ended: ending.then((how) => `${name} ${how}; see ${logPath}`),
    async stop() {
      if (!isGone && pid !== undefined) await endGroup(pid);
      await gone;
    },
    async until(ready, timeoutSeconds, signal = new AbortController().signal) {
      const giveUp = new AbortController();
      const failed = (how: string): never => {
        throw new Error(`Cannot start ${name}: it ${how}\n${tail(logPath)}`);
      };
      const started = Promise.race([
        ready(giveUp.signal),
        ending.then(failed),
        sleep(timeoutSeconds * 1000, undefined, { signal: giveUp.signal }).then(() =>
          failed(`is not ready after ${timeoutSeconds} s`),
        ),
      ]);
      try {
        return await rejectOnAbort(started, signal);
      } finally {
        giveUp.abort();
      }
    },
  };
}

function spawnLogged({ command, args, env, cwd, logPath, hasPipes = false }: ChildOptions): ChildProcess {
  mkdirSync(dirname(logPath), { recursive: true });
  const log = openSync(logPath, 'a');
  const child = spawn(command, args, {
    stdio: hasPipes ? ['pipe', 'pipe', log] : ['ignore', log, log],
    detached: true,
    env: env ?? process.env,
    ...(cwd === undefined ? {} : { cwd }),
  });
  closeSync(log);
  return child;
}

/** Resolves when the program has ended, with the way it ended: "ended with signal SIGKILL". */
const endingOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    child.once('error', (error) => resolve(`did not run: ${error.message}`));
    child.once('exit', (code, signal) =>
      resolve(`ended with ${signal ? `signal ${signal}` : `exit code ${code}`}`),
    );
  });

/** Returns the exit code that a shell would report for an ended program. */
export function exitCodeOf({ exitCode, signalCode }: Pick<ChildProcess, 'exitCode' | 'signalCode'>): number {
  if (signalCode) return SIGNALLED + constants.signals[signalCode];
  return exitCode ?? 1;
}

/** Shells report a program that was ended by a signal as this plus the signal's number. */
const SIGNALLED = 128;

const TAIL_LINES = 20;
const STACK_FRAME = /^\s+at /;

/** Returns the path of a log file and its last lines without stack frames, which would push the error out of them. */
export function tail(path: string): string {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  return [`${path}:`, ...lines.filter((line) => !STACK_FRAME.test(line)).slice(-TAIL_LINES)].join('\n');
}

/** Calls `probe` every 100 ms until it succeeds. @throws The signal's reason if `signal` is aborted first. */
export async function eventually<Result>(probe: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await probe();
    } catch {
      await sleep(100, undefined, { signal });
    }
  }
}

/** Returns a port of this machine that no program listens on. */
export const freePort = (): Promise<number> => listenBriefly(0, '127.0.0.1');

/**
 * Listens on a port and stops at once, to check that it is free.
 *
 * @param port 0 takes any free port.
 * @returns The port.
 * @throws {Error} With code EADDRINUSE if another program listens there.
 */
export async function listenBriefly(port: number, host: string): Promise<number> {
  const server = createServer().listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('Cannot find a free port');
  return address.port;
}
