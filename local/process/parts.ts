import { raced, within } from './abort.ts';

/** Something that was started and can be stopped. */
export interface Part {
  /** Resolves with a sentence when it has ended, for whatever reason; absent where nobody can know. */
  readonly ended?: Promise<string>;
  stop(): Promise<void>;
}

export interface PartsOptions {
  /** Told of each part when it is ready. */
  readonly onReady?: (part: string, seconds: number) => void;
  /** Told in a sentence of a part that ends without being stopped. */
  readonly onEnd?: (sentence: string) => void;
  /** Gives up what is under way. */
  readonly signal?: AbortSignal;
  /** How long a part may take to stop. */
  readonly stopSeconds?: number;
}

/** A part has ended by itself. */
export class PartEnded extends Error {
  override readonly name = 'PartEnded';
}

/** A little more than a program gets before it is killed. */
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
   * Starts a part, and from then on watches that it does not end before it is stopped.
   *
   * @throws the signal's reason if it is given up meanwhile; it is stopped all the same, as soon as it has started
   */
  async start<Started extends Part>(name: string, start: () => Promise<Started>): Promise<Started> {
    this.options.signal?.throwIfAborted();
    const part = start();
    this.started.push({ name, part });
    const started = await this.unlessGivenUp(part);
    void started.ended?.then((sentence) => {
      if (!this.isStopping) this.options.onEnd?.(sentence);
    });
    return started;
  }

  /** The same, and tells how long it took. */
  startTimed<Started extends Part>(name: string, start: () => Promise<Started>): Promise<Started> {
    return this.timed(name, () => this.start(name, start));
  }

  /** Does one step of the start, and tells how long it took. */
  async timed<Result>(name: string, step: () => Promise<Result>): Promise<Result> {
    const startedMs = performance.now();
    const result = await this.unlessGivenUp(step());
    this.options.onReady?.(name, (performance.now() - startedMs) / 1000);
    return result;
  }

  unlessGivenUp<Result>(step: Promise<Result>): Promise<Result> {
    const { signal } = this.options;
    return signal ? raced(step, signal) : step;
  }

  /** Stops all, the last first, each for itself. @throws {Error} If some did not stop, when the others have. */
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
      // What could not start has nothing to stop; why is told by who waited for it.
      () => undefined,
    );
    await within(stopSeconds, `Cannot stop the ${name}: it is not done after ${stopSeconds} s`, stopped);
  }
}
