import { LIST_KINDS, type ListKind } from '../../lambdas/shared/contract/quality.ts';
import { OUTSIDE_SCORERS, type Outside, type OutsideScorer } from './outside.ts';
import { SHOPS, type ShopName } from './retail.ts';
import type { ListScore } from './score.ts';
import type { Served } from './serve.ts';
import { metric } from './tables.ts';

/** The served lists of one shop, scored. */
export interface ServedShop {
  readonly shop: ShopName;
  readonly served: Served;
  readonly scores: Readonly<Record<ListKind, ListScore | null>>;
  /** Other models on the same purchases, by the shop's protocol; undefined if they were not measured. */
  readonly outside: Outside | undefined;
}

/** Returns a Markdown table of every measure of the served lists, with a row per shop and list. */
export const servedTable = (shops: readonly ServedShop[]): string =>
  [
    '| shop | list | ordered by | NDCG@10 | recall@10 | hit rate@10 | coverage@10 | users |',
    '|---|---|---|---|---|---|---|---|',
    ...shops.flatMap(({ shop, served, scores }) =>
      LIST_KINDS.map((list) => {
        const score = scores[list];
        const cells = [
          SHOPS[shop].title,
          list,
          served.manifest?.gate?.[list]?.orderedBy ?? '–',
          metric(score?.ndcg),
          metric(score?.recall),
          metric(score?.hitRate),
          score?.coverage.toFixed(3) ?? '–',
          score?.ndcg.n ?? '–',
        ];
        return `| ${cells.join(' | ')} |`;
      }),
    ),
  ].join('\n');

/** Returns a Markdown table of NDCG@10: other models, then the served lists, with a column per shop and list. */
export function servedComparison(shops: readonly ServedShop[]): string {
  const columns = shops.flatMap((shop) => LIST_KINDS.map((list) => ({ shop, list })));
  const row = (title: string, cellOf: (column: (typeof columns)[number]) => string): string =>
    `| ${[title, ...columns.map(cellOf)].join(' | ')} |`;
  const measuredOutside = shops.some(({ outside }) => outside !== undefined);
  const others = ({ shop, outside }: ServedShop) => outside?.protocols[SHOPS[shop].protocol]?.scorers;
  const names = measuredOutside ? (Object.keys(OUTSIDE_SCORERS) as OutsideScorer[]) : [];
  return [
    row('NDCG@10', ({ shop, list }) => `${SHOPS[shop.shop].title}, ${list}`),
    `|${'---|'.repeat(columns.length + 1)}`,
    ...names.map((name) =>
      row(OUTSIDE_SCORERS[name], ({ shop, list }) => metric(others(shop)?.[name]?.[list])),
    ),
    row('**served**', ({ shop, list }) => metric(shop.scores[list]?.ndcg)),
    row('users', ({ shop, list }) => {
      const [own, other] = [shop.scores[list]?.ndcg.n, others(shop)?.popularity?.[list]?.n];
      // Both sides count users by their own reading of the file, so different numbers are a mistake in one of them.
      return other === undefined || other === own ? String(own ?? '–') : `${own}; outside ${other}`;
    }),
  ].join('\n');
}

/** Describes the windows that were trained and what the gate decided, one line each. */
export const decisionLines = ({ served }: ServedShop): string[] =>
  served.decisions.map(
    ({ run, decision, reason, numbers }) =>
      `  run ${run}, ${numbers?.interactions ?? '–'} sales: ${decision}, ${reason}`,
  );
