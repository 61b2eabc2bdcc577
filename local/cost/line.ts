import type { Price, PriceName } from '../../lambdas/shared/contract/prices.ts';

/** One line of a monthly bill. */
export interface BillLine {
  readonly part: string;
  readonly quantity: number;
  readonly price: Price;
  readonly usd: number;
}

/** Makes a line at the price of this name. */
export type Line = (part: string, quantity: number, price: PriceName) => BillLine;

/** Makes lines at the prices of a region. */
export const lineAt =
  (prices: Readonly<Record<PriceName, Price>>): Line =>
  (part, quantity, name) => ({
    part,
    quantity,
    price: prices[name],
    usd: quantity * prices[name].usd,
  });
