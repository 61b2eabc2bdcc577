import type { PolledRecord } from './msk-event.ts';
import type { ParseSale } from './sale.ts';

/**
 * Parses a polled record: its value as a sale, and the id of the sale from its headers.
 *
 * @returns The sale, or the reason for its rejection.
 */
export const parseRecord = (
  { value, timestamp, headers }: PolledRecord,
  parseSale: ParseSale,
): ReturnType<ParseSale> => parseSale(bytesOf(value), timestamp, headers);

const bytesOf = (base64: string | null | undefined): Buffer | undefined =>
  base64 === undefined || base64 === null ? undefined : Buffer.from(base64, 'base64');
