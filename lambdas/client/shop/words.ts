import { counted, grouped, percent } from '../../shared/contract/numbers.ts';
import { LIST_NAMES } from '../../shared/web/lists.ts';
import { letters } from '../../shared/web/text.ts';
import { words } from '../index/search-key.ts';
import { type Change, isChanged, type ListChanges, type ListedProduct } from './changes.ts';
import { type Answer, ApiError, type ListKind, Unreachable } from './client.ts';
import type { Person } from './person.ts';

/** The sentences of the page. */

/** Most products that one sentence names. */
const MAX_NAMED = 3;

/** Returns the name of a product, or its id if it has none. */
export const nameOf = ({ product, name = '' }: ListedProduct): string =>
  name.replaceAll(/\s+/g, ' ').trim() || product;

/**
 * Says in one sentence what changed in a list.
 *
 * @example changesSentence('any', changes, listed) // 'Top picks: Desk lamp is new; 1 left, 4 moved.'
 */
export function changesSentence(
  list: ListKind,
  changes: ListChanges,
  listed: readonly ListedProduct[],
): string {
  if (!isChanged(changes)) return `${LIST_NAMES[list]}: unchanged.`;
  const which = (...kinds: readonly Change['kind'][]) =>
    listed.filter(({ product }) => kinds.some((kind) => changes.now.get(product)?.kind === kind));
  const came = which('came');
  const moved = which('rose', 'fell').length;
  const counts = [
    ...(changes.left.length > 0 ? [`${changes.left.length} left`] : []),
    ...(moved > 0 ? [`${moved} moved`] : []),
  ].join(', ');
  const news = came.length > 0 ? [`${namesOf(came)} ${came.length === 1 ? 'is' : 'are'} new`] : [];
  return `${LIST_NAMES[list]}: ${[...news, ...(counts === '' ? [] : [counts])].join('; ')}.`;
}

/** @example namesOf(five) // 'Desk, Mug, Lamp and 2 more' */
export function namesOf(products: readonly ListedProduct[]): string {
  const names = products.slice(0, MAX_NAMED).map(nameOf);
  const more = products.length - names.length;
  return more > 0 ? `${names.join(', ')} and ${grouped(more)} more` : joined(names);
}

/** @example joined(['a', 'b', 'c']) // 'a, b and c' */
const joined = (texts: readonly string[]): string =>
  texts.length < 2 ? (texts[0] ?? '') : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`;

/** The mark of a product that came or moved: short to see, and in words to hear. Undefined if it stayed. */
export function markOf(
  change: Change | undefined,
): { readonly short: string; readonly long: string } | undefined {
  switch (change?.kind) {
    case 'came':
      return { short: 'new', long: 'new in the list' };
    case 'rose':
      return { short: `▲ from ${change.from}`, long: `rose from ${change.from}` };
    case 'fell':
      return { short: `▼ from ${change.from}`, long: `fell from ${change.from}` };
    default:
      return undefined;
  }
}

/** Where the lists come from, how new that is, and what is missing in them. */
export function sourceSentence(answer: Answer, { isBasket }: { readonly isBasket: boolean }): string {
  const { source, run, missing, unknownProducts } = answer;
  const sources: Readonly<Record<Answer['source'], string>> = {
    model: isBasket
      ? 'Both lists come from the model and the basket.'
      : `Both lists come from the model and what this person bought, ${newerSales(answer)} after the run.`,
    coldStart: isBasket
      ? 'The basket is empty, so both lists are recently popular products (cold start).'
      : 'Nothing is known of this person, so both lists are recently popular products (cold start).',
    noRun: 'No run is served yet, so there is nothing to recommend. The page asks again by itself.',
  };
  const age = run === null ? '' : ` Run ${run.run}; its newest sale is from ${minute(run.newestSaleMs)}.`;
  const unknown =
    unknownProducts.length > 0
      ? ` The run does not know ${namesOf(unknownProducts.map((product) => ({ product })))}, which is therefore ignored.`
      : '';
  return `${sources[source]}${age}${unknown}${missing.map((part) => MISSING[part]).join('')}`;
}

const newerSales = ({ newerSales }: Answer): string =>
  newerSales === 0 ? 'with no sale' : `with ${counted(newerSales, 'sale')}`;

/** @example minute(0) // '1970-01-01 00:00 UTC' */
const minute = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** Weaker causes would be shown as 0 %. */
const MIN_SHARE = 0.01;

/**
 * Says why a product is in a list: the purchases that explain it, strongest first.
 *
 * @example whySentence(lamp) // 'because of Desk (62 %) and Chair (38 %)'
 */
export function whySentence({ product, because = [] }: Answer['products'][number]): string {
  if (because.length === 0) return 'popular now';
  const strong = because.filter(({ share }) => share >= MIN_SHARE);
  const named = strong.length > 0 ? strong : because.slice(0, 1);
  const causes = named.map((cause) => {
    const name = cause.product === product ? 'earlier purchases of it' : nameOf(cause);
    return `${name} (${percent(cause.share, 0)})`;
  });
  return `because of ${joined(causes)}`;
}

const MISSING: Readonly<Record<Answer['missing'][number], string>> = {
  recentSales: ' The newer sales could not be read in time, so these lists are without them.',
  runHistory: ' The purchases in the run could not be read, so these lists are without them.',
};

/** What went wrong, and what to do. Two sentences at most, for the reader of the page. */
export function failureSentence(error: unknown): string {
  if (error instanceof Unreachable)
    return 'The API does not answer. Check that it is running and that you are online, then try again.';
  if (!(error instanceof ApiError))
    return 'Something in this page failed. Reload it; the console has the reason.';
  const { status, problem } = error;
  if (status === 401) return 'You are not signed in, or your sign-in has expired. Sign in again.';
  if (status === 403)
    return `You may not do this${problem ? `: ${problem.detail}` : ''}. Ask the owner of the API for permission.`;
  if (status === 429) return 'The API has too many requests. Wait a few seconds, then try again.';
  if (problem?.type === 'urn:cartograph:problem:no-run')
    return 'No run is served yet. The page asks again by itself.';
  if (problem?.type === 'urn:cartograph:problem:catalogue-unavailable')
    return 'The catalogue cannot be read, so filters do not work now. Remove the filters, or try again later.';
  if (problem) return `${problem.title}: ${problem.detail}.${status >= 500 ? ' Try again.' : ''}`;
  return `The API answered with status ${status}. Try again.`;
}

/** What a reader should know of the person who was chosen; empty if it is nothing special. */
export function personSentence(person: Person, { source }: Answer): string {
  if (person.kind === 'anonymous')
    return 'A visitor without an id. The basket is only in this page: it goes with each question, and nothing is stored.';
  if (person.kind === 'new')
    return `${person.user} is an id that this page made. Each purchase is a real sale on the topic.`;
  return source === 'coldStart'
    ? `Nothing is known of ${person.user}. The id may be misspelt, or this person has bought nothing yet.`
    : '';
}

/** @example initials('Blue glass lamp') // 'BG' */
export function initials(name: string): string {
  const firsts = words(name)
    .slice(0, 2)
    .map((word) => letters(word).next().value ?? '');
  return firsts.join('').toUpperCase() || '·';
}
