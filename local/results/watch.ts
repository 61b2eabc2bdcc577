import { setTimeout as sleep } from 'node:timers/promises';
import { CURRENT_KEY, PREFIX, WAITING_PREFIX } from '../../lambdas/shared/contract/keys.ts';
import { Current } from '../../lambdas/shared/contract/schemas.ts';
import { type Lake, readJson } from '../../lambdas/shared/platform/lake.ts';

/** Steps of a window that can be seen in the bucket. */
export const MILESTONES = [
  'cut',
  'waiting',
  'started',
  'trained',
  'failed',
  'rendered',
  'renderFailed',
  'decided',
] as const;
export type Milestone = (typeof MILESTONES)[number];

/**
 * By window, the time at which each milestone was first seen: milliseconds of this process's monotonic clock, NaN if it was
 * reached before the watch began.
 */
export type Sightings = ReadonlyMap<number, ReadonlyMap<Milestone, number>>;

/**
 * The keys that show a milestone, with the window's number in the first group of the pattern, and perhaps that of the attempt
 * in the second.
 */
const MILESTONE_KEYS: readonly { milestone: Milestone; prefix: string; pattern: RegExp }[] = [
  { milestone: 'cut', prefix: PREFIX.windows, pattern: /^windows\/(\d{8})\.json$/ },
  // The window's first attempt, or the next one, does not fit into the budget of the month.
  {
    milestone: 'waiting',
    prefix: WAITING_PREFIX,
    pattern: /^receipts\/waiting\/\d{4}-\d{2}\/(\d{8})-(\d{8})\.json$/,
  },
  { milestone: 'started', prefix: PREFIX.attempts, pattern: /^attempts\/(\d{8})\/(\d{8})\.started\.json$/ },
  { milestone: 'failed', prefix: PREFIX.attempts, pattern: /^attempts\/(\d{8})\/failed\.json$/ },
  { milestone: 'trained', prefix: PREFIX.manifests, pattern: /^manifests\/(\d{8})\.json$/ },
  { milestone: 'rendered', prefix: PREFIX.charts, pattern: /^charts\/(\d{8})\/index\.html$/ },
  // Render has given up; it draws the charts if a person requests them again.
  { milestone: 'renderFailed', prefix: PREFIX.charts, pattern: /^charts\/(\d{8})\/failed\.json$/ },
];

/** Reads the bucket repeatedly and remembers when each milestone was first seen. */
export class Watch {
  private readonly seen = new Map<number, Map<Milestone, number>>();
  /** The highest attempt with which a milestone was seen, by `WINDOW MILESTONE`. */
  private readonly attempts = new Map<string, number>();
  private clock = (): number => performance.now();
  private readonly lake: Lake;
  private readonly onMilestone: (window: number, milestone: Milestone) => void;

  /** @param onMilestone Called once per window and milestone, when it is first seen. */
  constructor(lake: Lake, onMilestone: (window: number, milestone: Milestone) => void) {
    this.lake = lake;
    this.onMilestone = onMilestone;
  }

  get sightings(): Sightings {
    return this.seen;
  }

  /** Remembers the milestones that are already reached, without calling `onMilestone`. */
  async skipExisting(): Promise<void> {
    this.clock = () => Number.NaN;
    await this.refresh();
    this.clock = () => performance.now();
  }

  /** Reads the bucket once and remembers new milestones. */
  async refresh(): Promise<void> {
    for (const prefix of new Set(MILESTONE_KEYS.map(({ prefix }) => prefix)))
      for await (const { key } of this.lake.list(prefix)) this.note(key);
    const current = await readJson(this.lake, CURRENT_KEY, Current);
    for (const window of this.seen.keys())
      if (current && window <= current.decidedThrough && this.has(window, 'trained'))
        this.mark(window, 'decided');
  }

  /**
   * True if nothing is left to do for any window: it failed, or waits for the next month, or it is decided and its charts are
   * drawn or given up.
   */
  get isSettled(): boolean {
    return [...this.seen.keys()].every(
      (window) =>
        this.isWaiting(window) ||
        (this.has(window, 'decided') && (this.has(window, 'rendered') || this.has(window, 'renderFailed'))) ||
        (this.has(window, 'failed') && !this.has(window, 'trained')),
    );
  }

  /** Windows whose charts could not be drawn. */
  get windowsWithoutCharts(): number[] {
    return [...this.seen.keys()].filter(
      (window) => this.has(window, 'renderFailed') && !this.has(window, 'rendered'),
    );
  }

  /** Windows whose next attempt does not fit into the budget of the month. */
  get waitingWindows(): number[] {
    return [...this.seen.keys()].filter((window) => this.isWaiting(window));
  }

  private isWaiting(window: number): boolean {
    const attempt = (milestone: Milestone): number => this.attempts.get(`${window} ${milestone}`) ?? 0;
    return attempt('waiting') > attempt('started') && !this.has(window, 'trained');
  }

  /** Number of windows that have no run, still have attempts left, and do not wait for the next month. */
  get openWindows(): number {
    return [...this.seen.keys()].filter(
      (window) => !this.has(window, 'trained') && !this.has(window, 'failed') && !this.isWaiting(window),
    ).length;
  }

  private note(key: string): void {
    for (const { milestone, pattern } of MILESTONE_KEYS) {
      const match = pattern.exec(key);
      if (!match) continue;
      const attempt = `${Number(match[1])} ${milestone}`;
      this.attempts.set(attempt, Math.max(this.attempts.get(attempt) ?? 0, Number(match[2] ?? 0)));
      this.mark(Number(match[1]), milestone);
    }
  }

  private has(window: number, milestone: Milestone): boolean {
    return this.seen.get(window)?.has(milestone) ?? false;
  }

  private mark(window: number, milestone: Milestone): void {
    const milestones = this.seen.get(window) ?? new Map<Milestone, number>();
    this.seen.set(window, milestones);
    if (milestones.has(milestone)) return;
    const nowMs = this.clock();
    milestones.set(milestone, nowMs);
    if (!Number.isNaN(nowMs)) this.onMilestone(window, milestone);
  }
}

/**
 * Refreshes the watch repeatedly until `done` returns true.
 *
 * @param options `task` names in the error what was waited for; `everyMs` is the pause between two reads.
 * @throws {Error} If that takes longer than `timeoutSeconds`, or the signal is aborted.
 */
export async function watchUntil(
  watch: Watch,
  done: () => boolean | Promise<boolean>,
  {
    timeoutSeconds,
    task,
    signal,
    everyMs = REFRESH_EVERY_MS,
  }: { timeoutSeconds: number; task: string; signal: AbortSignal; everyMs?: number },
): Promise<void> {
  const deadlineMs = performance.now() + timeoutSeconds * 1000;
  for (;;) {
    await watch.refresh();
    if (await done()) return;
    if (performance.now() > deadlineMs)
      throw new Error(`Cannot wait any longer: ${task} took more than ${timeoutSeconds} s`);
    await sleep(everyMs, undefined, { signal });
  }
}

const REFRESH_EVERY_MS = 250;
