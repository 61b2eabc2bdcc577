/**
 * Ids in a path. An id is percent-encoded as usual. Some ids do not reach the API like that: gateways decode `%2F` before they
 * choose a route, and every URL parser removes the segments `.` and `..`. So an id may also be written as `~` and the base64url
 * of its UTF-8; an id that begins with `~` has to be.
 */

/**
 * Encodes an id as a segment of a path. Runs in browsers.
 *
 * @throws {URIError} If the id contains half of a surrogate pair.
 * @example segmentOf('u 1') // 'u%201'
 * @example segmentOf('a/b') // '~YS9i'
 */
export function segmentOf(id: string): string {
  const plain = encodeURIComponent(id);
  if (/^[^~./\\?#%][^/\\?#%]*$/.test(id)) return plain;
  const bytes = new TextEncoder().encode(id);
  return `~${btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')}`;
}

/**
 * Reads an id from a segment whose percent-encoding is decoded already.
 *
 * @returns undefined if it begins with `~` and the rest is not base64url of UTF-8.
 * @example idOf('~YS9i') // 'a/b'
 */
export function idOf(segment: string): string | undefined {
  if (!segment.startsWith('~')) return segment;
  try {
    const binary = atob(segment.slice(1).replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
