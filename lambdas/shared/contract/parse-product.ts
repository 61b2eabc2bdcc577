import {
  CATEGORY_SEPARATOR,
  type CatalogueProduct,
  KNOWN_ATTRIBUTES,
  MAX_ATTRIBUTE_NAME_LENGTH,
  MAX_ATTRIBUTE_TEXT_LENGTH,
  MAX_FURTHER_ATTRIBUTES,
  MAX_PRODUCT_ID_LENGTH,
  ProductAttributes,
} from './catalogue.ts';

type Known = (typeof KNOWN_ATTRIBUTES)[number];

const TEXT = `a string of at most ${MAX_ATTRIBUTE_TEXT_LENGTH} characters`;
const MOMENT = 'ISO 8601 with a zone, or epoch milliseconds';

/** The right form of each field, for the reasons of refusals. */
const SHOULD_BE: Readonly<Record<Known, string>> = {
  productId: `a string of 1 to ${MAX_PRODUCT_ID_LENGTH} characters or a whole number`,
  name: TEXT,
  category: TEXT,
  price: 'a finite number of at least 0',
  available: 'true or false',
  from: MOMENT,
  until: MOMENT,
};

/** Why a product is refused. */
export interface Refusal {
  /** The field; empty if the whole is not a product. */
  readonly field: string;
  /** The value, shortened, or `missing`. */
  readonly is: string;
  readonly shouldBe: string;
}

/** A product, or why it is refused. */
export type Parsed = { readonly product: CatalogueProduct } | { readonly refused: Refusal };

/** Only this file throws and catches it. */
class Refused extends Error {
  readonly refusal: Refusal;
  constructor(field: string, is: string, shouldBe: string) {
    super(field);
    this.refusal = { field, is, shouldBe };
  }
}

/**
 * Parses a product. Null counts as absent, and so does empty text of a name, a category or a further attribute. Blanks around
 * the levels of a category do not count.
 *
 * @returns The product, or why it is refused: its first wrong field.
 *
 * @example
 * parseProduct({ productId: 7, category: 'Home>Lamps', colour: 'red' })
 * // { product: { productId: '7', category: 'Home > Lamps', attributes: { colour: 'red' } } }
 * @example
 * parseProduct({ productId: 'lamp', price: '£3' })
 * // { refused: { field: 'price', is: '"£3"', shouldBe: 'a finite number of at least 0' } }
 */
export function parseProduct(value: unknown): Parsed {
  try {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new Refused('', shown(value), 'a JSON object');
    return { product: toProduct(value) };
  } catch (error) {
    if (error instanceof Refused) return { refused: error.refusal };
    throw error;
  }
}

/** @example describeRefusal({ field: 'price', is: '"£3"', shouldBe: 'a number' }) // 'price: is "£3", should be a number' */
export const describeRefusal = ({ field, is, shouldBe }: Refusal): string =>
  `${field === '' ? '' : `${field}: `}is ${is}, should be ${shouldBe}`;

function toProduct(value: object): CatalogueProduct {
  const known = Object.fromEntries(
    KNOWN_ATTRIBUTES.flatMap((field) =>
      Object.hasOwn(value, field) ? [[field, Reflect.get(value, field)] as const] : [],
    ),
  );
  const parsed = ProductAttributes.safeParse(known);
  if (!parsed.success) {
    const field = String(parsed.error.issues[0]?.path[0]);
    throw new Refused(field, shown(known[field]), SHOULD_BE[field as Known]);
  }
  const { productId, name, category, price, available, from, until } = parsed.data;
  const [fromMs, untilMs] = [toMs(from), toMs(until)];
  if (fromMs !== undefined && untilMs !== undefined && untilMs <= fromMs)
    throw new Refused('until', shown(until), `after from, which is ${shown(from)}`);
  const path = toCategory(category ?? '');
  const attributes = furtherAttributes(value);
  return {
    productId: String(productId),
    ...(name ? { name } : {}),
    ...(path === '' ? {} : { category: path }),
    ...(price == null ? {} : { price }),
    ...(available == null ? {} : { available }),
    ...(fromMs === undefined ? {} : { fromMs }),
    ...(untilMs === undefined ? {} : { untilMs }),
    ...(attributes === undefined ? {} : { attributes }),
  };
}

/** Reads own fields only, whatever their names are; a schema would leave some of them out without a word. */
function furtherAttributes(value: object): CatalogueProduct['attributes'] {
  const further = Object.entries(value).filter(
    ([field, content]) =>
      !KNOWN_ATTRIBUTES.some((known) => known === field) && content != null && content !== '',
  );
  for (const [field, content] of further) checkFurther(field, content);
  const surplus = further[MAX_FURTHER_ATTRIBUTES];
  if (surplus)
    throw new Refused(
      surplus[0],
      `one of ${further.length} further attributes`,
      `one of at most ${MAX_FURTHER_ATTRIBUTES}`,
    );
  return further.length === 0 ? undefined : Object.fromEntries(further);
}

function checkFurther(field: string, content: unknown): void {
  if (field === '__proto__') throw new Refused(field, 'a field of this name', 'an attribute of another name');
  if (field.length === 0 || field.length > MAX_ATTRIBUTE_NAME_LENGTH || !field.isWellFormed())
    throw new Refused(
      field.slice(0, MAX_ATTRIBUTE_NAME_LENGTH).toWellFormed(),
      `a name of ${field.length} characters`,
      `a name of 1 to ${MAX_ATTRIBUTE_NAME_LENGTH} characters`,
    );
  const isText =
    typeof content === 'string' && content.length <= MAX_ATTRIBUTE_TEXT_LENGTH && content.isWellFormed();
  if (!isText && !Number.isFinite(content)) throw new Refused(field, shown(content), `${TEXT} or a number`);
}

/**
 * Writes the path of a category in the one form that is stored and compared.
 *
 * @example toCategory(' Home>Lamps ') // 'Home > Lamps'
 */
export const toCategory = (text: string): string =>
  text
    .split('>')
    .map((level) => level.trim())
    .filter((level) => level !== '')
    .join(CATEGORY_SEPARATOR);

const toMs = (moment: string | number | null | undefined): number | undefined =>
  moment == null ? undefined : typeof moment === 'number' ? moment : Date.parse(moment);

const MAX_SHOWN = 100;

function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value.slice(0, MAX_SHOWN + 1)) : String(value);
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`;
}
