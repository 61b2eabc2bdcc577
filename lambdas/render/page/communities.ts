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
import { LIST_NAMES } from '../../shared/web/lists.ts';
import type { PageData } from './data.ts';

/** The facts about the graph: how evenly it recommends products, and its communities and components. */
export function graphFacts({ facts }: PageData): Html {
  const { exposure, communities, components } = facts;
  return html`${factList([
    ['Users and products', count(facts.vertices)],
    ['Links', count(facts.edges)],
    [`Share of ${LIST_NAMES.any} taken by ten products`, orDash(exposure.top10Share, percent)],
    [
      `Products that take half of ${LIST_NAMES.any}`,
      orDash(exposure.half, ({ products }) => count(products)),
    ],
    ['Gini coefficient (0: even, 1: one product)', orDash(exposure.gini, (value) => value.toFixed(2))],
    ['Products never recommended', count(exposure.neverRecommended)],
    ['Components', count(components.count)],
    ['Communities', count(communities.count)],
    ['Modularity', orDash(communities.modularity, (value) => value.toFixed(2))],
  ])}
${largestCommunities(communities)}
${largestComponents(components)}
${tails(facts.tails)}`;
}

const orDash = <Value>(value: Value | null, format: (value: Value) => string): string =>
  value === null ? '–' : format(value);

/** Products that show what a community is about; `graph.json` has more. */
const MAX_NAMES = 3;

const largestCommunities = ({ largest, edges }: GraphFacts['communities']): Html =>
  largest.length === 0
    ? NOTHING
    : html`<h3>The largest communities</h3>
${table({
  label: 'The largest communities',
  header: ['Community', 'Users', 'Products', 'Bestsellers'],
  rows: largest.map(({ community, users, products, top }) => [
    community,
    count(users),
    count(products),
    top.slice(0, MAX_NAMES).map(productLabel).join(' · '),
  ]),
  numbers: [0, 1, 2],
  texts: [3],
})}
${crossings(edges)}`;

/** Compares how often recommendations and purchases stay within a community, and how often they would by chance. */
function crossings({ recommendedAny, recommendedNew, bought }: GraphFacts['communities']['edges']): Html {
  const rows = (
    [
      [LIST_NAMES.any, recommendedAny],
      [LIST_NAMES.new, recommendedNew],
      ['Purchases', bought],
    ] as const
  ).filter(([, { edges }]) => edges > 0);
  return rows.length === 0
    ? NOTHING
    : html`${table({
        label: 'Links within the user’s own community',
        header: [
          'Links from users to products',
          'Links',
          'Within the user’s own community',
          'Expected by chance',
        ],
        rows: rows.map(([name, { edges, crossing, byChance }]) => [
          name,
          count(edges),
          percent(1 - crossing / edges),
          orDash(byChance, (crossing) => percent(1 - crossing / edges)),
        ]),
        numbers: [1, 2, 3],
      })}
<p class="soft">A community groups products that the same users buy; a user belongs to the community of most of the user’s purchases. Expected by chance: the same users and products, paired at random.</p>`;
}

const largestComponents = ({ largest }: GraphFacts['components']): Html =>
  largest.length === 0
    ? NOTHING
    : html`<details><summary>The largest components</summary>
${table({
  label: 'The largest components',
  header: ['Rank', 'Users', 'Products'],
  rows: largest.map(({ users, products }, index) => [index + 1, count(users), count(products)]),
  numbers: [0, 1, 2],
})}</details>`;

function tails(fits: GraphFacts['tails']): Html {
  const sentences = (['users', 'products'] as const).flatMap((kind) => {
    const tail = fits[kind];
    return tail
      ? [
          `A power law fitted to the degrees of the ${count(tail.vertices)} ${kind} with at least ${count(tail.from)} links has the exponent ${tail.exponent.toFixed(2)}; other distributions were not tested.`,
        ]
      : [];
  });
  return sentences.length === 0 ? NOTHING : html`<p class="soft">${sentences.join(' ')}</p>`;
}
