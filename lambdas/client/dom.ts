import { withoutBidi } from '../shared/web/bidi.ts';

type Value = string | number | boolean | ((event: Event) => void);
type Child = Node | string;

/**
 * Makes an element; children that are strings become text, whatever stands in them, and turn no direction.
 *
 * @param attributes A function listens to the event of that name; `true` is an attribute without a value, `false` none.
 * @example element('a', { href: '#' }, '<b>') // shows <b>
 */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, Value>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (typeof value === 'function') made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, '');
    else if (value !== false) made.setAttribute(name, String(value));
  made.append(...children.map((child) => (typeof child === 'string' ? withoutBidi(child) : child)));
  return made;
}

/** A table that scrolls by itself where it is too wide, as those of the server-made pages. */
export function table(
  label: string,
  header: readonly string[],
  rows: readonly (readonly Child[])[],
  numbers: readonly number[] = [],
): HTMLElement {
  const kind = (column: number): Readonly<Record<string, string>> =>
    numbers.includes(column) ? { class: 'number' } : {};
  const head = header.map((text, column) => element('th', { scope: 'col', ...kind(column) }, text));
  const body = rows.map((cells) =>
    element('tr', {}, ...cells.map((cell, column) => element('td', kind(column), cell))),
  );
  return element(
    'div',
    { class: 'scroll', role: 'group', 'aria-label': label, tabindex: 0 },
    element(
      'table',
      { 'aria-label': label },
      element('thead', {}, element('tr', {}, ...head)),
      element('tbody', {}, ...body),
    ),
  );
}

export { grouped as count } from '../shared/contract/numbers.ts';

/** A day as a person reads it, UTC. */
export const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** A product by its name, with its id where that says more. */
export const productLabel = ({ product, name }: { product: string; name: string | null }): string =>
  name === null || name === product ? product : `${name} (${product})`;
