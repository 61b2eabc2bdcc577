import type { Random } from '../../local/shop/random.ts';
import { FAULTS, type Fault, type Process, type Request } from './simulation.ts';

/** How often the adversary does what, as probabilities. */
interface Rates {
  readonly write: number;
  readonly read: number;
  readonly lost: number;
  readonly doubled: number;
  readonly delayed: number;
  readonly stuckJob: number;
  readonly lostAnswer: number;
}

const NONE: Rates = { write: 0, read: 0, lost: 0, doubled: 0, delayed: 0, stuckJob: 0, lostAnswer: 0 };
const OFTEN = /^write (interactions|runs|charts)\/$/;
const MAX_DELAY_MS = 30 * 60_000;

/** Disturbs everything at random, in each schedule with other rates, until it is stopped. */
export class Adversary {
  /** Number of faults, by `PROGRAM REQUEST: FAULT`. */
  readonly faults = new Map<string, number>();
  private readonly random: Random;
  private rates: Rates;
  private isStopped = false;

  constructor(random: Random) {
    this.random = random;
    const oneOf = (...rates: readonly number[]): number => rates[random.below(rates.length)] ?? 0;
    this.rates = {
      write: oneOf(0.01, 0.04, 0.1, 0.2),
      read: oneOf(0, 0, 0.002, 0.01),
      lost: oneOf(0, 0.1, 0.5, 1),
      doubled: oneOf(0, 0.2, 0.5),
      delayed: oneOf(0, 0.2, 0.8),
      stuckJob: oneOf(0, 0.1, 0.3),
      lostAnswer: oneOf(0, 0.1, 0.3),
    };
  }

  /** Stops all faults, but events of the bucket are lost from now on: only sweeps are left. */
  stop(): void {
    this.rates = NONE;
    this.isStopped = true;
  }

  /** Chooses the fault of a request; undefined for none. */
  chooseFault({ program }: Process, { name }: Request<unknown>): Fault | undefined {
    if (program === 'reader' || !this.random.chance(this.rateOf(name))) return undefined;
    const fault = FAULTS[this.random.below(FAULTS.length)];
    // Only for conditional writes is a repeat another request than the first.
    const applied = fault === 'repeated' && !name.startsWith('write') ? 'answerLost' : fault;
    if (applied) this.count(`${program} ${name}: ${applied}`);
    return applied;
  }

  private rateOf(name: string): number {
    if (/^(read|list|get) /.test(name)) return this.rates.read;
    // A window has dozens of these files, and one of each other kind.
    return OFTEN.test(name) ? this.rates.write : Math.min(0.5, 4 * this.rates.write);
  }

  /**
   * Returns the delays with which a message is delivered; none if it is lost.
   *
   * @param kind A sweep is lost less often than an event of the bucket or of a job.
   */
  deliveries(kind: 'event' | 'sweep'): number[] {
    if (kind === 'event' && this.isStopped) return [];
    if (this.random.chance(kind === 'event' ? this.rates.lost : this.rates.lost / 4)) {
      this.count('message: lost');
      return [];
    }
    const copies = this.random.chance(this.rates.doubled) ? 2 + this.random.below(2) : 1;
    if (copies > 1) this.count('message: doubled');
    return Array.from({ length: copies }, () => {
      if (!this.random.chance(this.rates.delayed)) return this.random.below(2_000);
      this.count('message: delayed');
      return this.random.below(MAX_DELAY_MS);
    });
  }

  /** Returns whether a message that was processed is delivered again all the same. */
  losesDeletion(): boolean {
    return this.happens('lostAnswer', 'message: deletion lost');
  }

  /** Returns whether the poller does not see an answer of accumulate. */
  losesAnswer(): boolean {
    return this.happens('lostAnswer', 'poller: answer lost');
  }

  /** Returns whether the poller delivers an old event once more. */
  repeatsEvent(): boolean {
    return this.happens('doubled', 'poller: event repeated');
  }

  /** Returns whether a job never ends by itself. */
  blocksJob(): boolean {
    return this.happens('stuckJob', 'job: stuck');
  }

  private happens(rate: keyof Rates, name: string): boolean {
    const happens = this.random.chance(this.rates[rate]);
    if (happens) this.count(name);
    return happens;
  }

  private count(name: string): void {
    this.faults.set(name, (this.faults.get(name) ?? 0) + 1);
  }
}
