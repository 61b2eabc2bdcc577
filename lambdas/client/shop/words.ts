import { counted, grouped } from '../../shared/contract/numbers.ts';
import { LIST_NAMES } from '../../shared/web/lists.ts';
import { type Answer, ApiFailure, type ListKind } from './api.ts';
import { type Change, isChanged, type ListChanges, type ListedProduct } from './changes.ts';
import type { Person } from './person.ts';

/** The sentences of the page. */

/** Most products that one sentence names. */
const MAX_NAMED = 3;

export const nameOf = ({ product, name }: ListedProduct): string => name || product;

/**
 * Says in one sentence what changed in a list.
 *
 * @example changesSentence('any', changes) // 'Top picks: Desk lamp came, Mug left, 4 others moved.'
 */
export function changesSentence(
  list: ListKind,
  changes: ListChanges,
  listed: readonly ListedProduct[],
): string {
  if (!isChanged(changes)) return `${LIST_NAMES[list]}: unchanged.`;
  const of = (kind: Change['kind']) =>
    listed.filter(({ product }) => changes.now.get(product)?.kind === kind);
  const moved = of('rose').length + of('fell').length;
  const parts = [
    ...named(of('came'), 'came'),
    ...named(changes.left, 'left'),
    ...(moved > 0 ? [`${counted(moved, 'product')} moved`] : []),
  ];
  return `${LIST_NAMES[list]}: ${parts.join(', ')}.`;
}

function named(products: readonly ListedProduct[], verb: string): string[] {
  if (products.length === 0) return [];
  return [`${namesOf(products)} ${verb}`];
}

/** @example namesOf(five) // 'Desk, Mug, Lamp and 2 more' */
export function namesOf(products: readonly ListedProduct[]): string {
  const names = products.slice(0, MAX_NAMED).map(nameOf);
  const more = products.length - names.length;
  if (more > 0) return `${names.join(', ')} and ${grouped(more)} more`;
  return [names.slice(0, -1).join(', '), names.at(-1) ?? ''].filter((part) => part !== '').join(' and ');
}

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

/** Where a list comes from, and what is missing in it. */
export function sourceSentence(
  { source, missing, newerSales, unknownProducts }: Answer,
  isBasket: boolean,
): string {
  const newer = isBasket
    ? ''
    : newerSales === 0
      ? ' No newer sales.'
      : ` ${counted(newerSales, 'sale')} since the run ${newerSales === 1 ? 'is' : 'are'} used too.`;
  const sources: Readonly<Record<Answer['source'], string>> = {
    model: isBasket
      ? 'From the model and the basket.'
      : `From the model and the purchases of this person.${newer}`,
    coldStart: isBasket
      ? 'The basket is empty, so these are recently popular products (cold start).'
      : `Nothing is known of this person yet, so these are recently popular products (cold start).`,
    noRun: 'No run is served yet, so there is nothing to recommend. The page asks again by itself.',
  };
  const unknown =
    unknownProducts.length > 0
      ? ` The run does not know ${namesOf(unknownProducts.map((product) => ({ product })))}, so it is ignored.`
      : '';
  return `${sources[source]}${unknown}${missing.map((part) => MISSING[part]).join('')}`;
}

const MISSING: Readonly<Record<Answer['missing'][number], string>> = {
  recentSales: ' The newer sales could not be read in time, so these lists are without them.',
  runHistory: ' The purchases in the run could not be read, so these lists are without them.',
};

/** What went wrong, and what to do. Two sentences at most, for the reader of the page. */
export function failureSentence(error: unknown): string {
  if (!(error instanceof ApiFailure))
    return 'Something in this page failed. Reload it; the console has the reason.';
  const { status, problem } = error;
  if (status === 0)
    return 'The API does not answer. Check that it is running and that you are online, then try again.';
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

/** Who is shopping, and what is known of them. */
export function personSentence(person: Person, { source, newerSales }: Answer): string {
  if (person.kind === 'anonymous')
    return 'A visitor without an id. The basket is only in this page: it goes with each question, and nothing is stored.';
  const newer = newerSales === 0 ? '' : ` and ${counted(newerSales, 'sale')} since the run`;
  if (source === 'model')
    return `${person.user} is recommended products from what was bought before${newer}.`;
  return person.kind === 'new'
    ? `${person.user} is new: nobody knows this id. The first purchase is a real sale on the topic.`
    : `Nothing is known of ${person.user}. The id may be misspelt, or this person has bought nothing yet.`;
}
