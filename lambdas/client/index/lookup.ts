import { count, element } from '../dom.ts';
import { addressOf, type UserOrProduct } from './address.ts';
import { CannotAsk } from './ask-user.ts';
import type { Tables } from './bucket.ts';
import { find, MAX_SUGGESTIONS, type Suggestions, suggest } from './search.ts';
import { signInButton } from './sign-in-button.ts';
import { suggestionLists } from './suggestion-lists.ts';

/** The tables of one run. */
export interface RunTables {
  readonly run: number;
  readonly tables: Tables;
}

/** The result of a search: a single match to go to, or a message and lists of links to choose from. */
export type SearchResult =
  | { readonly goTo: UserOrProduct }
  | { readonly goTo?: undefined; readonly status: string; readonly choices: readonly HTMLElement[] };

/** Suggests users and products that begin with the text; for an empty text, the run's own choice. */
export async function suggestionsFor({ run, tables }: RunTables, text: string): Promise<SearchResult> {
  if (text.trim() === '') {
    const starters = { ...tables.picks, hasMoreUsers: false, hasMoreProducts: false };
    const titles = {
      products: 'Popular products',
      users: tables.askUser ? 'Some users, by pseudonym' : 'Some users',
    };
    return { status: '', choices: suggestionLists(starters, titles) };
  }
  const found = await suggest(tables, text);
  return allOf(found).length === 0
    ? { status: nothingFound({ run, tables }, text), choices: [] }
    : { status: `${capitalized(counts(found))} found.`, choices: suggestionLists(found) };
}

/** Looks up an id or a name. One match is gone to; several, or suggestions where nothing matches exactly, are listed. */
export async function lookUp({ run, tables }: RunTables, text: string): Promise<SearchResult> {
  const { matches, cannot } = await matchesOf(tables, text);
  const [match, ...others] = matches;
  if (match && others.length === 0) return { goTo: match };
  if (match) {
    const status =
      matches.length > MAX_SUGGESTIONS
        ? `More than ${MAX_SUGGESTIONS} matches for ${text}; the first ${MAX_SUGGESTIONS}:`
        : `${matches.length} matches for ${text}:`;
    return { status, choices: [linksTo(matches.slice(0, MAX_SUGGESTIONS))] };
  }
  const found = await suggest(tables, text);
  const [suggestion, ...more] = allOf(found);
  if (!suggestion) {
    const noUser = tables.askUser && !cannot ? ` It has no user with the id ${text.trim()} either.` : '';
    return withReason({ status: `${nothingFound({ run, tables }, text)}${noUser}`, choices: [] }, cannot);
  }
  if (more.length === 0 && !cannot) return { goTo: suggestion };
  const status = `No exact match for ${text} in run ${run}. Partial matches: ${counts(found)}.`;
  return withReason({ status, choices: suggestionLists(found) }, cannot);
}

/** Finds the matches. If users cannot be asked for, those among the products, and why. */
async function matchesOf(
  tables: Tables,
  text: string,
): Promise<{ readonly matches: readonly UserOrProduct[]; readonly cannot?: CannotAsk }> {
  try {
    return { matches: await find(tables, text) };
  } catch (error) {
    if (!(error instanceof CannotAsk)) throw error;
    return { matches: await find({ ...tables, askUser: async () => undefined }, text), cannot: error };
  }
}

type Listed = Extract<SearchResult, { readonly status: string }>;

/** Adds why users were not searched. */
const withReason = ({ status, choices }: Listed, cannot: CannotAsk | undefined): Listed =>
  cannot
    ? { status: `${status} ${cannot.message}`, choices: [...signInButton(cannot), ...choices] }
    : { status, choices };

const allOf = ({ users, products }: Suggestions): UserOrProduct[] => [
  ...users.map((id) => ({ kind: 'user', id }) as const),
  ...products.map(({ product }) => ({ kind: 'product', id: product }) as const),
];

const nothingFound = ({ run, tables }: RunTables, text: string): string =>
  tables.askUser
    ? `Run ${run} has no product whose id, or a word in its name, begins with ${text}.`
    : `Run ${run} has no id and no word in a product name that begins with ${text}.`;

/** Returns the numbers of products and users in words. Screen readers read out the status, but not the links. */
function counts({ users, products, hasMoreUsers, hasMoreProducts }: Suggestions): string {
  const counted = (found: number, hasMore: boolean, noun: string): string[] =>
    found === 0 ? [] : [`${hasMore ? 'more than ' : ''}${count(found)} ${noun}${found === 1 ? '' : 's'}`];
  return [
    ...counted(products.length, hasMoreProducts, 'product'),
    ...counted(users.length, hasMoreUsers, 'user'),
  ].join(' and ');
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const linksTo = (matches: readonly UserOrProduct[]): HTMLElement =>
  element(
    'ul',
    { class: 'plain noprint' },
    ...matches.map((match) =>
      element('li', {}, element('a', { href: addressOf(match) }, `${match.kind} ${match.id}`)),
    ),
  );
