import { counted, grouped } from './numbers.ts';

/**
 * How much one event of each type counts, if the configuration does not say otherwise. Only ratios matter: the job divides
 * by the heaviest common type. `docs/quality.md` has the reasons and the sources.
 */
export const TYPE_WEIGHTS: Readonly<Record<string, number>> = {
  ...weighing(
    1,
    'purchase',
    'transaction',
    'order',
    'buy',
    'sale',
    'place_order',
    'order_completed',
    'purchase_complete',
    'checkout_completed',
    'in_app_purchase',
    'instant_purchase',
  ),
  ...weighing(0.45, 'rating', 'rate', 'review', 'watch', 'play', 'listen'),
  ...weighing(0.4, 'checkout', 'begin_checkout', 'initiate_checkout', 'checkout_started'),
  ...weighing(
    0.3,
    'cart',
    'basket',
    'add_to_cart',
    'add_to_basket',
    'product_added',
    'product_added_to_cart',
  ),
  ...weighing(
    0.3,
    'like',
    'favourite',
    'favorite',
    'fav',
    'wishlist',
    'add_to_wishlist',
    'product_added_to_wishlist',
  ),
  ...weighing(
    0.1,
    'view',
    'view_item',
    'view_content',
    'product_view',
    'product_viewed',
    'detail',
    'detail_page_view',
    'pv',
    'click',
    'product_clicked',
    'select_item',
  ),
  ...weighing(
    0,
    'impression',
    'view_item_list',
    'view_cart',
    'remove_from_cart',
    'product_removed',
    'product_removed_from_cart',
    'remove_from_wishlist',
  ),
};

function weighing(weight: number, ...types: readonly string[]): Record<string, number> {
  return Object.fromEntries(types.map((type) => [type, weight]));
}

/**
 * Returns the form in which types are compared: in lower case and without spaces and the characters `_-.:/`. The Spark job
 * has the same rule; it prefers a name that is written exactly as configured.
 *
 * @example comparable('Add-To-Cart') // 'addtocart'
 */
export const comparable = (type: string): string => type.toLowerCase().replace(/[\s_.:/-]+/g, '');

/**
 * Adds the default weights to configured ones. A configured type replaces the default of every spelling of it.
 *
 * @example withDefaults({ View: 0.2 }).View // 0.2
 * @example withDefaults({ View: 0.2 }).view // undefined
 */
export function withDefaults(configured: Readonly<Record<string, number>>): Record<string, number> {
  const replaced = new Set(Object.keys(configured).map(comparable));
  const defaults = Object.entries(TYPE_WEIGHTS).filter(([type]) => !replaced.has(comparable(type)));
  return { ...Object.fromEntries(defaults), ...configured };
}

/** The part of `inputs` of a manifest that says what was trained on. */
export interface TrainedTypes {
  readonly interactions: number;
  readonly unweighted: number;
  readonly unknown: { readonly interactions: number; readonly types: number };
  readonly types: readonly {
    readonly type: string;
    readonly interactions: number;
    readonly weight: number | null;
  }[];
}

/** Types named in one sentence; the manifest has more. */
const NAMED_TYPES = 5;

/**
 * Describes for people which sales are missing from training because the configuration does not name their type, or that
 * nothing was trained on because no type has a weight. The names of types are free text from the topic.
 *
 * @returns undefined if nothing is missing by mistake.
 * @example
 * describeUntrained({ interactions: 9, unweighted: 3, unknown: { interactions: 3, types: 1 }, types: [{ type: 'gift', interactions: 3, weight: null }] })
 * // 'not trained on, because the type has no weight: 3 sales (gift 3); name them in model.typeWeights (npm start: --type-weights NAME=WEIGHT), with 0 for those to leave out'
 */
export function describeUntrained(trained: TrainedTypes): string | undefined {
  const { interactions, unweighted, unknown } = trained;
  const isNothing = interactions === 0 && unweighted > 0;
  if (unknown.interactions === 0 && !isNothing) return undefined;
  const left = trained.types.filter(({ weight }) => (isNothing ? !weight : weight === null));
  const named = left.slice(0, NAMED_TYPES).map((one) => `${one.type} ${grouped(one.interactions)}`);
  const more =
    left.length - named.length + unknown.types - left.filter(({ weight }) => weight === null).length;
  const names = [...named, ...(more > 0 ? [`and ${grouped(more)} more`] : [])].join(', ');
  const what = isNothing
    ? `none of the ${counted(unweighted, 'sale')} has a type with a weight (${names})`
    : `not trained on, because the type has no weight: ${counted(unknown.interactions, 'sale')} (${names})`;
  return `${what}; ${ADVICE}`;
}

const ADVICE =
  'name them in model.typeWeights (npm start: --type-weights NAME=WEIGHT), with 0 for those to leave out';
