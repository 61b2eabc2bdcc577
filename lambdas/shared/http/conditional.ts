import { createHash } from 'node:crypto';
import type { Reply } from '../contract/api/operation.ts';

/**
 * Makes an entity tag of everything that an answer depends on.
 *
 * @param parts Values that JSON can write.
 */
export const etagOf = (...parts: readonly unknown[]): string =>
  `"${createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22)}"`;

/**
 * Answers 304 if the caller has this answer already, and computes it otherwise.
 *
 * @param headers Of the request.
 * @param etag The tag of the answer, known before the answer is.
 */
export async function unlessKnown(
  headers: Readonly<Record<string, string>>,
  etag: string,
  compute: () => Promise<Reply> | Reply,
): Promise<Reply> {
  if (matches(headers['if-none-match'], etag)) return { status: 304, headers: { etag } };
  const reply = await compute();
  return { ...reply, headers: { ...reply.headers, etag } };
}

/** Weak comparison, as RFC 9110 asks for with If-None-Match. */
const matches = (condition: string | undefined, etag: string): boolean =>
  condition !== undefined &&
  (condition.trim() === '*' ||
    condition.split(',').some((known) => known.trim().replace(/^W\//, '') === etag));
