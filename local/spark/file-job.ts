import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { windowKey } from '../../lambdas/shared/contract/keys.ts';
import { Window } from '../../lambdas/shared/contract/schemas.ts';
import { compilerParameters } from '../../lambdas/train/compiler.ts';
import { JOB_JAR } from '../process/paths.ts';
import { measureProgram, type ProgramUsage } from '../process/usage.ts';
import { describeFailure } from './job-failure.ts';
import { KeptJvms } from './kept-jvms.ts';
import {
  jvmEnvironment,
  type Platform,
  type SparkProgram,
  type SparkSubmit,
  sparkCommand,
  sparkProgram,
} from './spark.ts';

export interface FileJob {
  /** A directory that `writeFileLake` has written. */
  readonly lake: string;
  /** For Spark's temporary files. */
  readonly directory: string;
  readonly cores?: number;
  readonly window?: number;
  readonly attempt?: number;
  /** Settings of Spark in addition to those of this machine. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Options of the JVM in addition to those of this machine, for example `-Xmx8g`. */
  readonly jvmOptions?: readonly string[];
}

/**
 * Makes the arguments of `java` that run the Spark job on a directory instead of a bucket by spark-submit, with the compiler that
 * train would choose for its size.
 */
export const fileJobCommand = (job: FileJob): string[] => sparkCommand(submitOf(job), platformOf(job));

/** Describes the Spark job on a directory instead of a bucket. */
export const fileJobProgram = (job: FileJob): SparkProgram => sparkProgram(submitOf(job), platformOf(job));

/** Runs Spark jobs on directories in a JVM that stays, as the pipeline on this machine does. */
export class FileJobs {
  private readonly jvms: KeptJvms;
  private readonly logs: string;

  /** @param directory For the logs of the jobs. */
  constructor(directory: string) {
    this.logs = join(directory, 'logs');
    mkdirSync(this.logs, { recursive: true });
    this.jvms = new KeptJvms({ directory: this.logs });
  }

  /**
   * Runs a job to its end.
   *
   * @returns What it used, and what it printed.
   * @throws {Error} If it fails, with the end of its log.
   */
  async run(job: FileJob): Promise<{ readonly usage: ProgramUsage; readonly output: string }> {
    const logPath = join(this.logs, `${randomUUID()}.log`);
    const running = this.jvms.run(fileJobProgram(job), logPath, jvmEnvironment());
    const meter = measureProgram(running.pid);
    const failure = await running.failed;
    const usage = meter.stop();
    if (failure !== undefined) throw new Error(`Cannot run the job: ${describeFailure(failure, running)}`);
    return { usage, output: readFileSync(logPath, 'utf8') };
  }

  stop(): Promise<void> {
    return this.jvms.stop();
  }
}

/** Runs one job on a directory. @throws {Error} If it fails, with the end of its log. */
export async function runFileJob(job: FileJob): Promise<void> {
  const jobs = new FileJobs(job.directory);
  try {
    await jobs.run(job);
  } finally {
    await jobs.stop();
  }
}

const submitOf = ({ lake, window = 1, attempt = 1, settings = {} }: FileJob): SparkSubmit => ({
  entryPoint: JOB_JAR,
  entryPointArguments: ['--lake', `file://${lake}`, '--window', String(window), '--attempt', String(attempt)],
  sparkSubmitParameters: [
    '--class cartograph.TrainJob',
    ...Object.entries(settings).map(([name, value]) => `--conf ${name}=${value}`),
    ...compilerParameters(interactionsOf(lake, window)),
  ].join(' '),
});

const platformOf = ({ directory, cores = 2, jvmOptions = [] }: FileJob): Platform => ({
  awsEndpoint: undefined,
  cores,
  directory,
  jvmOptions,
});

const interactionsOf = (lake: string, window: number): number =>
  Window.parse(JSON.parse(readFileSync(join(lake, windowKey(window)), 'utf8'))).totalInteractions;
