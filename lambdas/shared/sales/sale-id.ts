import { isUtf8 } from 'node:buffer';

/** The header of a Kafka record with the id of its sale, in UTF-8. */
export const SALE_ID_HEADER = 'id';
/** Longest id of a sale, in UTF-16 code units. */
export const MAX_SALE_ID_LENGTH = 256;

const EXPECTED = `1 to ${MAX_SALE_ID_LENGTH} characters in UTF-8`;

/** Returns whether a text can be the id of a sale. */
export const isSaleId = (text: string): boolean =>
  text.length >= 1 && text.length <= MAX_SALE_ID_LENGTH && text.isWellFormed();

/**
 * Reads the id of a sale from the headers of its record. Of several such headers the last one counts, as in Kafka's own
 * `lastHeader`.
 *
 * @param headers As in Lambda's event: a list of `{NAME: bytes}`, each byte from -128 to 127 or from 0 to 255.
 * @returns undefined if there is no such header; the reason if it is not an id, without its value.
 */
export function saleIdOf(headers: unknown): { readonly id: string } | { readonly wrong: string } | undefined {
  if (!Array.isArray(headers)) return undefined;
  const header: unknown = headers.findLast(hasId);
  if (header === undefined || !hasId(header)) return undefined;
  const bytes = header[SALE_ID_HEADER];
  if (!Array.isArray(bytes))
    return { wrong: `header ${SALE_ID_HEADER}: is not bytes, should be ${EXPECTED}` };
  const buffer = Buffer.from(bytes);
  const id = buffer.toString('utf8');
  if (isUtf8(buffer) && isSaleId(id)) return { id };
  return { wrong: `header ${SALE_ID_HEADER}: is ${buffer.length} bytes, should be ${EXPECTED}` };
}

const hasId = (header: unknown): header is { readonly [SALE_ID_HEADER]: unknown } =>
  typeof header === 'object' && header !== null && Object.hasOwn(header, SALE_ID_HEADER);
