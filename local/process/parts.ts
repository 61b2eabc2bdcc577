import { rejectOnAbort, withTimeout } from './abort.ts';

/** A part of the pipeline that was started and can be stopped. */
export interface Part {
  /** Resolves with a sentence when the part has ended, for any reason; absent if that cannot be observed. */
  readonly ended?: Promise<string>;
  stop(): Promise<void>;
}

export interface PartsOptions {
  /** Called when a part or a step is ready. */
  readonly onReady?: (part: string, seconds: number) => void;
  /** Called with a sentence when a part ends without being stopped. */
  readonly onEnd?: (sentence: string) => void;
  /** Aborts parts and steps that are starting. */
  readonly signal?: AbortSignal;
  /** Longest time that a part may take to stop. */
  readonly stopSeconds?: number;
}

/** A part has ended without being stopped. */
export class PartEnded extends Error {
  override readonly name = 'PartEnded';
}

/** Longer than a program gets before it is killed (`endGroup`). */
const STOP_SECONDS = 10;

/** The parts of a pipeline, in the order in which they were started. */
export class Parts {
  private readonly started: { readonly name: string; readonly part: Promise<Part> }[] = [];
  private readonly options: PartsOptions;
  private isStopping = false;

  constructor(options: PartsOptions) {
    this.options = options;
  }

  /**
   * Starts a part. From then on, `onEnd` is called if the part ends before it is stopped.
   *
   * @throws The signal's reason if the start is aborted. `stop` still stops the part, as soon as it has started.
   */
  async start<Started extends Part>(name: string, start: () => Promise<Started>): Promise<Started> {
    this.options.signal?.throwIfAborted();
    const part = start();
    this.started.push({ name, part });
    const started = await this.unlessAborted(part);
    void started.ended?.then((sentence) => {
      if (!this.isStopping) this.options.onEnd?.(sentence);
    });
    return started;
  }

  /** Starts a part and reports how long it took. */
  startTimed<Started extends Part>(name: string, start: () => Promise<Started>): Promise<Started> {
    return this.timed(name, () => this.start(name, start));
  }

  /** Runs one step of the start and reports how long it took. */
  async timed<Result>(name: string, step: () => Promise<Result>): Promise<Result> {
    const startedMs = performance.now();
    const result = await this.unlessAborted(step());
    this.options.onReady?.(name, (performance.now() - startedMs) / 1000);
    return result;
  }

  unlessAborted<Result>(step: Promise<Result>): Promise<Result> {
    const { signal } = this.options;
    return signal ? rejectOnAbort(step, signal) : step;
  }

  /** Stops all parts, newest first, even if some fail to stop. @throws {Error} At the end, if some did not stop. */
  async stop(): Promise<void> {
    this.isStopping = true;
    const failures: string[] = [];
    for (let next = this.started.pop(); next; next = this.started.pop()) {
      try {
        await this.stopOne(next.name, next.part);
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error));
      }
    }
    if (failures.length > 0) throw new Error(failures.join('; '));
  }

  private async stopOne(name: string, starting: Promise<Part>): Promise<void> {
    const { stopSeconds = STOP_SECONDS } = this.options;
    const stopped = starting.then(
      (part) => part.stop(),
      // A part that could not start has nothing to stop. The caller of `start` gets the error.
      () => undefined,
    );
    await withTimeout(
      stopSeconds,
      `Cannot stop the ${name}: it is still running after ${stopSeconds} s`,
      stopped,
    );
  }
}
