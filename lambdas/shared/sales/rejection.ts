import { counted } from '../contract/numbers.ts';
import { maskPersonal } from '../privacy/mask.ts';

/** The content of a record that is wrong: the value itself, or words for it. */
export type Found = { readonly value: unknown } | { readonly words: string };

/** A record, or a field of it, that is not valid. Only the parser of sales throws and catches it. */
export class Rejection extends Error {
  /** The field, or the damage of the whole record. */
  readonly subject: string;
  /** Undefined if the subject says it already. */
  readonly found: Found | undefined;
  readonly shouldBe: string;

  constructor(subject: string, shouldBe: string, found?: Found) {
    super(subject);
    this.subject = subject;
    this.found = found;
    this.shouldBe = shouldBe;
  }
}

/** Limit of the part of a value that a reason shows, because anybody may have written the record. */
export type Show = (value: unknown) => string;

/**
 * Formats the reason for a rejection.
 *
 * @example
 * reasonOf(new Rejection('quantity', 'a finite number other than 0', { value: 0 }), showValue)
 * // 'quantity: is 0, should be a finite number other than 0'
 */
export function reasonOf({ subject, found, shouldBe }: Rejection, show: Show): string {
  if (found === undefined) return `${subject}: should be ${shouldBe}`;
  return `${subject}: is ${'words' in found ? found.words : show(found.value)}, should be ${shouldBe}`;
}

const MAX_SHOWN = 100;

/**
 * Formats a value, shortened. An object or array is only named, because it may be nested too deeply for JSON.stringify. A number
 * may be Infinity, which JSON.parse returns for 1e999.
 */
export function showValue(value: unknown): string {
  const name = nameOf(value);
  if (name !== undefined) return name;
  const text = typeof value === 'string' ? JSON.stringify(value.slice(0, MAX_SHOWN + 1)) : String(value);
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`;
}

/**
 * Formats a value without what looks personal in it. It is masked before it is shortened, because half an address has no form. A
 * number is not shown: beyond 2^53 it is not the one that was written, so that its form does not show whether it is personal. Nor is
 * text with NUL, because UTF-16 that is read as UTF-8 has one after each letter.
 */
export const showMasked: Show = (value) =>
  typeof value === 'string' && !value.includes('\0')
    ? showValue(maskPersonal(value, 'person'))
    : describeForm(value);

/** Describes a value without a part of it. */
export function describeForm(value: unknown): string {
  if (typeof value === 'string') return counted(value.length, 'character');
  return nameOf(value) ?? (value === null ? 'null' : `a ${typeof value}`);
}

const nameOf = (value: unknown): string | undefined =>
  Array.isArray(value) ? 'an array' : typeof value === 'object' && value !== null ? 'an object' : undefined;
