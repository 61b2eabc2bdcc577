import { ATTACK } from './samples.ts';

/** A shop of some users and products, some of them with malicious names. */

export const EVIL_USER = '</script><img src=x onerror=alert(1)>';
/** A property of every JavaScript object, which a careless lookup would find. */
export const ODD_USER = 'constructor';
export const NOON = Date.UTC(2026, 5, 30, 12);
export const DAY_MS = 86_400_000;

const NAMES = ['Blue glass lamp', ATTACK, 'Oak table', 'Tea cup, set of six', 'Red candle', 'Wool blanket'];
export const named = (index: number) => ({
  product: `p${String(index).padStart(4, '0')}`,
  name: index % 7 === 6 ? null : `${NAMES[index % NAMES.length]}${index < NAMES.length ? '' : ` ${index}`}`,
});
/** The id of a user and of a product, which share no id space. */
export const SHARED_ID = 'p0003';
const ODD_IDS = [EVIL_USER, ODD_USER, SHARED_ID];
export const userOf = (index: number): string => ODD_IDS[index] ?? `u${String(index).padStart(4, '0')}`;

export interface ShopSize {
  readonly users: number;
  readonly products: number;
}
