import type { Engine, NewerSale, Query } from '../../lambdas/serve/engine.ts';
import { type LoadedRun, loadRun } from '../../lambdas/serve/load-run.ts';
import { createModelEngine } from '../../lambdas/serve/model-engine.ts';
import type { StoredHistory } from '../../lambdas/shared/contract/answer-model.ts';
import type { ListKind } from '../../lambdas/shared/contract/quality.ts';
import { directoryRunObjects } from '../lake/directory-run-objects.ts';
import { basketsOf, createRecentPopularity, type ReplayedBasket } from './replay-order.ts';
import { groupOf, type ScoredBasket, type Shown, scoreBasket } from './replay-score.ts';
import type { ReplayShop } from './replay-shops.ts';
import { type PublishedLists, readLists } from './score.ts';
import { type Served, type Settings, serve, type Train } from './serve.ts';

/** The replay of one shop. */
export interface Replayed {
  readonly title: string;
  readonly served: Served;
  /** In the order of the replay. */
  readonly baskets: readonly ScoredBasket[];
}

/** Popularity counts so many days: the best of those that the outside check tries, on the same month. */
const POPULAR_DAYS = 7;
/** The most products that a list can have. */
const LONGEST_LIST = 100;
const LIST_LENGTH = 10;

/**
 * Replays the last part of a shop: trains on what came before it, then predicts each basket just before it happens, from the lists
 * that were published and by answers that know every earlier sale of its user.
 *
 * @param train Replaces the Spark job in tests.
 * @throws {Error} If no run was published.
 */
export async function measureReplay(
  shop: ReplayShop,
  settings: Settings,
  { train }: { train?: Train } = {},
): Promise<Replayed> {
  let baskets: ScoredBasket[] = [];
  const served = await serve(shop.before, settings, {
    nowMs: shop.fromMs,
    ...(train ? { train } : {}),
    use: async (lake, { csv, manifest }) => {
      if (!manifest) throw new Error(`Cannot replay ${shop.title}: no run was published`);
      const objects = directoryRunObjects(lake);
      const run = await loadRun(manifest.run, { objects, createEngine: createModelEngine });
      baskets = await replayWith(shop, run, readLists(csv));
    },
  });
  return { title: shop.title, served, baskets };
}

/** Predicts every basket of the period. */
export async function replayWith(
  { past, period, fromMs }: Pick<ReplayShop, 'past' | 'period' | 'fromMs'>,
  run: Pick<LoadedRun, 'engine' | 'historyOf'>,
  published: PublishedLists,
): Promise<ScoredBasket[]> {
  const owned = Map.groupBy(past, ({ user }) => user);
  const known = new Set(past.map(({ product }) => product));
  const bought = period.flatMap(({ bought: product, sale }) => (product ? { product, atMs: sale.atMs } : []));
  const before = createRecentPopularity(past, POPULAR_DAYS)(fromMs);
  const now = createRecentPopularity([...past, ...bought], POPULAR_DAYS);
  const scored: ScoredBasket[] = [];
  for (const basket of basketsOf(period)) {
    const own = new Set(owned.get(basket.user)?.map(({ product }) => product));
    const stored = await run.historyOf(basket.user);
    const admitted = (products: readonly string[]) => ({
      any: products,
      new: products.filter((product) => !own.has(product)),
    });
    const shown: Shown = {
      published: published.get(basket.user) ?? { any: [], new: [] },
      ...answered(run.engine, stored, basket),
      popular: admitted(before),
      popularNow: admitted(now(basket.atMs)),
    };
    scored.push(
      ...scoreBasket(basket, shown, { known, owned: own, group: groupOf(stored !== undefined, basket) }),
    );
  }
  return scored;
}

/** Answers with every earlier sale, and from the run alone, which shows what taking away what was bought since is worth. */
function answered(
  engine: Engine,
  stored: StoredHistory | undefined,
  { earlier }: ReplayedBasket,
): Pick<Shown, 'filtered' | 'live'> {
  const both = (newer: readonly NewerSale[], n: number): Record<ListKind, string[]> => ({
    any: listOf(engine, stored, newer, { list: 'any', n }),
    new: listOf(engine, stored, newer, { list: 'new', n }),
  });
  return { live: both(earlier, LIST_LENGTH), filtered: both([], LONGEST_LIST) };
}

const listOf = (
  engine: Engine,
  stored: StoredHistory | undefined,
  newer: readonly NewerSale[],
  query: Pick<Query, 'list' | 'n'>,
): string[] =>
  engine
    .recommend(stored, newer, { ...query, eligible: undefined, because: false })
    .products.map(({ number }) => engine.products.id(number).toUpperCase());
