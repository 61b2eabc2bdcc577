import { createCommonScorer } from './common-scores.ts';
import { explain, type Reason } from './explain.ts';
import { type Candidates, createFeatures } from './features.ts';
import { createFoldIn } from './fold-in.ts';
import type { ListName, Model } from './model.ts';
import { scoresOf } from './order.ts';
import {
  linkedProducts,
  mostBuyers,
  type ProductQuery,
  popularProducts,
  trendingProducts,
} from './popular.ts';
import { before, type Purchases } from './purchases.ts';
import { createSelection, type Ranked, rounded } from './selection.ts';
import { createSources, type Eligible } from './sources.ts';
import { type UserHistory, userHistory } from './user-history.ts';

export interface AnswerQuery {
  /** `any` may have products that the user bought; `new` has none. */
  readonly list: ListName;
  /** Products, at most. */
  readonly n: number;
  /** By product number: 1 for products that may be recommended; absent if all may. */
  readonly eligible?: Eligible;
  /** True to explain each product. */
  readonly because?: boolean;
}

export interface Answer {
  /** `coldStart` if nothing is known of the user: the list is that of recent popularity. */
  readonly source: 'model' | 'coldStart';
  /** The moment that the list is made for: the later of the run's and the one after the newest sale, epoch ms. */
  readonly momentMs: number;
  /** Best first. `because` is empty unless it was asked for. */
  readonly products: readonly (Ranked & { readonly because: readonly Reason[] })[];
}

/** Answers from one run's model. It reuses its arrays, so that calls must not overlap. */
export interface Answerer {
  answer(purchases: Purchases, query: AnswerQuery): Answer;
  /** Returns the products that sell most; see `popularProducts`. */
  popular(query: ProductQuery): Ranked[];
  /** Returns the products that grow most; see `trendingProducts`. */
  trending(query: ProductQuery): Ranked[];
  /** Returns the products that the users of a product buy too; see `linkedProducts`. */
  similar(product: number, query: ProductQuery): Ranked[];
  /** Returns the products that are in the same baskets as a product; see `linkedProducts`. */
  together(product: number, query: ProductQuery): Ranked[];
}

/** The features and the factor of a user, for tests. */
export interface Described {
  readonly history: UserHistory;
  /** Valid until the next call. */
  readonly factor: Float32Array;
  readonly candidates: Candidates;
}

/** Makes everything that answers from a model need, once per run and process. */
export function createAnswerer(model: Model): Answerer {
  const describe = createDescriber(model);
  return {
    answer(purchases, query) {
      const momentMs = Math.max(model.asOfMs, (purchases.newestMs ?? Number.NEGATIVE_INFINITY) + 1);
      const known = before(purchases, momentMs);
      if (known.size === 0) return coldStart(model, momentMs, query);
      const { history, candidates } = describe(known, momentMs, query.eligible);
      const best = bestOf(model, candidates, query);
      const products = filled(model, { best, history, query });
      const reasons = query.because
        ? explain(
            model,
            history,
            products.map(({ number }) => number),
          )
        : [];
      return {
        source: 'model',
        momentMs,
        products: products.map((one, at) => ({ ...one, because: reasons[at] ?? [] })),
      };
    },
    popular: (query) => popularProducts(model, query),
    trending: (query) => trendingProducts(model, query),
    similar: (product, query) => linkedProducts(model, { links: model.common.users, product }, query),
    together: (product, query) => linkedProducts(model, { links: model.common.baskets, product }, query),
  };
}

/**
 * Returns a function that finds and describes the candidates of one user after another: history, fold-in of the factor, scores,
 * candidates, features.
 *
 * @returns A function that takes the purchases before the moment, at least one line.
 */
export function createDescriber(
  model: Model,
): (known: Purchases, momentMs: number, eligible: Eligible) => Described {
  const foldIn = createFoldIn(model);
  const scorer = createCommonScorer(model);
  const candidatesOf = createSources(model, scorer);
  const featuresOf = createFeatures(model, scorer);
  return (known, momentMs, eligible) => {
    const history = userHistory(known, { asOfMs: momentMs, horizonMs: model.horizonMs });
    const factor = foldIn(history);
    scorer.score(history, factor);
    return { history, factor, candidates: featuresOf(history, factor, candidatesOf(history, eligible)) };
  };
}

/** Returns the best candidates that the list admits, best first, ties by number. */
function bestOf({ lists }: Model, candidates: Candidates, { list, n }: AnswerQuery): Ranked[] {
  const { products, isOwned } = candidates;
  const admitted: number[] = [];
  for (let row = 0; row < products.length; row++)
    if (list === 'any' || isOwned[row] === 0) admitted.push(row);
  const { scores, ties } = scoresOf(lists[list], candidates, Int32Array.from(admitted));
  const best = createSelection(n);
  for (const row of admitted)
    best.offer(products[row] as number, rounded(scores[row] as number), ties[row] as number);
  return best.result();
}

function coldStart(model: Model, momentMs: number, query: AnswerQuery): Answer {
  const best = popularProducts(model, query);
  const products = filled(model, { best, history: undefined, query });
  return { source: 'coldStart', momentMs, products: products.map((one) => ({ ...one, because: [] })) };
}

interface Unfilled {
  readonly best: readonly Ranked[];
  readonly history: UserHistory | undefined;
  readonly query: AnswerQuery;
}

/**
 * Fills a filtered list that is too short with the other eligible products, by popularity, so that n products come back while there
 * are n. They have the score 0, or that of the last product if it is lower. A list without a filter stays as it is.
 */
function filled(model: Model, { best, history, query: { list, n, eligible } }: Unfilled): readonly Ranked[] {
  if (best.length >= n || !eligible) return best;
  const excluded = new Set(best.map(({ number }) => number));
  if (list === 'new')
    history?.products.forEach((product, index) => {
      if (history.isBought[index] === 1) excluded.add(product);
    });
  const score = Math.min(0, best.at(-1)?.score ?? 0);
  const others = mostBuyers(
    model,
    n - best.length,
    (product) => eligible[product] === 1 && !excluded.has(product),
  );
  return [...best, ...others.map((number) => ({ number, score }))];
}
