import { BROKEN, type BrokenKind, json, type SaleRecord } from './broken.ts';
import { cumulate, type Random, seeded } from './random.ts';
import { drawTables, plantShop, type Shop, type ShopProduct, type ShopUser } from './shop.ts';

/** A record to be put on the topic. */
export interface OutgoingRecord {
  readonly key: string | null;
  /** Null for a tombstone. */
  readonly value: Buffer | null;
  /** The record's own time, epoch ms; undefined: when it is sent. */
  readonly timestampMs: number | undefined;
  /** Why it must be rejected; undefined for a sale and where nobody knows. */
  readonly broken?: BrokenKind;
}

export interface SimulationOptions {
  readonly shop: Shop;
  readonly seed: number;
  /** Records, the broken ones included. */
  readonly count: number;
  /** When the last sale happens, epoch ms. */
  readonly endMs: number;
  readonly days: number;
}

/** The simulated shop's last day; not today, so that every run is the same. */
export const SIMULATION_END_MS = Date.UTC(2026, 5, 30);
const SIMULATION_DAYS = 90;
/** How much later each record is that comes after those days. */
export const STEP_MS = 1_000;
const DAY_MS = 86_400_000;

/** The sales of the default shop's ninety days. */
export const defaultSales = ({
  seed,
  count,
}: Pick<SimulationOptions, 'seed' | 'count'>): Generator<OutgoingRecord> =>
  simulate({ shop: plantShop(seed), seed, count, endMs: SIMULATION_END_MS, days: SIMULATION_DAYS });

/**
 * What the default shop sells next: its ninety days on an empty topic; else other sales, later than those before, for the
 * same ones would get new offsets and count twice.
 *
 * @param before How many records the topic has taken.
 */
export function simulationFrom({
  seed,
  count,
  before,
}: Pick<SimulationOptions, 'seed' | 'count'> & { readonly before: number }): Generator<OutgoingRecord> {
  if (before === 0) return defaultSales({ seed, count });
  return simulate({
    shop: plantShop(seed),
    seed: seed + before,
    count,
    endMs: SIMULATION_END_MS + (before + count) * STEP_MS,
    days: (count * STEP_MS) / DAY_MS,
  });
}

const BROKEN_SHARE = 0.01;
const REPEAT_SHARE = 0.25;
const RETURN_SHARE = 0.02;
const LONGEST_BASKET = 6;
const HOUR_MS = 3_600_000;

/**
 * Simulates the sales of a shop, oldest first: baskets of users by their activity, products by their tastes, a quarter
 * bought again from their own history, some returned, and one in a hundred broken, every kind in turn.
 *
 * The same options give the same bytes.
 */
export function* simulate({ shop, seed, count, endMs, days }: SimulationOptions): Generator<OutgoingRecord> {
  const random = seeded(seed);
  const tables = drawTables(shop);
  const kinds = Object.keys(BROKEN).filter((kind): kind is BrokenKind => kind in BROKEN);
  const histories = new Map<string, ShopProduct[]>();
  const startMs = endMs - days * 24 * HOUR_MS;
  let [made, broken, order] = [0, 0, 0];
  while (made < count) {
    const user = shop.users[random.weighted(tables.users)];
    if (!user) throw new RangeError('Cannot simulate: the shop has no users');
    order += 1;
    const items = 1 + random.below(LONGEST_BASKET);
    for (let item = 0; item < items && made < count; item++) {
      const atMs = startMs + Math.floor(((endMs - startMs) * made) / count);
      made += 1;
      const sale = nextSale({
        random,
        shop,
        tables,
        user,
        history: historyOf(histories, user),
        orderId: `o${seed}-${order}`,
        atMs,
      });
      const isBroken = Math.floor(made * BROKEN_SHARE) > Math.floor((made - 1) * BROKEN_SHARE);
      const kind = isBroken ? kinds[broken++ % kinds.length] : undefined;
      const value = kind ? BROKEN[kind](sale) : json(sale);
      yield { key: user.id, value, timestampMs: atMs, ...(kind ? { broken: kind } : {}) };
    }
  }
}

function historyOf(histories: Map<string, ShopProduct[]>, user: ShopUser): ShopProduct[] {
  const history = histories.get(user.id) ?? [];
  histories.set(user.id, history);
  return history;
}

interface Moment {
  readonly random: Random;
  readonly shop: Shop;
  readonly tables: ReturnType<typeof drawTables>;
  readonly user: ShopUser;
  readonly history: ShopProduct[];
  readonly orderId: string;
  readonly atMs: number;
}

function nextSale(moment: Moment): SaleRecord {
  const { random, history, user, orderId, atMs } = moment;
  const isReturn = history.length > 0 && random.chance(RETURN_SHARE);
  const isRepeat = history.length > 0 && moment.shop.whimShare < 1 && random.chance(REPEAT_SHARE);
  const product = (isReturn || isRepeat ? history[random.below(history.length)] : undefined) ?? wish(moment);
  if (!isReturn) history.push(product);
  return {
    userId: user.id,
    productId: product.id,
    quantity: isReturn ? -1 : 1 + random.below(3),
    timestamp: new Date(atMs).toISOString(),
    orderId,
    price: product.price,
    productName: product.name,
  };
}

/** A product that the user comes to want: by taste, or on a whim. */
function wish({ random, shop, tables, user }: Moment): ShopProduct {
  const group = random.chance(shop.whimShare) ? undefined : tasteOf(random, user);
  const drawer =
    group === undefined
      ? { products: shop.products, cumulative: tables.products }
      : tables.byGroup.get(group);
  const product = drawer?.products[random.weighted(drawer.cumulative)];
  if (!product) throw new RangeError('Cannot simulate: the shop has no products');
  return product;
}

function tasteOf(random: Random, { tastes }: ShopUser): number | undefined {
  return tastes[random.weighted(cumulate(tastes.map(({ share }) => share)))]?.group;
}
