import { letters } from '../../shared/web/text.ts';
import { element } from '../dom.ts';
import { words } from '../index/search-key.ts';
import type { ListedProduct } from './changes.ts';
import { nameOf } from './words.ts';

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

/** @example initials('Blue glass lamp') // 'BG' */
export function initials(name: string): string {
  const firsts = words(name)
    .slice(0, 2)
    .map((word) => letters(word).next().value ?? '');
  return firsts.join('').toUpperCase() || '·';
}

function colourOf(product: string): number {
  let hash = 0;
  for (const letter of product) hash = (Math.imul(hash, 31) + (letter.codePointAt(0) ?? 0)) >>> 0;
  return hash % COLOURS;
}
