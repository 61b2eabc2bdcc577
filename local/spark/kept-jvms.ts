import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { type Child, type ChildOptions, startChild, tail } from '../process/child.ts';
import type { SparkProgram } from './spark.ts';

/** A job that runs. */
export interface RunningJob {
  /** Process id of its JVM; undefined if that did not start. */
  readonly pid: number | undefined;
  /** Resolves to the exit code: 0 after a success, undefined if the JVM was ended by a signal or did not start. */
  readonly ended: Promise<number | undefined>;
  /** What the job prints is appended here. */
  readonly logPath: string;
  /** The log of its JVM, for what is printed before the job begins. */
  readonly jvmLog: string;
  /** Ends the job with its JVM. Does nothing after a success, for the JVM may run another job. */
  stop(): Promise<void>;
}

export interface KeptJvmsOptions {
  /** For the logs and process ids of the JVMs. */
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  /** Program that runs instead of Java, for tests. */
  readonly command?: string;
  /** A JVM without a job is ended after so many milliseconds. */
  readonly idleMs?: number;
}

/** The main class of the job's jar that runs one job after another. */
const LOOP = 'cartograph.JobLoop';
/** The line that it prints after a job that succeeded. */
const DONE = 'done';

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

/** As long as a small shop's next window may take. */
const IDLE_MS = 60_000;

/** Runs a job in a JVM of its own, which ends with it. */
export function runInOwnJvm(options: ChildOptions): RunningJob {
  const { process, ended, logPath, stop } = startChild(options);
  return {
    pid: process.pid,
    ended: ended.then(() => process.exitCode ?? undefined),
    logPath,
    jvmLog: logPath,
    stop,
  };
}

interface Jvm {
  /** What a job must need for this JVM to run it. */
  readonly needs: string;
  readonly child: Child;
  /** Takes one job per line. */
  readonly send: (line: string) => void;
  /** Called when the job that runs has succeeded. */
  onDone: () => void;
  timer?: NodeJS.Timeout;
}

/**
 * JVMs that stay after a job, as the pre-initialized workers of EMR Serverless do
 * (https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/pre-init-capacity.html): the next job needs neither a start nor
 * the compilation of what an earlier one has used. At most one JVM stays, and only after a success. The compiler that a job asks for
 * by its size is not used, because it suits a JVM that ends with the job.
 */
export class KeptJvms {
  private readonly options: KeptJvmsOptions;
  private idle: Jvm | undefined;
  private readonly all = new Set<Jvm>();
  private started = 0;

  constructor(options: KeptJvmsOptions) {
    this.options = options;
  }

  /**
   * Runs a job, in the JVM that stayed if it has the options that the job needs.
   *
   * @param logPath What the job prints is appended here.
   */
  run(program: SparkProgram, logPath: string): RunningJob {
    const args = loopCommand(program);
    const jvm = this.take(args) ?? this.start(args);
    let isDone = false;
    const done = new Promise<number>((resolve) => {
      jvm.onDone = () => {
        isDone = true;
        this.keep(jvm);
        resolve(0);
      };
    });
    const { process, ended, logPath: jvmLog } = jvm.child;
    jvm.send(loopRequest(program, logPath));
    return {
      pid: process.pid,
      ended: Promise.race([done, ended.then(() => process.exitCode ?? undefined)]),
      logPath,
      jvmLog,
      stop: async () => {
        if (!isDone) await jvm.child.stop();
      },
    };
  }

  /** Ends all JVMs, with the jobs that run in them. */
  async stop(): Promise<void> {
    clearTimeout(this.idle?.timer);
    await Promise.all([...this.all].map(({ child }) => child.stop()));
  }

  private take(args: readonly string[]): Jvm | undefined {
    const { idle } = this;
    this.idle = undefined;
    if (!idle) return undefined;
    clearTimeout(idle.timer);
    if (idle.needs === args.join('\n')) return idle;
    void idle.child.stop();
    return undefined;
  }

  private start(args: readonly string[]): Jvm {
    const { directory, env, command = 'java' } = this.options;
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
    const jvm: Jvm = {
      needs: args.join('\n'),
      child,
      send: (line) => void stdin.write(`${line}\n`),
      onDone: () => undefined,
    };
    // The JVM itself prints warnings there.
    createInterface(stdout).on('line', (line) => {
      if (line === DONE) jvm.onDone();
    });
    this.all.add(jvm);
    void child.ended.then(() => this.remove(jvm));
    return jvm;
  }

  private keep(jvm: Jvm): void {
    const other = this.idle;
    this.idle = jvm;
    if (other) {
      clearTimeout(other.timer);
      void other.child.stop();
    }
    jvm.timer = setTimeout(() => {
      this.idle = undefined;
      void jvm.child.stop();
    }, this.options.idleMs ?? IDLE_MS).unref();
  }

  private remove(jvm: Jvm): void {
    this.all.delete(jvm);
    if (this.idle === jvm) this.idle = undefined;
  }
}

const ErrorLine = z.object({ level: z.literal('error'), message: z.string() });

/** Describes the end of a failed job, with the last lines of its log, or of the JVM's if the job printed nothing. */
export function describeFailure(
  code: number | undefined,
  { logPath: ofJob, jvmLog }: Pick<RunningJob, 'logPath' | 'jvmLog'>,
): string {
  const how = code === undefined ? 'ended by a signal' : `exit code ${code}`;
  const logPath = [ofJob, jvmLog].find(
    (path) => existsSync(path) && readFileSync(path, 'utf8').trim() !== '',
  );
  return logPath === undefined ? how : `${how}${errorIn(logPath)}; ${tail(logPath)}`;
}

/**
 * Returns the last error that a job logged, after a colon, or an empty text. The last lines of a log are not enough: Spark's
 * shutdown and a long stack trace push the error out of them.
 */
function errorIn(logPath: string): string {
  for (const line of readFileSync(logPath, 'utf8').split('\n').reverse()) {
    if (!line.startsWith('{')) continue;
    try {
      const error = ErrorLine.safeParse(JSON.parse(line));
      if (error.success) return `: ${error.data.message}`;
    } catch {
      // The line only looks like a record of the log, or the job was killed while it wrote it.
    }
  }
  return '';
}
