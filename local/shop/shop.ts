import { sum } from '../../lambdas/shared/contract/numbers.ts';
import { cumulate, seeded } from './random.ts';

/** A product of the simulated shop. */
export interface ShopProduct {
  readonly id: string;
  readonly name: string;
  /** Products of one group are liked by the same users. */
  readonly group: number;
  /** Share of the group's sales; a power law of the rank within the group. */
  readonly popularity: number;
  readonly price: number;
}

export interface ShopUser {
  readonly id: string;
  /** Groups that the user likes, with their shares, which add up to 1. */
  readonly tastes: readonly { readonly group: number; readonly share: number }[];
  /** How often the user buys, relative to others. */
  readonly activity: number;
}

/** A simulated shop whose preferences are known: a perfect recommender would find them. */
export interface Shop {
  readonly users: readonly ShopUser[];
  readonly products: readonly ShopProduct[];
  /** Share of purchases that follow no taste: any product is drawn, by its popularity in the whole shop. */
  readonly whimShare: number;
}

export interface ShopSize {
  readonly users: number;
  readonly products: number;
}

export const DEFAULT_SIZE: ShopSize = { users: 1000, products: 300 };

const NOUNS = [
  'lamp',
  'mug',
  'candle',
  'basket',
  'clock',
  'cushion',
  'frame',
  'vase',
  'notebook',
  'kettle',
  'blanket',
  'chair',
];
const COLOURS = ['Blue', 'Green', 'Red', 'White', 'Grey'];
const STYLES = ['glass', 'oak', 'linen', 'brass', 'paper', 'felt', 'stone', 'wicker', 'copper', 'clay'];

/** Exponents of the power laws of popularity and of activity. */
const POPULARITY_EXPONENT = 0.9;
const ACTIVITY_EXPONENT = 0.7;

/** @example userIdOf(0) // 'u0001' */
export const userIdOf = (index: number): string => `u${String(index + 1).padStart(4, '0')}`;

/** Makes a shop: groups of products, and users who like one or two groups. The same seed makes the same shop. */
export function plantShop(seed: number, size: ShopSize = DEFAULT_SIZE): Shop {
  const random = seeded(seed);
  const groups = Math.min(NOUNS.length, size.products);
  const products = Array.from({ length: size.products }, (_, index): ShopProduct => {
    const group = index % groups;
    const rank = Math.floor(index / groups);
    return {
      id: `p${String(index + 1).padStart(4, '0')}`,
      name: productName(group, rank),
      group,
      popularity: (rank + 1) ** -POPULARITY_EXPONENT,
      price: Math.round(200 + random.unit() * 4800) / 100,
    };
  });
  const users = Array.from(
    { length: size.users },
    (_, index): ShopUser => ({
      id: userIdOf(index),
      tastes: plantTastes(random.below(groups), random.below(groups), random.unit()),
      activity: (1 + random.below(size.users)) ** -ACTIVITY_EXPONENT,
    }),
  );
  return { users, products: withShares(products), whimShare: 0.1 };
}

/** Makes a shop without structure: every user is as likely to buy any product. A pattern found in it is only noise. */
export function plantUniformShop(size: ShopSize = DEFAULT_SIZE): Shop {
  const planted = plantShop(0, size);
  return {
    users: planted.users.map((user) => ({ ...user, activity: 1 })),
    products: planted.products.map((product) => ({ ...product, popularity: 1 })),
    whimShare: 1,
  };
}

const plantTastes = (first: number, second: number, share: number): ShopUser['tastes'] =>
  first === second
    ? [{ group: first, share: 1 }]
    : [
        { group: first, share: 0.6 + 0.3 * share },
        { group: second, share: 0.4 - 0.3 * share },
      ];

function withShares(products: readonly ShopProduct[]): ShopProduct[] {
  const total = new Map<number, number>();
  for (const { group, popularity } of products) total.set(group, (total.get(group) ?? 0) + popularity);
  return products.map((product) => ({
    ...product,
    popularity: product.popularity / (total.get(product.group) ?? 1),
  }));
}

function productName(group: number, rank: number): string {
  const [colour, style, noun] = [
    COLOURS[rank % COLOURS.length],
    STYLES[Math.floor(rank / COLOURS.length) % STYLES.length],
    NOUNS[group],
  ];
  const edition = Math.floor(rank / (COLOURS.length * STYLES.length));
  return `${colour} ${style} ${noun}${edition === 0 ? '' : ` no. ${edition + 1}`}`;
}

/**
 * Returns how likely the user's next new choice is each product. A recommender should rank them in this order.
 *
 *   P(p | u) = (1 - whim) * sum over tastes of share * popularity in the group + whim * popularity in the shop
 *
 * @returns Every product with its probability, most likely first, ties by id.
 */
export function bestProducts(
  shop: Shop,
  user: ShopUser,
): { readonly id: string; readonly probability: number }[] {
  const everything = sum(shop.products.map(({ popularity }) => popularity));
  return shop.products
    .map(({ id, group, popularity }) => {
      const taste = user.tastes.find((liked) => liked.group === group)?.share ?? 0;
      return {
        id,
        probability: (1 - shop.whimShare) * taste * popularity + (shop.whimShare * popularity) / everything,
      };
    })
    .sort((a, b) => b.probability - a.probability || (a.id < b.id ? -1 : 1));
}

/** Returns the running sums that users, products, and products of one group are drawn by. */
export function drawTables(shop: Shop) {
  const byGroup = new Map<number, { readonly products: ShopProduct[]; readonly cumulative: number[] }>();
  for (const group of new Set(shop.products.map((product) => product.group))) {
    const products = shop.products.filter((product) => product.group === group);
    byGroup.set(group, { products, cumulative: cumulate(products.map(({ popularity }) => popularity)) });
  }
  return {
    users: cumulate(shop.users.map(({ activity }) => activity)),
    products: cumulate(shop.products.map(({ popularity }) => popularity)),
    byGroup,
  };
}
