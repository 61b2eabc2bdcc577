import { counted, grouped } from '../../shared/contract/numbers.ts';
import { element } from '../dom.ts';
import { words } from '../index/search-key.ts';
import type { ShelfProgress } from './ask.ts';
import { type Buy, buyButton } from './buy-button.ts';
import type { ListedProduct } from './changes.ts';
import { place, setText } from './place.ts';
import { tile } from './tile.ts';
import { nameOf } from './words.ts';

/** The products that one may buy, and the search among them. */
export class Shelf {
  private readonly list = place('shelf');
  private readonly box = place('shelf-box');
  private readonly status = place('shelf-status');
  private readonly field = place('search', HTMLInputElement);
  /** Kept while products are added, so that a card keeps the focus and a purchase on its way. */
  private readonly cards = new Map<string, HTMLElement>();
  private products: readonly ListedProduct[] = [];
  private progress: ShelfProgress = 'more follow';
  private buyText = 'Buy';
  private readonly buy: Buy;

  constructor(buy: Buy) {
    this.buy = buy;
    this.field.addEventListener('input', () => {
      this.draw();
      this.box.scrollTo({ top: 0, left: 0 });
    });
  }

  show(products: readonly ListedProduct[], progress: ShelfProgress): void {
    this.products = products;
    this.progress = progress;
    this.draw();
  }

  /** Names the buttons for another person: a visitor without an id has a basket. */
  setBuyText(text: string): void {
    if (text === this.buyText) return;
    this.buyText = text;
    this.cards.clear();
    this.draw();
  }

  private draw(): void {
    const wanted = words(this.field.value);
    const found = this.products.filter((product) => hasAll(product, wanted));
    const focused = this.list.contains(document.activeElement) ? document.activeElement : null;
    this.list.replaceChildren(...found.map((product) => this.card(product)));
    if (focused instanceof HTMLElement)
      (focused.isConnected ? focused : this.box).focus({ preventScroll: true });
    // The status is read out, so it waits for the last page.
    if (this.progress !== 'more follow')
      setText(
        this.status,
        statusOf({
          found: found.length,
          all: this.products.length,
          text: this.field.value.trim(),
          progress: this.progress,
        }),
      );
  }

  private card(product: ListedProduct): HTMLElement {
    const key = JSON.stringify([product.product, product.name]);
    const card = this.cards.get(key) ?? this.newCard(product);
    this.cards.set(key, card);
    return card;
  }

  private newCard(product: ListedProduct): HTMLElement {
    return element(
      'li',
      { class: 'product' },
      tile(product),
      element(
        'div',
        { class: 'text' },
        element('p', {}, nameOf(product)),
        ...(product.name ? [element('p', { class: 'soft' }, product.product)] : []),
      ),
      buyButton(product, { text: this.buyText }, this.buy),
    );
  }
}

/** Each word must begin a word of the name or of the id. */
function hasAll(product: ListedProduct, wanted: readonly string[]): boolean {
  const own = words(`${product.name ?? ''} ${product.product}`);
  return wanted.every((word) => own.some((candidate) => candidate.startsWith(word)));
}

interface ShelfFacts {
  readonly found: number;
  readonly all: number;
  /** The text that is searched for; may be empty. */
  readonly text: string;
  readonly progress: ShelfProgress;
}

function statusOf({ found, all, text, progress }: ShelfFacts): string {
  if (all === 0) return 'There is no product on the shelf.';
  if (text === '')
    return progress === 'all'
      ? `${counted(all, 'product')}, most popular first.`
      : `The ${grouped(all)} most popular products.`;
  if (found === 0) return `No product on the shelf has ${text} in its name or id.`;
  return `${grouped(found)} of ${counted(all, 'product')} match.`;
}
