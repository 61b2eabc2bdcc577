import { element } from '../dom.ts';
import type { ListedProduct } from './changes.ts';
import { initials, nameOf } from './words.ts';

/** Number of colours; the style of the page has one for each. */
const COLOURS = 6;

/** Makes what a product has instead of a picture: its initials on a colour that is always the same for it. */
export function tile(product: ListedProduct): HTMLElement {
  return element(
    'div',
    { class: `tile tile${colourOf(product.product)}`, 'aria-hidden': 'true' },
    initials(nameOf(product)),
  );
}

function colourOf(product: string): number {
  let hash = 0;
  for (const letter of product) hash = (Math.imul(hash, 31) + (letter.codePointAt(0) ?? 0)) >>> 0;
  return hash % COLOURS;
}
