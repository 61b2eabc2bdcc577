import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Child, type ChildOptions, startChild } from '../process/child.ts';
import type { SparkProgram } from './spark.ts';

/** A job that runs. */
export interface RunningJob {
  /** Process id of its JVM; undefined if that did not start. */
  readonly pid: number | undefined;
  /** Resolves to undefined after a success, otherwise to how the JVM ended: "exit code 1", "signal SIGKILL". */
  readonly failed: Promise<string | undefined>;
  /** What the job prints is appended here. */
  readonly logPath: string;
  /** The log of its JVM, for what is printed before the job begins. */
  readonly jvmLog: string;
  /** Ends the job with its JVM. Does nothing after a success, for the JVM may run another job. */
  stop(): Promise<void>;
}

/** Where and how the JVM of a job is started. */
export interface JvmOptions {
  /** For the logs and process ids of the JVMs. */
  readonly directory: string;
  /** Program that runs instead of Java, for tests. */
  readonly command?: string;
  /** A JVM without a job is ended after so many milliseconds; default: a minute. */
  readonly idleMs?: number;
}

/** The environment of a JVM. */
export type Environment = Readonly<Record<string, string>>;

/** The main class of the job's jar that runs one job after another. */
const LOOP = 'cartograph.JobLoop';
/** The line that it prints after a job that succeeded. */
const DONE = 'done';

const IDLE_MS = 60_000;

/** Makes the arguments of `java` that start a JVM which can run this job and others like it. */
export const loopCommand = ({ jvm, classPath, jar }: SparkProgram): string[] => [
  ...jvm,
  '-cp',
  `${classPath}:${jar}`,
  LOOP,
];

/** Makes the line that such a JVM reads in order to run the job. @param logPath What the job prints is appended here. */
export const loopRequest = ({ mainClass, settings, arguments: own }: SparkProgram, logPath: string): string =>
  JSON.stringify({ main: mainClass, arguments: own, settings, log: logPath });

/** Runs a job in a JVM of its own, which ends with it. */
export function runInOwnJvm(options: ChildOptions): RunningJob {
  const child = startChild(options);
  const failed = howEnded(child).then((how) => (how === 'exit code 0' ? undefined : how));
  return {
    pid: child.process.pid,
    failed,
    logPath: child.logPath,
    jvmLog: child.logPath,
    stop: () => child.stop(),
  };
}

interface Jvm {
  /** What a job must need for this JVM to run it. */
  readonly needs: string;
  readonly child: Child;
  /** Takes one job per line. */
  readonly send: (line: string) => void;
  /** Resolves when the JVM has ended and all that it printed was read, to how it ended. */
  readonly ended: Promise<string>;
  /** Called when the job that runs has succeeded. */
  onDone: () => void;
  isStopping: boolean;
  timer?: NodeJS.Timeout;
}

/**
 * JVMs that stay after a job, as the pre-initialized workers of EMR Serverless do
 * (https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/pre-init-capacity.html): the next job needs neither a start nor
 * the compilation of what an earlier one has used. At most one JVM stays, and only after a success. The compiler that a job asks for
 * by its size is not used, because it suits a JVM that ends with the job.
 */
export class KeptJvms {
  private readonly options: JvmOptions;
  private idle: Jvm | undefined;
  private readonly all = new Set<Jvm>();
  private started = 0;

  constructor(options: JvmOptions) {
    this.options = options;
  }

  /**
   * Runs a job, in the JVM that stayed if it has the options and the environment that the job needs.
   *
   * @param logPath What the job prints is appended here.
   */
  run(program: SparkProgram, logPath: string, env: Environment): RunningJob {
    const args = loopCommand(program);
    const jvm = this.take(needsOf(args, env)) ?? this.start(args, env);
    let isDone = false;
    const done = new Promise<undefined>((resolve) => {
      jvm.onDone = () => {
        isDone = true;
        this.keep(jvm);
        resolve(undefined);
      };
    });
    jvm.send(loopRequest(program, logPath));
    const { child, ended } = jvm;
    const ownEnd = ended.then((how) => (how === 'exit code 0' ? 'exit code 0 before the job was done' : how));
    return {
      pid: child.process.pid,
      failed: Promise.race([done, ownEnd]),
      logPath,
      jvmLog: child.logPath,
      stop: async () => {
        if (!isDone) await end(jvm);
      },
    };
  }

  /** Ends all JVMs, with the jobs that run in them. */
  async stop(): Promise<void> {
    await Promise.all([...this.all].map(end));
  }

  private take(needs: string): Jvm | undefined {
    const { idle } = this;
    this.idle = undefined;
    if (!idle) return undefined;
    clearTimeout(idle.timer);
    if (idle.needs === needs && canRun(idle)) return idle;
    void end(idle);
    return undefined;
  }

  private start(args: readonly string[], env: Environment): Jvm {
    const { directory, command = 'java' } = this.options;
    const name = `jvm-${++this.started}`;
    const child = startChild({
      name: 'the JVM of the jobs',
      command,
      args,
      env,
      hasPipes: true,
      logPath: join(directory, `${name}.log`),
      pidPath: join(directory, `${name}.pid`),
    });
    const { stdin, stdout } = child.process;
    if (!stdin || !stdout) throw new Error('Cannot start the JVM of the jobs: it has no pipes');
    // A JVM that ended takes no job; its end is what counts.
    stdin.on('error', () => undefined);
    const answers = createInterface(stdout);
    const allRead = once(answers, 'close');
    const jvm: Jvm = {
      needs: needsOf(args, env),
      child,
      send: (line) => void stdin.write(`${line}\n`),
      ended: howEnded(child).then(async (how) => {
        await allRead;
        return how;
      }),
      onDone: () => undefined,
      isStopping: false,
    };
    answers.on('line', (line) => {
      if (line === DONE) jvm.onDone();
      // The JVM itself also prints there, for example that it has too little memory.
      else if (line !== '') appendFileSync(child.logPath, `${line}\n`);
    });
    this.all.add(jvm);
    void child.ended.then(() => this.remove(jvm));
    return jvm;
  }

  private keep(jvm: Jvm): void {
    if (!canRun(jvm)) return;
    const other = this.idle;
    this.idle = jvm;
    if (other) void end(other);
    jvm.timer = setTimeout(() => {
      if (this.idle === jvm) this.idle = undefined;
      void end(jvm);
    }, this.options.idleMs ?? IDLE_MS).unref();
  }

  private remove(jvm: Jvm): void {
    clearTimeout(jvm.timer);
    this.all.delete(jvm);
    if (this.idle === jvm) this.idle = undefined;
  }
}

const needsOf = (args: readonly string[], env: Environment): string => JSON.stringify([args, env]);

const canRun = ({ isStopping, child: { process } }: Jvm): boolean =>
  !isStopping && process.exitCode === null && process.signalCode === null;

function end(jvm: Jvm): Promise<void> {
  jvm.isStopping = true;
  clearTimeout(jvm.timer);
  return jvm.child.stop();
}

/** Resolves when a program has ended: "exit code 1", "signal SIGKILL", or why it did not start. */
async function howEnded({ process, ended }: Child): Promise<string> {
  const text = await ended;
  if (process.pid === undefined) return text;
  return process.signalCode ? `signal ${process.signalCode}` : `exit code ${process.exitCode}`;
}
