import { CATEGORY_SEPARATOR, type Filters } from '../../shared/contract/catalogue.ts';
import { toCategory } from '../../shared/contract/parse-product.ts';
import { type Catalogue, type CatalogueEntry, isShown } from './catalogue.ts';

/** The products of a run, by number from 0. One object for each run and process. */
export interface Products {
  readonly count: number;
  /** @returns undefined if the run does not know the product. */
  numberOf(productId: string): number | undefined;
}

/** Most bytes of masks that are kept for one run. */
const MASKS_BYTES = 16 * 1024 * 1024;
const MOST_MASKS = 256;

/** The values that are kept for a run. They live as long as the run's products do. */
interface Kept {
  base: Catalogue['base'];
  entriesOfBase: readonly (CatalogueEntry | undefined)[];
  catalogue: Catalogue;
  entries: readonly (CatalogueEntry | undefined)[];
  /** Masks by filters, the least recently used first. */
  masks: Map<string, Uint8Array | undefined>;
}
const kept = new WeakMap<Products, Kept>();

/**
 * Returns which products may be recommended.
 *
 * A product that the catalogue hides (`available: false`, or `momentMs` outside `from` and `until`) is never eligible. A
 * product that the catalogue does not name is eligible unless a filter asks for an attribute: a category, a price, or
 * `available: true`.
 *
 * @param filters A product must pass all of them; may be empty.
 * @param momentMs The moment of the request by the clock, epoch ms. Only hiding depends on it, see `versionAt`.
 * @returns By product number, 1 if it is eligible; undefined if no filter asks for an attribute and all are. The caller must
 *   not change it.
 */
export function eligibleProducts(
  catalogue: Catalogue,
  products: Products,
  { exclude = [], ...filters }: Filters,
  momentMs: number,
): Uint8Array | undefined {
  const mask = maskOf(catalogue, products, filters, momentMs);
  const numbers = exclude.flatMap((id) => products.numberOf(id) ?? []);
  if (numbers.length === 0) return mask;
  const rest = mask?.slice() ?? new Uint8Array(products.count).fill(1);
  for (const number of numbers) rest[number] = 0;
  return rest;
}

type Attributes = Omit<Filters, 'exclude'>;

function maskOf(
  catalogue: Catalogue,
  products: Products,
  filters: Attributes,
  momentMs: number,
): Uint8Array | undefined {
  const { entries, masks } = entriesOf(catalogue, products);
  const { category, available = false, minPrice, maxPrice } = filters;
  const key = JSON.stringify([catalogue.versionAt(momentMs), category, available, minPrice, maxPrice]);
  const found = masks.get(key);
  const isKnown = masks.delete(key);
  const mask = isKnown ? found : createMask(entries, filters, momentMs);
  masks.set(key, mask);
  const most = Math.min(MOST_MASKS, Math.max(1, Math.floor(MASKS_BYTES / Math.max(1, products.count))));
  for (const oldest of masks.keys()) {
    if (masks.size <= most) break;
    masks.delete(oldest);
  }
  return mask;
}

function createMask(
  entries: readonly (CatalogueEntry | undefined)[],
  filters: Attributes,
  momentMs: number,
): Uint8Array | undefined {
  const { category, available = false, minPrice, maxPrice } = filters;
  const passes = createFilter(filters);
  const isForUnknown = passes(undefined) ? 1 : 0;
  const mask = new Uint8Array(entries.length);
  // A filtered list is filled up to its length, also if every product passes.
  let isWhole = category === undefined && !available && minPrice === undefined && maxPrice === undefined;
  // Not an iterator: this loop is the cost of new filters.
  for (let number = 0; number < mask.length; number++) {
    const entry = entries[number];
    const isEligible = entry === undefined ? isForUnknown : isShown(entry, momentMs) && passes(entry) ? 1 : 0;
    mask[number] = isEligible;
    if (isEligible === 0) isWhole = false;
  }
  return isWhole ? undefined : mask;
}

/** Returns a test of a product's attributes; undefined for a product without any. */
function createFilter({
  category,
  available = false,
  minPrice,
  maxPrice,
}: Attributes): (entry: CatalogueEntry | undefined) => boolean {
  const path = category === undefined ? undefined : toCategory(category);
  const above = `${path}${CATEGORY_SEPARATOR}`;
  const needsPrice = minPrice !== undefined || maxPrice !== undefined;
  const [least, most] = [minPrice ?? 0, maxPrice ?? Number.POSITIVE_INFINITY];
  return (entry) => {
    if (available && entry === undefined) return false;
    if (path !== undefined && entry?.category !== path && !entry?.category?.startsWith(above)) return false;
    if (!needsPrice) return true;
    const price = entry?.price;
    return price !== undefined && price >= least && price <= most;
  };
}

/** Returns the entries by product number. After a batch only the changed ones are looked up again. */
function entriesOf(catalogue: Catalogue, products: Products): Kept {
  const known = kept.get(products);
  if (known?.catalogue === catalogue) return known;
  const entriesOfBase =
    known?.base === catalogue.base
      ? known.entriesOfBase
      : withEntries(new Array<CatalogueEntry | undefined>(products.count).fill(undefined), {
          products,
          entries: catalogue.base.entries,
        });
  const { base, changes } = catalogue;
  const entries =
    changes.entries.size === 0
      ? entriesOfBase
      : withEntries(entriesOfBase.slice(), { products, entries: changes.entries });
  const fresh = { base, entriesOfBase, catalogue, entries, masks: new Map() };
  kept.set(products, fresh);
  return fresh;
}

function withEntries(
  all: (CatalogueEntry | undefined)[],
  { products, entries }: { products: Products; entries: ReadonlyMap<string, CatalogueEntry> },
): (CatalogueEntry | undefined)[] {
  for (const [id, entry] of entries) {
    const number = products.numberOf(id);
    if (number !== undefined) all[number] = entry;
  }
  return all;
}
