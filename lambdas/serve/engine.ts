import type { StoredHistory } from '../shared/contract/answer-model.ts';

/** The products of a run, by number from 0. */
export interface EngineProducts {
  readonly count: number;
  id(number: number): string;
  /** @returns undefined for a product that no sale named. */
  name(number: number): string | undefined;
  /** @returns undefined for a product that the run does not have. */
  numberOf(id: string): number | undefined;
}

/** A sale that the run does not know, or that a request brings. */
export interface NewerSale {
  readonly product: string;
  /** Units; negative for a return. */
  readonly quantity: number;
  readonly atMs: number;
  readonly type: string;
  readonly orderId?: string | undefined;
  readonly price?: number | undefined;
}

export interface Scored {
  readonly number: number;
  readonly score: number;
}

/** A question to an engine. */
export interface Query {
  readonly list: 'any' | 'new';
  readonly n: number;
  /** By product number, 1 if it may be in the answer; undefined: all may. */
  readonly eligible: Uint8Array | undefined;
  readonly because: boolean;
}

export interface EngineAnswer {
  readonly source: 'model' | 'coldStart';
  /** The moment that the list is for, epoch ms. */
  readonly momentMs: number;
  /** Number of the newer sales that count. */
  readonly newerSales: number;
  /** The newest sale that counts, epoch ms; undefined without one. */
  readonly newestSaleMs: number | undefined;
  /** Products of the history that the run does not have; their sales are ignored. */
  readonly unknownProducts: readonly string[];
  /** Best first. */
  readonly products: readonly (Scored & {
    readonly because: readonly { readonly number: number; readonly share: number }[];
  })[];
}

type ListQuery = Pick<Query, 'n' | 'eligible'>;

/** The model of one run, ready to answer. Synchronous, so two answers never overlap. */
export interface Engine {
  readonly products: EngineProducts;
  /** The moment of the run's lists: sales before it are known, epoch ms. */
  readonly asOfMs: number;
  /**
   * Recommends products to somebody with this history.
   *
   * @param stored What the run knows; undefined if it knows nothing.
   * @param newer Sales that the run does not know, in any order, each of them once.
   */
  recommend(stored: StoredHistory | undefined, newer: readonly NewerSale[], query: Query): EngineAnswer;
  popular(query: ListQuery): readonly Scored[];
  trending(query: ListQuery): readonly Scored[];
  similar(product: number, query: ListQuery): readonly Scored[];
  together(product: number, query: ListQuery): readonly Scored[];
}
