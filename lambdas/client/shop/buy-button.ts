import { element } from '../dom.ts';
import type { ListedProduct } from './changes.ts';
import { nameOf } from './words.ts';

/** Buys, when "Buy" is pressed; it ends when the purchase is accepted or refused. */
export type Buy = (product: ListedProduct) => Promise<void>;

/**
 * Makes a button that buys a product. While a purchase is on its way the button keeps the focus and takes no other press, so
 * that a double click buys once.
 *
 * @param labels `text`: what the button does. `short`: what it shows, the beginning of the text, so that people who use their
 * voice can say what they see.
 */
export function buyButton(
  product: ListedProduct,
  { text, short = text }: { readonly text: string; readonly short?: string },
  buy: Buy,
): HTMLButtonElement {
  const button = element(
    'button',
    {
      type: 'button',
      class: 'buy',
      'aria-label': `${text}: ${nameOf(product)}`,
      click: () => void press(),
    },
    short,
  );
  const press = async (): Promise<void> => {
    if (button.ariaDisabled === 'true') return;
    button.ariaDisabled = 'true';
    await buy(product).finally(() => {
      button.ariaDisabled = null;
    });
  };
  return button;
}
