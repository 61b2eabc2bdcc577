/** An at sign, also as URLs and JSON texts encode it, and the one of East Asian keyboards. */
const AT_SIGN = /[@＠]|%40|\\u0040/gi;
/** One character before the at sign. Others are allowed, but are not used in practice. */
const LOCAL = /[\p{L}\p{N}._%+'-]/u;
const MOST_LOCAL = 64;
const MOST_DOMAIN = 255;
/** A host name with at least one dot, whose last label has only letters, or is encoded (`xn--`). */
const DOMAIN = /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61})\.)+(?:xn--[a-z0-9-]{2,59}|\p{L}{2,63})/iu;
/** A version, such as `package@1.2.3-beta.next`, is not a host name. Providers such as 163.com are. */
const VERSION = /^v?\d+\.\d/i;

/**
 * Finds the e-mail addresses of a text: a name, an at sign and a host name with a dot. Takes linear time, because neither side goes
 * beyond the next at sign.
 *
 * @returns Offsets of the first character and after the last one, in order; they do not overlap.
 */
export function findEmails(text: string): { readonly start: number; readonly end: number }[] {
  const found: { start: number; end: number }[] = [];
  for (const { 0: sign, index } of text.matchAll(AT_SIGN)) {
    const from = index + sign.length;
    const domain = DOMAIN.exec(text.slice(from, from + MOST_DOMAIN))?.[0];
    if (domain === undefined || VERSION.test(domain)) continue;
    const start = startOfLocal(text, index, found.at(-1)?.end ?? 0);
    if (start < index) found.push({ start, end: from + domain.length });
  }
  return found;
}

function startOfLocal(text: string, end: number, least: number): number {
  let start = end;
  while (start > Math.max(least, end - MOST_LOCAL)) {
    const previous = isLowSurrogate(text, start - 1) ? start - 2 : start - 1;
    if (previous < least || !LOCAL.test(text.slice(previous, start))) break;
    start = previous;
  }
  return start;
}

const isLowSurrogate = (text: string, at: number): boolean => (text.charCodeAt(at) & 0xfc00) === 0xdc00;
