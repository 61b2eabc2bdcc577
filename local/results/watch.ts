import { setTimeout as sleep } from 'node:timers/promises';
import { CURRENT_KEY, PREFIX } from '../../lambdas/shared/contract/keys.ts';
import { Current } from '../../lambdas/shared/contract/schemas.ts';
import { type Lake, readJson } from '../../lambdas/shared/platform/lake.ts';

/** What can be seen of a window from outside, in the order in which it happens. */
export const MILESTONES = [
  'cut',
  'started',
  'trained',
  'failed',
  'rendered',
  'undrawn',
  'published',
] as const;
export type Milestone = (typeof MILESTONES)[number];

/** By window: when each milestone was first seen, by this process's monotonic clock, in ms; NaN: before the watch. */
export type Sightings = ReadonlyMap<number, ReadonlyMap<Milestone, number>>;

/** Which keys are a milestone of which window. */
const SIGNS: readonly { milestone: Milestone; prefix: string; pattern: RegExp }[] = [
  { milestone: 'cut', prefix: PREFIX.windows, pattern: /^windows\/(\d{8})\.json$/ },
  { milestone: 'started', prefix: PREFIX.attempts, pattern: /^attempts\/(\d{8})\/\d{8}\.started\.json$/ },
  { milestone: 'failed', prefix: PREFIX.attempts, pattern: /^attempts\/(\d{8})\/failed\.json$/ },
  { milestone: 'trained', prefix: PREFIX.manifests, pattern: /^manifests\/(\d{8})\.json$/ },
  { milestone: 'rendered', prefix: PREFIX.charts, pattern: /^charts\/(\d{8})\/index\.html$/ },
  // Render has given up; a person may still make it draw.
  { milestone: 'undrawn', prefix: PREFIX.charts, pattern: /^charts\/(\d{8})\/failed\.json$/ },
];

/** Watches the bucket and remembers when each milestone was first seen. */
export class Watch {
  private readonly seen = new Map<number, Map<Milestone, number>>();
  private clock = (): number => performance.now();
  private readonly lake: Lake;
  private readonly tell: (window: number, milestone: Milestone) => void;

  /** @param tell Called once per milestone, in the order of windows. */
  constructor(lake: Lake, tell: (window: number, milestone: Milestone) => void) {
    this.lake = lake;
    this.tell = tell;
  }

  get sightings(): Sightings {
    return this.seen;
  }

  /** Takes note of what is there already, without telling. */
  async skipPast(): Promise<void> {
    this.clock = () => Number.NaN;
    await this.look();
    this.clock = () => performance.now();
  }

  /** Looks once. */
  async look(): Promise<void> {
    for (const prefix of new Set(SIGNS.map((sign) => sign.prefix)))
      for await (const { key } of this.lake.list(prefix)) this.note(key);
    const current = await readJson(this.lake, CURRENT_KEY, Current);
    for (const window of this.seen.keys())
      if (current && window <= current.decidedThrough && this.has(window, 'trained'))
        this.mark(window, 'published');
  }

  /** Whether every window that was cut has come to its end: failed, or published and rendered or given up. */
  get isSettled(): boolean {
    return [...this.seen.keys()].every(
      (window) =>
        (this.has(window, 'published') && (this.has(window, 'rendered') || this.has(window, 'undrawn'))) ||
        (this.has(window, 'failed') && !this.has(window, 'trained')),
    );
  }

  /** Windows whose charts could not be drawn. */
  get undrawn(): number[] {
    return [...this.seen.keys()].filter(
      (window) => this.has(window, 'undrawn') && !this.has(window, 'rendered'),
    );
  }

  /** Windows that have neither a run nor used up their attempts. */
  get openWindows(): number {
    return [...this.seen.keys()].filter(
      (window) => !this.has(window, 'trained') && !this.has(window, 'failed'),
    ).length;
  }

  private note(key: string): void {
    for (const { milestone, pattern } of SIGNS) {
      const match = pattern.exec(key);
      if (match) this.mark(Number(match[1]), milestone);
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
    if (!Number.isNaN(nowMs)) this.tell(window, milestone);
  }
}

/** Looks again and again until `done` says so. @throws {Error} If that takes longer than `timeoutSeconds`. */
export async function watchUntil(
  watch: Watch,
  done: () => boolean | Promise<boolean>,
  {
    timeoutSeconds,
    what,
    signal,
    everyMs = LOOK_EVERY_MS,
  }: { timeoutSeconds: number; what: string; signal: AbortSignal; everyMs?: number },
): Promise<void> {
  const deadlineMs = performance.now() + timeoutSeconds * 1000;
  for (;;) {
    await watch.look();
    if (await done()) return;
    if (performance.now() > deadlineMs)
      throw new Error(`Cannot wait any longer: ${what} took more than ${timeoutSeconds} s`);
    await sleep(everyMs, undefined, { signal });
  }
}

const LOOK_EVERY_MS = 250;
