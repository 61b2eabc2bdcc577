/** The newest erasure of a user. */
export interface Erasure {
  /** Number of the erasure. */
  readonly erasure: number;
  /** Sales whose Kafka timestamp is not later than this are left out, epoch ms. */
  readonly untilMs: number;
}

/** Returns whether a sale with this Kafka timestamp is one that the user wanted to be forgotten. */
export const isForgotten = (kafkaMs: number, erasure: Erasure | undefined): boolean =>
  erasure !== undefined && kafkaMs <= erasure.untilMs;

const FIRST_SLOTS = 64;
/** A table that is fuller than this doubles, because lookups would become slow. */
const MOST_FILLED = 0.75;
/** Hex digits of half of a key. */
const HALF = 8;

/**
 * The hashes of forgotten users, in typed arrays without an object per user: 20 bytes a slot and at most 54 bytes a user, so a million
 * users need 42 MB at most. (As strings in a `Map` they would need about 200 MB.)
 *
 * It keeps the first 64 bits of each hash. Among a million forgotten users, the chance that another user is taken for one of them is 1 in
 * 10^13.
 */
export class ForgottenTable {
  /** Two words for each slot. */
  private keys = new Uint32Array(2 * FIRST_SLOTS);
  /** By slot; 0 if it is free. */
  private erasures = new Uint32Array(FIRST_SLOTS);
  /** By slot, epoch ms. */
  private untilMs = new Float64Array(FIRST_SLOTS);
  private users = 0;

  /** Number of users. */
  get size(): number {
    return this.users;
  }

  /** Bytes of memory that the table takes. */
  get sizeBytes(): number {
    return this.keys.byteLength + this.erasures.byteLength + this.untilMs.byteLength;
  }

  /**
   * Adds a user. Of several erasures of one user, the latest number and the latest moment count, in whatever order they are added.
   *
   * @param hash `PersonKey.forgottenHash`, 64 hex digits.
   */
  add(hash: string, { erasure, untilMs }: Erasure): void {
    if (this.users + 1 > MOST_FILLED * this.erasures.length) this.grow();
    this.put(wordOf(hash, 0), wordOf(hash, HALF), { erasure, untilMs });
  }

  /** @returns undefined for a user who was not forgotten. */
  get(hash: string): Erasure | undefined {
    const slot = this.slotOf(wordOf(hash, 0), wordOf(hash, HALF));
    const erasure = this.erasures[slot] as number;
    return erasure === 0 ? undefined : { erasure, untilMs: this.untilMs[slot] as number };
  }

  private put(first: number, second: number, { erasure, untilMs }: Erasure): void {
    const slot = this.slotOf(first, second);
    const known = this.erasures[slot] as number;
    if (known === 0) this.users += 1;
    this.keys.set([first, second], 2 * slot);
    this.erasures[slot] = Math.max(known, erasure);
    this.untilMs[slot] = known === 0 ? untilMs : Math.max(this.untilMs[slot] as number, untilMs);
  }

  /** Returns the slot that has this key, or else the free slot where it belongs. The number of slots is a power of two. */
  private slotOf(first: number, second: number): number {
    const last = this.erasures.length - 1;
    let slot = first & last;
    while (this.erasures[slot] !== 0 && (this.keys[2 * slot] !== first || this.keys[2 * slot + 1] !== second))
      slot = (slot + 1) & last;
    return slot;
  }

  private grow(): void {
    const { keys, erasures, untilMs } = this;
    const slots = 2 * erasures.length;
    this.keys = new Uint32Array(2 * slots);
    this.erasures = new Uint32Array(slots);
    this.untilMs = new Float64Array(slots);
    this.users = 0;
    for (const [slot, erasure] of erasures.entries())
      if (erasure !== 0)
        this.put(keys[2 * slot] as number, keys[2 * slot + 1] as number, {
          erasure,
          untilMs: untilMs[slot] as number,
        });
  }
}

const wordOf = (hash: string, at: number): number => Number.parseInt(hash.slice(at, at + HALF), 16);
