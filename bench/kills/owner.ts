import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Endpoints, type PipelineOptions, ProcessMessage } from './messages.ts';

/** A pipeline that does not start three times in a row is given up. */
const MAX_FAILED_STARTS = 3;
const LOOK_EVERY_MS = 20;

/** Runs a pipeline in a process of its own, and starts it again with its kept state whenever it ends, as its user would. */
export class PipelineOwner {
  /** How often it was started again. */
  restarts = 0;
  /** Failures that its pollers reported. */
  readonly failures: string[] = [];
  /** Rejects if the pipeline does not start any more. */
  readonly running: Promise<void>;
  private readonly options: Omit<PipelineOptions, 'keep'>;
  private readonly logPath: string;
  private child: ChildProcess | undefined;
  private endpoints: Endpoints | undefined;
  /** The newest endpoints, which may be those of a process that has ended. */
  private known: Endpoints | undefined;
  private isStopping = false;

  constructor(options: Omit<PipelineOptions, 'keep'>) {
    this.options = options;
    this.logPath = join(options.directory, 'start.log');
    this.running = this.runAlways();
    // A caller sees the error when it waits for the pipeline.
    this.running.catch(() => undefined);
  }

  /** The process id; undefined while no process runs. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** The endpoints of the running pipeline; undefined while it is not ready. */
  get current(): Endpoints | undefined {
    return this.endpoints;
  }

  /** Name of the bucket, also while the pipeline does not run; empty before its first start. */
  get bucket(): string {
    return this.known?.bucket ?? '';
  }

  /** Names of the functions, also while the pipeline does not run; undefined before its first start. */
  get functions(): Endpoints['functions'] | undefined {
    return this.known?.functions;
  }

  /** Waits until the pipeline is ready. @throws {Error} If it does not start any more. */
  async ready(): Promise<Endpoints> {
    for (;;) {
      if (this.endpoints) return this.endpoints;
      await Promise.race([this.running, sleep(LOOK_EVERY_MS)]);
      if (this.isStopping) throw new Error('Cannot wait for the pipeline: it is stopped');
    }
  }

  /** Waits until the pipeline was started again and is ready. @param before Value of `restarts` before its end. */
  async restarted(before: number): Promise<Endpoints> {
    while (this.restarts === before && !this.isStopping)
      await Promise.race([this.running, sleep(LOOK_EVERY_MS)]);
    return this.ready();
  }

  /** Stops the pipeline as Ctrl-C does. @returns The exit code of its process. */
  async stop(): Promise<number | null> {
    this.isStopping = true;
    this.child?.kill('SIGTERM');
    const { child } = this;
    await this.running.catch(() => undefined);
    return child ? child.exitCode : null;
  }

  private async runAlways(): Promise<void> {
    for (let [keep, failedStarts] = [false, 0]; !this.isStopping; keep = true) {
      const wasReady = await this.runOnce(keep);
      failedStarts = wasReady ? 0 : failedStarts + 1;
      if (failedStarts === MAX_FAILED_STARTS)
        throw new Error(`Cannot start the pipeline: it ended ${failedStarts} times; see ${this.logPath}`);
      if (!this.isStopping) this.restarts++;
    }
  }

  /** Runs the process until it ends. @returns True if the pipeline was ready. */
  private async runOnce(keep: boolean): Promise<boolean> {
    const log = openSync(this.logPath, 'a');
    const child = fork(
      join(import.meta.dirname, 'pipeline-process.ts'),
      [JSON.stringify({ ...this.options, keep } satisfies PipelineOptions)],
      { stdio: ['ignore', log, log, 'ipc'], execArgv: ['--disable-warning=TimeoutNegativeWarning'] },
    );
    closeSync(log);
    this.child = child;
    let wasReady = false;
    child.on('message', (message) => {
      const parsed = ProcessMessage.parse(message);
      if (parsed.kind === 'failure') this.failures.push(parsed.text);
      else [this.endpoints, this.known, wasReady] = [parsed.endpoints, parsed.endpoints, true];
    });
    await once(child, 'exit');
    this.endpoints = undefined;
    this.child = undefined;
    return wasReady;
  }
}
