import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { constants } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { raced } from './abort.ts';
import { noteProcess, removeNote } from './leftovers.ts';
import { endGroup, signalGroup } from './process-group.ts';

export interface ChildOptions {
  /** What it is, for messages: "the Kafka broker". */
  readonly what: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Its standard output and error go there. */
  readonly logPath: string;
  /** Where it is noted which process it is, for `endLeftovers`. */
  readonly pidPath?: string;
}

/** A program that this process started and that it stops, by its process id. */
export interface Child {
  readonly process: ChildProcess;
  readonly logPath: string;
  /** Resolves when it has ended, for whatever reason: "the Kafka broker ended with exit code 1; see PATH". */
  readonly ended: Promise<string>;
  /** Ends it and what it has started, politely and then not; harmless if it has ended. */
  stop(): Promise<void>;
  /** Rejects with the end of the log if it ends before `ready` resolves, and with its reason if `signal` is aborted. */
  until<Result>(
    ready: (signal: AbortSignal) => Promise<Result>,
    timeoutSeconds: number,
    signal?: AbortSignal,
  ): Promise<Result>;
}

/** Starts a program in a process group of its own, so that Ctrl-C reaches this process first and order is kept. */
export function startChild(options: ChildOptions): Child {
  const { what, logPath, pidPath } = options;
  const child = spawnLogged(options);
  const { pid } = child;
  if (pid !== undefined && pidPath !== undefined) noteProcess(pidPath, what, pid);
  const onExit = (): void => void (pid !== undefined && signalGroup(pid, 'SIGKILL'));
  process.once('exit', onExit);
  const reason = endOf(child);
  // From here on the number may be given to others: it is not used again.
  const gone = reason.then(async () => {
    if (pid !== undefined) await endGroup(pid);
    process.off('exit', onExit);
    if (pidPath !== undefined) removeNote(pidPath);
  });
  let isGone = false;
  void gone.then(() => (isGone = true));

  return {
    process: child,
    logPath,
    ended: reason.then((how) => `${what} ${how}; see ${logPath}`),
    async stop() {
      if (!isGone && pid !== undefined) await endGroup(pid);
      await gone;
    },
    async until(ready, timeoutSeconds, signal = new AbortController().signal) {
      const giveUp = new AbortController();
      const failed = (how: string): never => {
        throw new Error(`Cannot start ${what}: it ${how}\n${tail(logPath)}`);
      };
      const started = Promise.race([
        ready(giveUp.signal),
        reason.then(failed),
        sleep(timeoutSeconds * 1000, undefined, { signal: giveUp.signal }).then(() =>
          failed(`is not ready after ${timeoutSeconds} s`),
        ),
      ]);
      try {
        return await raced(started, signal);
      } finally {
        giveUp.abort();
      }
    },
  };
}

function spawnLogged({ command, args, env, cwd, logPath }: ChildOptions): ChildProcess {
  mkdirSync(dirname(logPath), { recursive: true });
  const log = openSync(logPath, 'a');
  const child = spawn(command, args, {
    stdio: ['ignore', log, log],
    detached: true,
    env: env ?? process.env,
    ...(cwd === undefined ? {} : { cwd }),
  });
  closeSync(log);
  return child;
}

/** @returns how it ended, when it has: "ended with signal SIGKILL" */
const endOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    child.once('error', (error) => resolve(`did not run: ${error.message}`));
    child.once('exit', (code, signal) =>
      resolve(`ended with ${signal ? `signal ${signal}` : `exit code ${code}`}`),
    );
  });

/** What a shell would say of how it ended. */
export function exitCodeOf({ exitCode, signalCode }: Pick<ChildProcess, 'exitCode' | 'signalCode'>): number {
  if (signalCode) return SIGNALLED + constants.signals[signalCode];
  return exitCode ?? 1;
}

const SIGNALLED = 128;

const TAIL_LINES = 20;

/** The last lines of a log file. */
export const tail = (path: string): string =>
  `${path}:\n${readFileSync(path, 'utf8').trimEnd().split('\n').slice(-TAIL_LINES).join('\n')}`;

/** Calls `probe` until it succeeds or `signal` ends the wait. */
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

/** A port of this machine that nobody listens on. */
export const freePort = (): Promise<number> => listenBriefly(0, '127.0.0.1');

/** @throws {Error} with code EADDRINUSE if somebody listens there already */
export async function listenBriefly(port: number, host: string): Promise<number> {
  const server = createServer().listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('Cannot find a free port');
  return address.port;
}
