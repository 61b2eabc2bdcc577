import type { GraphFacts } from '../../shared/contract/summaries.ts';
import {
  count,
  factList,
  type Html,
  html,
  NOTHING,
  percent,
  productLabel,
  table,
} from '../../shared/web/html.ts';
import type { PageData } from './data.ts';

/** What the graph says: how recommendations spread, what hangs together, which communities there are. */
export function graphFacts({ facts }: PageData): Html {
  const { exposure, communities, components } = facts;
  return html`${factList([
    ['Vertices', count(facts.vertices)],
    ['Edges', count(facts.edges)],
    ['Top ten products’ share of list any', shown(exposure.top10Share, percent)],
    ['Products that take half of list any', shown(exposure.half, ({ products }) => count(products))],
    ['Gini of the exposure (0 even, 1 one product)', shown(exposure.gini, (value) => value.toFixed(2))],
    ['Products never recommended', count(exposure.neverRecommended)],
    ['Components', count(components.count)],
    ['Communities', count(communities.count)],
    ['Modularity', shown(communities.modularity, (value) => value.toFixed(2))],
  ])}
${largestCommunities(communities)}
${largestComponents(components)}
${tails(facts.tails)}`;
}

const shown = <Value>(value: Value | null, format: (value: Value) => string): string =>
  value === null ? '–' : format(value);

/** Products that tell what a community is about; `graph.json` has more. */
const MOST_NAMES = 3;

const largestCommunities = ({ largest, edges }: GraphFacts['communities']): Html =>
  largest.length === 0
    ? NOTHING
    : html`<h3>The largest communities</h3>
${table({
  label: 'The largest communities',
  header: ['Community', 'Users', 'Products', 'Its most bought products'],
  rows: largest.map(({ community, users, products, top }) => [
    community,
    count(users),
    count(products),
    top.slice(0, MOST_NAMES).map(productLabel).join(' · '),
  ]),
  numbers: [0, 1, 2],
  texts: [3],
})}
${crossings(edges)}`;

/** Recommendations alone say something: a user's community is that of most purchases, so few of those can cross. */
function crossings({ recommendedAny, recommendedNew, bought }: GraphFacts['communities']['edges']): Html {
  const rows = (
    [
      ['Recommended, list any', recommendedAny],
      ['Recommended, list new', recommendedNew],
      ['Bought', bought],
    ] as const
  ).filter(([, { edges }]) => edges > 0);
  return rows.length === 0
    ? NOTHING
    : html`${table({
        label: 'Links within the user’s own community',
        header: ['From a user to a product', 'Links', 'Within the user’s own community', 'By chance'],
        rows: rows.map(([name, { edges, crossing, byChance }]) => [
          name,
          count(edges),
          percent(1 - crossing / edges),
          shown(byChance, (crossing) => percent(1 - crossing / edges)),
        ]),
        numbers: [1, 2, 3],
      })}
<p class="soft">Communities are made from purchases, so most of those stay within one. Recommendations need not. By chance: if the same users and products were paired at random.</p>`;
}

const largestComponents = ({ largest }: GraphFacts['components']): Html =>
  largest.length === 0
    ? NOTHING
    : html`<details><summary>The largest components</summary>
${table({
  label: 'The largest components',
  header: ['Place', 'Users', 'Products'],
  rows: largest.map(({ users, products }, index) => [index + 1, count(users), count(products)]),
  numbers: [0, 1, 2],
})}</details>`;

function tails(of: GraphFacts['tails']): Html {
  const sentences = (['users', 'products'] as const).flatMap((kind) => {
    const tail = of[kind];
    return tail
      ? [
          `A power law fitted to the degrees of the ${count(tail.vertices)} ${kind} with ${count(tail.from)} links or more has the exponent ${tail.exponent.toFixed(2)}; whether another curve fits better was not tested.`,
        ]
      : [];
  });
  return sentences.length === 0 ? NOTHING : html`<p class="soft">${sentences.join(' ')}</p>`;
}
