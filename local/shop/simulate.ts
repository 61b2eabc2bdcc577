import { BROKEN, type BrokenKind, json, type SaleRecord } from './broken.ts';
import { cumulate, type Random, seeded } from './random.ts';
import { drawTables, plantShop, type Shop, type ShopProduct, type ShopUser } from './shop.ts';

/** A record to be put on the topic. */
export interface OutgoingRecord {
  readonly key: string | null;
  /** Null for a tombstone. */
  readonly value: Buffer | null;
  /** The record's timestamp, epoch ms; if undefined, the time when it is sent. */
  readonly timestampMs: number | undefined;
  /** Why accumulate must reject the record; undefined for a valid sale, or if not known. */
  readonly broken?: BrokenKind;
}

export interface SimulationOptions {
  readonly shop: Shop;
  readonly seed: number;
  /** Number of records, the broken ones included. */
  readonly count: number;
  /** When the last sale happens, epoch ms. */
  readonly endMs: number;
  readonly days: number;
}

/** The end of the simulated shop's ninety days, epoch ms; a fixed date, so that every run is the same. */
export const SIMULATION_END_MS = Date.UTC(2026, 5, 30);
const SIMULATION_DAYS = 90;
/** Time from one record to the next after the ninety days. */
export const STEP_MS = 1_000;
const DAY_MS = 86_400_000;

/** The sales of the default shop's ninety days. */
export const defaultSales = ({
  seed,
  count,
}: Pick<SimulationOptions, 'seed' | 'count'>): Generator<OutgoingRecord> =>
  simulate({ shop: plantShop(seed), seed, count, endMs: SIMULATION_END_MS, days: SIMULATION_DAYS });

/**
 * Returns the default shop's next sales. On an empty topic they are its ninety days. Later calls need other and later
 * sales, because the same sales would get new offsets and count twice.
 *
 * @param before Number of records that the topic has received.
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
 * Simulates a shop's sales, oldest first. Users are drawn by their activity and fill a basket with products of their
 * tastes. A quarter of the sales repeats the user's own history, some are returns, and one record in a hundred is broken,
 * each kind in turn. The same options give the same bytes.
 *
 * @throws {RangeError} If the shop has no users or no products.
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

interface SaleContext {
  readonly random: Random;
  readonly shop: Shop;
  readonly tables: ReturnType<typeof drawTables>;
  readonly user: ShopUser;
  readonly history: ShopProduct[];
  readonly orderId: string;
  readonly atMs: number;
}

function nextSale(context: SaleContext): SaleRecord {
  const { random, history, user, orderId, atMs } = context;
  const isReturn = history.length > 0 && random.chance(RETURN_SHARE);
  const isRepeat = history.length > 0 && context.shop.whimShare < 1 && random.chance(REPEAT_SHARE);
  const product =
    (isReturn || isRepeat ? history[random.below(history.length)] : undefined) ?? drawProduct(context);
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

/** Draws a product: usually by the user's taste, sometimes any product. */
function drawProduct({ random, shop, tables, user }: SaleContext): ShopProduct {
  const group = random.chance(shop.whimShare) ? undefined : drawTaste(random, user);
  const candidates =
    group === undefined
      ? { products: shop.products, cumulative: tables.products }
      : tables.byGroup.get(group);
  const product = candidates?.products[random.weighted(candidates.cumulative)];
  if (!product) throw new RangeError('Cannot simulate: the shop has no products');
  return product;
}

function drawTaste(random: Random, { tastes }: ShopUser): number | undefined {
  return tastes[random.weighted(cumulate(tastes.map(({ share }) => share)))]?.group;
}
