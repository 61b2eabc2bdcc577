import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ChildOptions {
  /** What it is, for messages: "the Kafka broker". */
  readonly what: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Its standard output and error go there. */
  readonly logPath: string;
}

/** A program that this process started and that it stops, by its process id. */
export interface Child {
  readonly process: ChildProcess;
  readonly logPath: string;
  /** Ends it, politely and then not; harmless if it has ended. */
  stop(): Promise<void>;
  /** Rejects with the end of the log if it ends before `ready` resolves. */
  until<Result>(ready: (signal: AbortSignal) => Promise<Result>, timeoutSeconds: number): Promise<Result>;
}

const GRACE_MS = 5_000;

/** Starts a program in a process group of its own, so that Ctrl-C reaches this process first and order is kept. */
export function startChild({ what, command, args, env, cwd, logPath }: ChildOptions): Child {
  mkdirSync(dirname(logPath), { recursive: true });
  const log = openSync(logPath, 'a');
  const child = spawn(command, args, {
    stdio: ['ignore', log, log],
    detached: true,
    env: env ?? process.env,
    ...(cwd === undefined ? {} : { cwd }),
  });
  closeSync(log);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? `exit code ${code}`}`));
  });
  const onExit = () => signalGroup(child, 'SIGKILL');
  process.once('exit', onExit);
  void ended.then(() => process.off('exit', onExit));

  return {
    process: child,
    logPath,
    async stop() {
      if (hasEnded(child)) return;
      signalGroup(child, 'SIGTERM');
      const timeout = new AbortController();
      await Promise.race([
        ended,
        sleep(GRACE_MS, undefined, { signal: timeout.signal }).catch(() => undefined),
      ]);
      timeout.abort();
      if (!hasEnded(child)) signalGroup(child, 'SIGKILL');
      await ended;
    },
    async until(ready, timeoutSeconds) {
      const giveUp = new AbortController();
      const failed = (reason: string): never => {
        throw new Error(`Cannot start ${what}: ${reason}\n${tail(logPath)}`);
      };
      try {
        return await Promise.race([
          ready(giveUp.signal),
          ended.then(failed),
          sleep(timeoutSeconds * 1000, undefined, { signal: giveUp.signal }).then(() =>
            failed(`it is not ready after ${timeoutSeconds} s`),
          ),
        ]);
      } finally {
        giveUp.abort();
      }
    },
  };
}

const hasEnded = (child: ChildProcess): boolean =>
  child.pid === undefined || child.exitCode !== null || child.signalCode !== null;

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group has ended between the look and the signal.
  }
}

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
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('Cannot find a free port');
  return address.port;
}
