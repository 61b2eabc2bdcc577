import { isUtf8 } from 'node:buffer';
import { findPersonal, type Subject } from './personal.ts';

/** The mark in place of personal data. It is shorter than everything that it replaces, so that no text becomes too long. */
export const MASK = '***';

/** Replacing one part may show another one, which had no boundary before. */
const MOST_ROUNDS = 4;

/**
 * Replaces what looks like an e-mail address, a phone number or a card number by `***`. Takes linear time.
 *
 * @returns The text itself if nothing in it looks personal; otherwise a shorter one, in which nothing does.
 *
 * @example maskPersonal('Voucher for ann@mail.test, 20 EUR', 'product') // 'Voucher for ***, 20 EUR'
 */
export function maskPersonal(text: string, subject: Subject): string {
  let masked = text;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const parts = findPersonal(masked, subject);
    if (parts.length === 0) return masked;
    const pieces: string[] = [];
    let from = 0;
    for (const { start, end } of parts) {
      pieces.push(masked.slice(from, start), MASK);
      from = end;
    }
    masked = `${pieces.join('')}${masked.slice(from)}`;
  }
  return findPersonal(masked, subject).length === 0 ? masked : MASK;
}

/**
 * Masks the key or the value of a record. In JSON, strings are masked as they read without their escapes, and a number that looks
 * personal becomes the text `***`; everything else of the text stays as it is.
 *
 * @param bytes Of any encoding.
 * @returns undefined if they cannot be searched: they are not UTF-8, or contain NUL, as UTF-16 does.
 */
export function maskBytes(bytes: Buffer): Buffer | undefined {
  if (!isUtf8(bytes) || bytes.includes(0)) return undefined;
  const text = bytes.toString('utf8');
  const masked = isJson(text) ? maskJson(text) : maskPersonal(text, 'person');
  return masked === text ? bytes : Buffer.from(masked);
}

/** A string or a number of a JSON text. Strings are unrolled, so that a long one needs no stack. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;

const maskJson = (json: string): string =>
  json.replaceAll(TOKEN, (token) => {
    const text = token.startsWith('"') ? String(JSON.parse(token)) : token;
    const masked = maskPersonal(text, 'person');
    return masked === text ? token : JSON.stringify(masked);
  });

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
