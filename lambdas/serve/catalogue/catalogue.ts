import type { CatalogueProduct } from '../../shared/contract/catalogue.ts';

/** The attributes of a product that answers need. */
export interface CatalogueEntry {
  readonly name: string | undefined;
  readonly category: string | undefined;
  readonly price: number | undefined;
  readonly available: boolean;
  /** Inclusive, epoch ms; -Infinity without one. */
  readonly fromMs: number;
  /** Exclusive, epoch ms; Infinity without one. */
  readonly untilMs: number;
}

/** The catalogue as it was after one batch. It never changes, so that a request sees one state of it. */
export interface Catalogue {
  /** Number of the newest batch that it holds; 0 if there is none. */
  readonly through: number;
  /** @returns undefined if the catalogue does not name the product. */
  get(productId: string): CatalogueEntry | undefined;
  /**
   * Names what the catalogue shows at a moment. The name changes with a batch, or when a product's time begins or ends;
   * never otherwise.
   *
   * @param momentMs By the clock, epoch ms.
   */
  versionAt(momentMs: number): string;
  /** The products of an older state. Many states share it. */
  readonly base: Part;
  /** The products that were changed since. */
  readonly changes: Part;
}

/** Products with the moments at which the time of one of them begins or ends. */
interface Part {
  readonly entries: ReadonlyMap<string, CatalogueEntry>;
  /** Ascending, epoch ms. */
  readonly momentsMs: Float64Array;
}

const EMPTY: Part = { entries: new Map(), momentsMs: new Float64Array() };
/** So many changes are kept beside the base; more, and they are a new base. Copying the base costs 0.1 µs a product. */
const LEAST_CHANGES = 1_000;
const SHARE_OF_CHANGES = 1 / 8;

/** A catalogue without products. */
export const emptyCatalogue: Catalogue = stateOf(0, EMPTY, EMPTY);

/**
 * Adds products to a catalogue. A product replaces an earlier one with its id.
 *
 * @param through Number of the newest batch that they are from.
 * @returns The new catalogue; `catalogue` stays as it is.
 */
export function withProducts(
  catalogue: Catalogue,
  products: ReadonlyMap<string, CatalogueEntry>,
  through: number,
): Catalogue {
  const { base, changes } = catalogue;
  const most = Math.max(LEAST_CHANGES, base.entries.size * SHARE_OF_CHANGES);
  if (changes.entries.size + products.size <= most)
    return stateOf(through, base, partOf(joined(changes.entries, products)));
  return stateOf(through, partOf(joined(joined(base.entries, changes.entries), products)), EMPTY);
}

/** Makes entries of the lines of the catalogue; categories that are equal share their text. */
export function createEntries(): (product: CatalogueProduct) => CatalogueEntry {
  const categories = new Map<string, string>();
  const shared = (category: string): string => {
    const known = categories.get(category);
    if (known === undefined) categories.set(category, category);
    return known ?? category;
  };
  return ({ name, category, price, available = true, fromMs, untilMs }) => ({
    name,
    category: category === undefined ? undefined : shared(category),
    price,
    available,
    fromMs: fromMs ?? Number.NEGATIVE_INFINITY,
    untilMs: untilMs ?? Number.POSITIVE_INFINITY,
  });
}

/** Returns whether a product may be shown at a moment. */
export const isShown = ({ available, fromMs, untilMs }: CatalogueEntry, momentMs: number): boolean =>
  available && fromMs <= momentMs && momentMs < untilMs;

function stateOf(through: number, base: Part, changes: Part): Catalogue {
  return {
    through,
    base,
    changes,
    get: (productId) => changes.entries.get(productId) ?? base.entries.get(productId),
    versionAt: (momentMs) =>
      [through, countUntil(base.momentsMs, momentMs), countUntil(changes.momentsMs, momentMs)].join('.'),
  };
}

function partOf(entries: ReadonlyMap<string, CatalogueEntry>): Part {
  const moments: number[] = [];
  for (const { fromMs, untilMs } of entries.values()) {
    if (Number.isFinite(fromMs)) moments.push(fromMs);
    if (Number.isFinite(untilMs)) moments.push(untilMs);
  }
  return { entries, momentsMs: Float64Array.from(moments).sort() };
}

function joined<Value>(
  older: ReadonlyMap<string, Value>,
  newer: ReadonlyMap<string, Value>,
): Map<string, Value> {
  const all = new Map(older);
  for (const [id, value] of newer) all.set(id, value);
  return all;
}

/** Returns how many of the moments are not after `momentMs`. */
function countUntil(momentsMs: Float64Array, momentMs: number): number {
  let [low, high] = [0, momentsMs.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((momentsMs[middle] ?? 0) <= momentMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
