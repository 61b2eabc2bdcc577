import { PROGRESS_KEY, Progress } from '../shared/contract/erasure.ts';
import { type Lake, parseJson, toJson } from '../shared/platform/lake.ts';

const JSON_TYPE = 'application/json';
/** A worker that has not saved for this long has ended, and another one continues. Longer than a unit takes. */
const HOLD_MS = 5 * 60_000;

/** Thrown when another worker has taken the work over. */
export class WorkTaken extends Error {
  override readonly name = 'WorkTaken';
}

/** The worker's place in its work, which every step saves. */
export interface Work {
  readonly at: Progress;
  /**
   * Saves a change and extends the worker's hold on the work.
   *
   * @throws {WorkTaken} If another worker has taken it over.
   */
  save(change: Partial<Progress>): Promise<void>;
  /** Lets another worker continue at once. */
  release(change?: Partial<Progress>): Promise<void>;
}

export interface HoldOptions {
  readonly lake: Lake;
  readonly holder: string;
  readonly nowMs: () => number;
}

/** Begins the work. @throws {WorkTaken} If there is work already. */
export async function beginWork(progress: Progress, options: HoldOptions): Promise<Work> {
  return hold(progress, undefined, options);
}

/**
 * Takes up the work that there is.
 *
 * @returns undefined if there is none.
 * @throws {WorkTaken} If another worker has it.
 */
export async function continueWork(options: HoldOptions): Promise<Work | undefined> {
  const found = await options.lake.read(PROGRESS_KEY);
  if (!found) return undefined;
  const progress = parseJson(found.text, PROGRESS_KEY, Progress);
  if (progress.holder !== options.holder && progress.heldUntilMs > options.nowMs())
    throw new WorkTaken(`Cannot work: ${progress.holder} has the work`);
  return hold(wasInterrupted(progress) ? atLeast(progress) : progress, found.etag, options);
}

/** A worker that ends without being interrupted releases the work. */
const wasInterrupted = ({ heldUntilMs, step }: Progress): boolean =>
  heldUntilMs > 0 && (step === 'outside' || step === 'settle');

const atLeast = (progress: Progress): Progress => ({
  ...progress,
  outside: { ...progress.outside, isAtLeast: true },
});

async function hold(
  progress: Progress,
  etag: string | undefined,
  { lake, holder, nowMs }: HoldOptions,
): Promise<Work> {
  let at = progress;
  let tag = etag;
  const write = async (change: Partial<Progress>, heldUntilMs: number): Promise<void> => {
    at = { ...at, ...change, holder, heldUntilMs };
    if (!(await lake.replace(PROGRESS_KEY, toJson(at), JSON_TYPE, tag)))
      throw new WorkTaken('Cannot work: another worker has taken the work over');
    tag = (await lake.read(PROGRESS_KEY))?.etag;
  };
  await write({}, nowMs() + HOLD_MS);
  return {
    get at() {
      return at;
    },
    save: (change) => write(change, nowMs() + HOLD_MS),
    release: (change = {}) => write(change, 0),
  };
}
