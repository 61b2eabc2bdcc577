import { count, element } from '../dom.ts';
import type { Tables } from './bucket.ts';
import { showPicks } from './picks.ts';
import { find, MOST, type Suggestions, suggest } from './search.ts';
import { linkTo, type Subject } from './subject.ts';

/** A run in which things can be looked up. */
export interface Ready {
  readonly run: number;
  readonly tables: Tables;
}

/** What is said and what there is to pick from, or where to go at once. */
export type Answer =
  | { readonly goTo: Subject }
  | { readonly goTo?: undefined; readonly status: string; readonly picks: readonly HTMLElement[] };

/** What begins with what is typed so far; before anything is typed the run's own choice. */
export async function whileTyping({ run, tables }: Ready, text: string): Promise<Answer> {
  if (text.trim() === '') {
    const first = { ...tables.picks, hasMoreUsers: false, hasMoreProducts: false };
    return { status: '', picks: showPicks(first, ' to pick from') };
  }
  const found = await suggest(tables, text);
  return isEmpty(found)
    ? { status: nothing(run, text), picks: [] }
    : { status: capital(howMany(found)), picks: showPicks(found) };
}

/** Where an id or a name leads; where that is nowhere, or several places, what there is. */
export async function lookUp({ run, tables }: Ready, text: string): Promise<Answer> {
  const exact = await find(tables, text);
  const [only, ...more] = exact;
  if (only && more.length === 0) return { goTo: only };
  if (only) {
    const said = exact.length > MOST ? `More than ${MOST}, of which these are the first` : exact.length;
    return { status: `${said} are called ${text}:`, picks: [choices(exact.slice(0, MOST))] };
  }
  const found = await suggest(tables, text);
  const [nearest, ...others] = subjectsOf(found);
  if (!nearest) return { status: nothing(run, text), picks: [] };
  if (others.length === 0) return { goTo: nearest };
  return {
    status: `Nothing in run ${run} is called ${text}. Of what begins so: ${howMany(found)}`,
    picks: showPicks(found),
  };
}

const isEmpty = (found: Suggestions): boolean => subjectsOf(found).length === 0;

const subjectsOf = ({ users, products }: Suggestions): Subject[] => [
  ...users.map((id) => ({ kind: 'user', id }) as const),
  ...products.map(({ product }) => ({ kind: 'product', id: product }) as const),
];

const nothing = (run: number, text: string): string =>
  `No user or product of run ${run} has an id, or a word in its name, that begins with ${text}.`;

/** Read out by screen readers, for the links themselves are not. */
function howMany({ users, products, hasMoreUsers, hasMoreProducts }: Suggestions): string {
  const of = (found: number, hasMore: boolean, one: string): string[] =>
    found === 0 ? [] : [`${hasMore ? 'more than ' : ''}${count(found)} ${one}${found === 1 ? '' : 's'}`];
  const text = [
    ...of(products.length, hasMoreProducts, 'product'),
    ...of(users.length, hasMoreUsers, 'user'),
  ].join(' and ');
  return `${text} found.`;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const choices = (subjects: readonly Subject[]): HTMLElement =>
  element(
    'ul',
    { class: 'plain noprint' },
    ...subjects.map((one) => element('li', {}, element('a', { href: linkTo(one) }, `${one.kind} ${one.id}`))),
  );
