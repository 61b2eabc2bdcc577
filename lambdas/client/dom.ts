import { withoutBidi } from '../shared/web/bidi.ts';

type Value = string | number | boolean | ((event: Event) => void);
type Child = Node | string;

/**
 * Makes an element. Children that are strings become text, never HTML; characters that change the writing direction are
 * replaced.
 *
 * @param attributes A function becomes a listener for the event of that name, `true` an attribute without a value, and
 * `false` no attribute.
 * @example element('a', { href: '#' }, '<b>') // shows <b>
 */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, Value>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (typeof value === 'function') node.addEventListener(name, value);
    else if (value === true) node.setAttribute(name, '');
    else if (value !== false) node.setAttribute(name, String(value));
  node.append(...children.map((child) => (typeof child === 'string' ? withoutBidi(child) : child)));
  return node;
}

/** A table with more rows scrolls. */
const MAX_ROWS_UNSCROLLED = 25;

/**
 * Builds a table that scrolls in its own box where it is too wide or too long, like the tables that render and publish write.
 *
 * @param label The name of the table, read out by screen readers.
 * @param numbers Indices of the columns of numbers, which are aligned to the right.
 */
export function table(
  label: string,
  header: readonly string[],
  rows: readonly (readonly Child[])[],
  numbers: readonly number[] = [],
): HTMLElement {
  const alignment = (column: number): Readonly<Record<string, string>> =>
    numbers.includes(column) ? { class: 'number' } : {};
  const head = header.map((text, column) => element('th', { scope: 'col', ...alignment(column) }, text));
  const body = rows.map((cells) =>
    element('tr', {}, ...cells.map((cell, column) => element('td', alignment(column), cell))),
  );
  return element(
    'div',
    {
      class: rows.length > MAX_ROWS_UNSCROLLED ? 'scroll long' : 'scroll',
      role: 'group',
      'aria-label': label,
      tabindex: 0,
    },
    element(
      'table',
      { 'aria-label': label },
      element('thead', {}, element('tr', {}, ...head)),
      element('tbody', {}, ...body),
    ),
  );
}

export { grouped as count } from '../shared/contract/numbers.ts';

/** @example day(0) // '1970-01-01', in UTC */
export const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Returns the name of a product with its id, or the id alone if it has no name. */
export const productLabel = ({ product, name }: { product: string; name: string | null }): string =>
  name === null || name === product ? product : `${name} (${product})`;
