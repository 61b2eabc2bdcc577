import { counted, grouped, percent } from '../shared/contract/numbers.ts';
import type { Added, Manifest } from '../shared/contract/schemas.ts';

/**
 * Share of users, or of products, from which on a run is needed because the served run has no lists for these users or does
 * not know these products. Below it, a run has to be better. So at most one user in twenty waits for a better run.
 */
export const NEEDED_SHARE = 0.05;
/**
 * Age from which on the served run is replaced by any run that is not worse, in horizons. Lists are made for one horizon
 * and measured on one: about older lists nothing was ever measured. Closures count in this age, although not in a horizon.
 */
export const OLD_HORIZONS = 1;

type Sizes = Pick<Manifest, 'asOfMs' | 'counts' | 'gate'>;

/** Returns what a run adds to the served one. @param served A run that was made earlier. */
export function addedBy(
  { asOfMs, counts, gate }: Sizes,
  served: Pick<Manifest, 'run' | 'asOfMs' | 'counts'>,
): Added {
  const servedAgeMs = Math.max(0, asOfMs - served.asOfMs);
  return {
    to: served.run,
    users: Math.max(0, counts.users - served.counts.users),
    products: Math.max(0, counts.products - served.counts.products),
    servedAgeMs,
    servedAgeHorizons: gate?.horizonMs === undefined ? null : servedAgeMs / gate.horizonMs,
  };
}

/**
 * Returns why a run that is as good as the served one should replace it; undefined if it adds too little.
 *
 * @param counts Of the run.
 * @example needFor({ to: 1, users: 40, products: 0, servedAgeMs: 0, servedAgeHorizons: 0 }, counts) // 'run 1 has no lists for 40 of 100 users (40 %)'
 */
export function needFor(added: Added, counts: Manifest['counts']): string | undefined {
  const reasons = [
    ...(isMuch(added.users, counts.users) ? [withoutLists(added, counts)] : []),
    ...(isMuch(added.products, counts.products) ? [unknownProducts(added, counts)] : []),
    ...((added.servedAgeHorizons ?? 0) >= OLD_HORIZONS ? [age(added)] : []),
  ];
  return reasons.length === 0 ? undefined : `run ${added.to} ${reasons.join(' and ')}`;
}

/** Describes what a run adds that is not needed. */
export const describeAdded = (added: Added, counts: Manifest['counts']): string =>
  `run ${added.to} ${[withoutLists(added, counts), unknownProducts(added, counts), ...(added.servedAgeHorizons === null ? [] : [age(added)])].join(', ')}`;

const isMuch = (part: number, whole: number): boolean => part > 0 && part >= NEEDED_SHARE * whole;

const withoutLists = ({ users }: Added, counts: Manifest['counts']): string =>
  `has no lists for ${ofAll(users, counts.users, 'user')}`;
const unknownProducts = ({ products }: Added, counts: Manifest['counts']): string =>
  `does not know ${ofAll(products, counts.products, 'product')}`;
const age = ({ servedAgeHorizons }: Added): string =>
  `is ${(servedAgeHorizons ?? 0).toFixed(1)} horizons older`;

/** @example ofAll(1, 20, 'user') // '1 of 20 users (5 %)' */
const ofAll = (part: number, whole: number, noun: string): string =>
  `${grouped(part)} of ${counted(whole, noun)} (${percent(part / Math.max(1, whole))})`;
