import { grouped } from '../../shared/contract/numbers.ts';
import { day, element } from '../dom.ts';
import type { ListedProduct } from './changes.ts';
import type { History } from './client.ts';
import type { BasketLine } from './person.ts';
import { place, setText } from './place.ts';
import { nameOf } from './words.ts';

type Line = History['stored']['newest'][number];

const MAX_LINES = 8;

export interface PurchaseActions {
  /** Sends a return of one unit. */
  readonly giveBack: (product: ListedProduct) => Promise<void>;
  /** Takes one line out of the basket. */
  readonly takeOut: (index: number) => void;
}

/** The purchases of the person, newest first, or the basket. */
export class PurchasesView {
  private readonly title = place('purchases-title');
  private readonly text = place('purchases-text');
  private readonly list = place('purchases');
  private readonly actions: PurchaseActions;

  constructor(actions: PurchaseActions) {
    this.actions = actions;
  }

  showHistory({ stored, recent, run }: History): void {
    setText(this.title, 'Purchases');
    const total = stored.lines + recent.lines;
    const lines: { line: Line; isNewer: boolean }[] = [
      ...recent.newest.map((line) => ({ line, isNewer: true })),
      ...stored.newest.map((line) => ({ line, isNewer: false })),
    ].slice(0, MAX_LINES);
    const known = run === null ? '' : ` Run ${run.run} knows ${grouped(stored.lines)} of them.`;
    const shown = lines.length < total ? ` The newest ${lines.length} are shown.` : '';
    setText(
      this.text,
      total === 0 ? 'Nothing yet.' : `${grouped(total)} purchases and returns.${known}${shown}`,
    );
    this.replace(lines.map(({ line, isNewer }) => this.purchase(line, isNewer)));
  }

  showBasket(basket: readonly BasketLine[]): void {
    setText(this.title, 'Basket');
    setText(
      this.text,
      basket.length === 0
        ? 'The basket is empty. It is only in this page: nothing is sent to the topic or stored.'
        : 'The basket is only in this page: it goes with each question, and nothing is sent to the topic or stored.',
    );
    this.replace(basket.map((line, index) => this.basketLine(line, index)));
  }

  showFailure(sentence: string): void {
    setText(this.text, sentence);
    this.replace([]);
  }

  private purchase(line: Line, isNewer: boolean): HTMLElement {
    const what = line.quantity < 0 ? 'returned ' : '';
    return element(
      'li',
      { class: isNewer ? 'newer' : '' },
      element(
        'span',
        {},
        nameOf(line),
        ' ',
        element(
          'span',
          { class: 'soft' },
          `${what}${grouped(Math.abs(line.quantity))} × · ${day(line.atMs)}${isNewer ? ' · since the run' : ''}`,
        ),
      ),
      ...(line.quantity > 0 ? [this.button('Give back', line, () => this.actions.giveBack(line))] : []),
    );
  }

  private basketLine(line: BasketLine, index: number): HTMLElement {
    return element(
      'li',
      {},
      element('span', {}, nameOf(line)),
      this.button('Take out', line, () => this.actions.takeOut(index)),
    );
  }

  private button(text: string, product: ListedProduct, act: () => unknown): HTMLElement {
    return element(
      'button',
      { type: 'button', 'aria-label': `${text}: ${nameOf(product)}`, click: act },
      text,
    );
  }

  /** If a button in the list had the focus, the title gets it: the same line may be elsewhere or gone. */
  private replace(items: readonly HTMLElement[]): void {
    const hadFocus = this.list.contains(document.activeElement);
    this.list.replaceChildren(...items);
    if (hadFocus) this.title.focus({ preventScroll: true });
  }
}
