import { createHmac } from 'node:crypto';

/** RFC 4648, section 6. */
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const BITS_PER_CHARACTER = 5;
/** Length of a pseudonym: 130 bits, so that no two ids of a shop share one. */
export const PSEUDONYM_LENGTH = 26;
/** Shortest secret that is accepted, in characters. */
export const MIN_SECRET_LENGTH = 32;

/**
 * The secret key of a deployment, which turns ids of people into pseudonyms and recognises users who were forgotten. Whoever does
 * not have the secret can neither compute nor reverse these values.
 */
export interface PersonKey {
  /**
   * Returns the pseudonym of an id: the first 26 base32 characters of HMAC-SHA-256(secret, id), both in UTF-8.
   *
   * @param id Of a user, an order or a sale, as the shop spells it.
   */
  pseudonym(id: string): string;
  /**
   * Returns the hash by which a forgotten user is recognised: HMAC-SHA-256 in 64 hex digits, of another message than a pseudonym.
   *
   * @param storedUser The user as stored: the id, or its pseudonym if ids are keyed.
   */
  forgottenHash(storedUser: string): string;
  /** Returns HMAC-SHA-256 of bytes that must not be stored, in 64 hex digits. */
  hashOf(bytes: Uint8Array): string;
  /** 16 hex digits by which a process sees that it has the same secret as another. */
  readonly check: string;
}

/**
 * Creates the key from its secret.
 *
 * @throws {RangeError} If the secret has fewer than 32 characters. The message does not show it.
 */
export function createPersonKey(secret: string): PersonKey {
  if (secret.length < MIN_SECRET_LENGTH)
    throw new RangeError(
      `Cannot use the secret of personal ids: it has ${secret.length} characters, should have ${MIN_SECRET_LENGTH} or more`,
    );
  const hmac = (purpose: string, message: string | Uint8Array): Buffer =>
    createHmac('sha256', secret).update(purpose).update(message).digest();
  return {
    pseudonym: (id) => toBase32(hmac('', id)),
    forgottenHash: (user) => hmac('erased\0', user).toString('hex'),
    hashOf: (bytes) => hmac('bytes\0', bytes).toString('hex'),
    check: hmac('check\0', '').toString('hex').slice(0, 16),
  };
}

/** Encodes the first 130 bits. */
function toBase32(bytes: Uint8Array): string {
  let text = '';
  let buffer = 0;
  let bits = 0;
  for (let at = 0; text.length < PSEUDONYM_LENGTH; at++) {
    buffer = ((buffer << 8) | (bytes[at] as number)) & 0xfff;
    for (bits += 8; bits >= BITS_PER_CHARACTER && text.length < PSEUDONYM_LENGTH; bits -= BITS_PER_CHARACTER)
      text += BASE32[(buffer >> (bits - BITS_PER_CHARACTER)) & 31];
  }
  return text;
}
