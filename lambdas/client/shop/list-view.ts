import { LIST_NAMES } from '../../shared/web/lists.ts';
import { element } from '../dom.ts';
import { type Buy, buyButton } from './buy-button.ts';
import type { Change, ListChanges } from './changes.ts';
import type { Answer, ListKind } from './client.ts';
import { glide } from './motion.ts';
import { place, setText } from './place.ts';
import { markOf, nameOf, namesOf, whySentence } from './words.ts';

type Recommended = Answer['products'][number];

/** One of the two lists: its products with their ranks, what moved since the list before, and why each is there. */
export class ListView {
  private readonly title: HTMLElement;
  private readonly list: HTMLElement;
  private readonly left: HTMLElement;
  private readonly items = new Map<string, HTMLElement>();
  private readonly kind: ListKind;
  private readonly buy: Buy;

  constructor(kind: ListKind, buy: Buy) {
    this.kind = kind;
    this.buy = buy;
    this.title = place(`${kind}-title`);
    this.list = place(`${kind}-list`);
    this.left = place(`${kind}-left`);
  }

  /**
   * Shows a list. An element of a product that stays is kept, so that it can glide to its new place and keep the focus.
   *
   * @param changes Undefined if there is no list before to compare with.
   */
  show({ products, source }: Answer, changes: ListChanges | undefined, buyText: string): void {
    const focused = this.list.contains(document.activeElement) ? document.activeElement : null;
    glide(this.list, () => {
      const shown = products.map((product) => this.item(product, changes?.now.get(product.product), buyText));
      const isListed = new Set(products.map(({ product }) => product));
      for (const product of this.items.keys()) if (!isListed.has(product)) this.items.delete(product);
      this.list.replaceChildren(...(shown.length > 0 ? shown : [empty(this.kind, source)]));
    });
    setText(this.left, changes && changes.left.length > 0 ? `Left the list: ${namesOf(changes.left)}.` : '');
    if (focused instanceof HTMLElement && document.activeElement !== focused)
      (focused.isConnected ? focused : this.title).focus({ preventScroll: true });
  }

  private item(product: Recommended, change: Change | undefined, buyText: string): HTMLElement {
    const existing = this.items.get(product.product);
    const item = existing ?? element('li', { 'data-product': product.product });
    item.className = change?.kind ?? '';
    const button = item.querySelector('button');
    const [short = buyText] = buyText.split(' ');
    const isSameButton = button?.textContent === short;
    const content = [
      element('span', { class: 'rank' }, `${product.rank}`),
      element(
        'div',
        {},
        element('span', { class: 'name', ...(product.name && { title: product.product }) }, nameOf(product)),
        ...mark(change),
        element('div', { class: 'why' }, whySentence(product)),
      ),
    ];
    // The button stays in the document where it can: it may have the focus, or a purchase on its way.
    if (button && isSameButton) {
      for (const child of [...item.children]) if (child !== button) child.remove();
      button.before(...content);
    } else item.replaceChildren(...content, buyButton(product, { text: buyText, short }, this.buy));
    this.items.set(product.product, item);
    return item;
  }
}

function mark(change: Change | undefined): HTMLElement[] {
  const text = markOf(change);
  if (!text) return [];
  return [
    element(
      'span',
      { class: 'mark' },
      element('span', { 'aria-hidden': 'true' }, text.short),
      element('span', { class: 'unseen' }, `, ${text.long}`),
    ),
  ];
}

const empty = (kind: ListKind, source: Answer['source']): HTMLElement =>
  element(
    'li',
    { class: 'empty' },
    element('span'),
    element(
      'span',
      { class: 'soft' },
      source === 'noRun'
        ? 'No run is served yet.'
        : `No product is left for ${LIST_NAMES[kind]} with these filters.`,
    ),
  );
