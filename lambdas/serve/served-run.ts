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
   * ones return at once, and a newer run is loaded beside the old one until it is complete.
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
  readonly log: Log;
  /** The clock, epoch ms. */
  readonly nowMs: () => number;
  /** `current.json` is read again after this time. */
  readonly refreshSeconds?: number;
}

const REFRESH_SECONDS = 3;
/** A refresh that takes longer will never end: its process may have been frozen in between. */
const STUCK_MS = 60_000;

/** Follows `current.json`: reads it at most every few seconds, only if it has changed, and loads the run that it names. */
export function createServedRun(options: ServedRunOptions): ServedRun {
  const { objects, load, log, nowMs, refreshSeconds = REFRESH_SECONDS } = options;
  let served: LoadedRun | undefined;
  let etag: string | undefined;
  let failure: string | undefined;
  let checkedMs = Number.NEGATIVE_INFINITY;
  /** Of two refreshes, only the one that began last may change anything. */
  let turn = 0;
  let running: { readonly startedMs: number; readonly end: Promise<void> } | undefined;

  async function refresh(): Promise<void> {
    turn += 1;
    const mine = turn;
    const found = await objects.readUnless(CURRENT_KEY, etag);
    if (found === 'same') return;
    const run = found && parseJson(found.text, CURRENT_KEY, Current).run;
    if (run && run !== served?.run) {
      const loaded = await load(run);
      if (mine !== turn) return;
      served = loaded;
      log.info('Loaded a run', { run });
    }
    if (mine !== turn) return;
    // Only after the run is loaded: after a failure it is tried again.
    etag = found?.etag;
    failure = undefined;
  }

  function start() {
    checkedMs = nowMs();
    const end = refresh().then(
      () => finish(),
      (error: unknown) => {
        failure = error instanceof Error ? error.message : String(error);
        log.error('Cannot load the published run', { error, served: served?.run });
        finish();
      },
    );
    const started = { startedMs: nowMs(), end };
    const finish = () => {
      if (running === started) running = undefined;
    };
    return started;
  }

  return {
    get failure() {
      return failure;
    },
    async get() {
      if (running && nowMs() - running.startedMs > STUCK_MS) running = undefined;
      if (nowMs() - checkedMs >= refreshSeconds * 1000) running ??= start();
      if (!served && running) await running.end;
      return served;
    },
  };
}
