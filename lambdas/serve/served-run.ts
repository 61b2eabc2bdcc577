import { setTimeout as sleep } from 'node:timers/promises';
import { CURRENT_KEY } from '../shared/contract/keys.ts';
import { Current } from '../shared/contract/schemas.ts';
import { parseJson } from '../shared/platform/lake.ts';
import type { Log } from '../shared/platform/log.ts';
import type { LoadedRun } from './load-run.ts';
import type { RunObjects } from './run-objects.ts';

/** The run that answers come from. */
export interface ServedRun {
  /**
   * Returns the loaded run. A request asks once, and so never mixes two runs. The first call waits until a run is loaded; later
   * ones return at once, and a newer run is loaded beside the old one until it is complete. A call waits only if that takes
   * long: a Lambda does nothing between requests, so with few of them the newer run would never be complete.
   *
   * @returns undefined if no run is published yet, or if none could be loaded.
   */
  get(): Promise<LoadedRun | undefined>;
  /** Why the published run is not the loaded one; undefined if it is, or if none is published. */
  readonly failure: string | undefined;
}

export interface ServedRunOptions {
  readonly objects: RunObjects;
  readonly load: (run: number) => Promise<LoadedRun>;
  /** Returns whether files of a loaded run were rewritten since, so that it should be loaded again; by default they never are. */
  readonly isRewritten?: (run: LoadedRun) => Promise<boolean>;
  readonly log: Log;
  /** The clock, epoch ms. */
  readonly nowMs: () => number;
  /** `current.json` is read again after this time. */
  readonly refreshSeconds?: number;
  /** Waits; only tests pass one. */
  readonly wait?: (ms: number) => Promise<unknown>;
}

const REFRESH_SECONDS = 3;
/** Requests wait for a refresh that takes longer: the process is frozen between requests. */
const LATE_MS = 2_000;
/** How long they wait before they use the old run. */
const PATIENCE_MS = 3_000;
/** A refresh that takes longer will never end, because its connections are gone. */
const STUCK_MS = 60_000;

const pause = (ms: number): Promise<void> => sleep(ms, undefined, { ref: false });

/** A refresh in progress. */
interface Refresh {
  readonly startedMs: number;
  /** Never fails. */
  readonly end: Promise<void>;
  /** Whether a request waits for it, so that the process is not frozen meanwhile. */
  isAwaited: boolean;
}

/** Follows `current.json`: reads it at most every few seconds, only if it has changed, and loads the run that it names. */
export function createServedRun(options: ServedRunOptions): ServedRun {
  const { objects, load, log, nowMs, refreshSeconds = REFRESH_SECONDS, wait = pause } = options;
  const { isRewritten = async () => false } = options;
  let served: LoadedRun | undefined;
  let etag: string | undefined;
  let failure: string | undefined;
  let checkedMs = Number.NEGATIVE_INFINITY;
  /** Of two refreshes, only the one that began last may change anything. */
  let turn = 0;
  let running: Refresh | undefined;
  /** Whether the last refresh did not end because the process was frozen: a request then waits for the next one. */
  let isInterrupted = false;
  const ageMs = ({ startedMs }: Refresh): number => nowMs() - startedMs;

  /** Returns the run, unless it is loaded as it is now. */
  async function toLoad(run: number | undefined): Promise<number | undefined> {
    return served && run === served.run && !(await isRewritten(served)) ? undefined : run;
  }

  async function refresh(): Promise<void> {
    turn += 1;
    const mine = turn;
    const found = await objects.readUnless(CURRENT_KEY, etag);
    const published = found && found !== 'same' && parseJson(found.text, CURRENT_KEY, Current).run;
    const run = await toLoad(published || served?.run);
    if (run !== undefined) {
      const loaded = await load(run);
      if (mine !== turn) return;
      served = loaded;
      log.info('Loaded a run', { run });
    }
    if (mine !== turn) return;
    // Only after the run is loaded: after a failure it is tried again.
    if (found !== 'same') etag = found?.etag;
    failure = undefined;
  }

  function start(): Refresh {
    checkedMs = nowMs();
    const end = refresh().then(
      () => finish(),
      (error: unknown) => finish(error),
    );
    const started: Refresh = { startedMs: nowMs(), end, isAwaited: isInterrupted };
    isInterrupted = false;
    const finish = (error?: unknown) => {
      if (running !== started) return;
      running = undefined;
      if (error === undefined) return;
      if (!started.isAwaited && ageMs(started) > LATE_MS) {
        isInterrupted = true;
        log.info('The published run was not read to its end; the next request waits for it', { error });
        return;
      }
      failure = error instanceof Error ? error.message : String(error);
      log.error('Cannot load the published run', { error, served: served?.run });
    };
    return started;
  }

  return {
    get failure() {
      return failure;
    },
    async get() {
      if (running && ageMs(running) > STUCK_MS) {
        running = undefined;
        isInterrupted = true;
      }
      if (isInterrupted || nowMs() - checkedMs >= refreshSeconds * 1000) running ??= start();
      if (!running) return served;
      if (!served || ageMs(running) > LATE_MS) running.isAwaited = true;
      if (running.isAwaited) await (served ? Promise.race([running.end, wait(PATIENCE_MS)]) : running.end);
      return served;
    },
  };
}
