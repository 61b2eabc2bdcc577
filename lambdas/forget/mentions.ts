/**
 * Searches text without columns, such as a log, for ids of users. A short id, such as `1` or `anna`, is a usual word or number, so
 * it counts only in quotation marks; a longer one counts as a whole word too.
 */
const SHORTEST_WORD = 6;

/** Characters that ids are made of: beside one of them a match is a part of a longer word. */
const WORD = /[\p{L}\p{N}_@.-]/u;
const QUOTES = new Set(['"', "'", '`']);

/** Returns whether a text names a user. */
export type Mentions = (text: string) => boolean;

/**
 * Creates the search for users.
 *
 * @param users As stored; may be many: a text is divided into words once.
 *
 * @example mentionsOf(['u0016'])('{"user":"u0016"}') // true
 * @example mentionsOf(['1'])('took 1 ms') // false
 */
export function mentionsOf(users: Iterable<string>): Mentions {
  const simple = new Set<string>();
  const unusual: string[] = [];
  for (const user of users)
    if ([...user].every((letter) => WORD.test(letter)) && !/^[.-]|[.-]$/.test(user)) simple.add(user);
    else unusual.push(user);
  return (text) => wordsName(text, simple) || unusual.some((user) => includesWord(text, user));
}

const RUN = /[\p{L}\p{N}_@.-]+/gu;

function wordsName(text: string, users: ReadonlySet<string>): boolean {
  if (users.size === 0) return false;
  for (const match of text.matchAll(RUN)) {
    // A full stop at the end belongs to the sentence.
    const word = match[0].replace(/^[.-]+|[.-]+$/g, '');
    if (!users.has(word)) continue;
    if (word.length >= SHORTEST_WORD || isQuoted(text, match.index + match[0].indexOf(word), word.length))
      return true;
  }
  return false;
}

/** For ids with characters that no word has, such as blanks: they count as they are. */
function includesWord(text: string, user: string): boolean {
  const escaped = JSON.stringify(user).slice(1, -1);
  for (const form of new Set([user, escaped]))
    for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) {
      const [before = '', after = ''] = [text[at - 1], text[at + form.length]];
      if (
        user.length < SHORTEST_WORD
          ? isQuoted(text, at, form.length)
          : !WORD.test(before) && !WORD.test(after)
      )
        return true;
    }
  return false;
}

const isQuoted = (text: string, at: number, length: number): boolean =>
  QUOTES.has(text[at - 1] ?? '') && (QUOTES.has(text[at + length] ?? '') || text[at + length] === '\\');
