/** The position of a record on the stream; see `Interaction.scala`, which has the same. */
export interface Address {
  /** 8 hex digits of SHA-256 of the event source's ARN. */
  readonly source: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Kafka's timestamp, epoch ms; -1 if the record has none. */
  readonly kafkaMs: number;
}

/** The part of a sale that an answer needs, if perhaps no run has read it yet. */
export interface RecentSale {
  readonly product: string;
  /** Units; negative for a return; never 0. */
  readonly quantity: number;
  /** When the sale happened, epoch ms, UTC. */
  readonly atMs: number;
  readonly type: string;
  readonly orderId?: string;
  readonly price?: number;
  /** The id that the producer gave to the sale. */
  readonly id?: string;
  /** Undefined for a sale that a request brings. */
  readonly address?: Address;
}

/** A recent sale, with the user who made it and its address, as `remember` stores it. */
export type UserSale = RecentSale & { readonly user: string; readonly address: Address };

/** The sales that runs may not have read yet, by user. */
export interface RecentSales {
  /**
   * Returns the newest stored sales of a user.
   *
   * @returns Oldest first, by Kafka timestamp; empty for a user without sales. At most `MOST_SALES`, the newest ones.
   * @throws {Error} If the store does not answer, or the signal aborts.
   */
  ofUser(user: string, signal?: AbortSignal): Promise<readonly RecentSale[]>;
  /**
   * Stores sales. A sale at an address of the same user that is stored already changes nothing.
   *
   * @param sales In any order, with repeats; may be empty.
   * @throws {Error} If the store does not take all of them; some may be stored.
   */
  remember(sales: readonly UserSale[]): Promise<void>;
}
