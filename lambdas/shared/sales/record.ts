import type { PolledRecord } from './msk-event.ts';
import type { ParseSale, Sale } from './sale.ts';
import { SALE_ID_HEADER, saleIdOf } from './sale-id.ts';

/**
 * Parses a polled record: its value as a sale, and the id of the sale from its headers. An id that cannot be read is left
 * out, as other fields are that a sale does not need.
 *
 * @returns The sale, or the reason for its rejection.
 */
export function parseRecord(record: PolledRecord, parseSale: ParseSale): ReturnType<ParseSale> {
  const sale = parseSale(bytesOf(record.value), record.timestamp);
  const found = 'rejected' in sale ? undefined : saleIdOf(record.headers);
  if ('rejected' in sale || found === undefined) return sale;
  if ('id' in found) return { ...sale, id: found.id };
  return withLeftOut(sale, found.wrong);
}

const withLeftOut = (sale: Sale, reason: string): Sale => ({
  ...sale,
  leftOut: [...(sale.leftOut ?? []), { field: SALE_ID_HEADER, reason }],
});

const bytesOf = (base64: string | null | undefined): Buffer | undefined =>
  base64 === undefined || base64 === null ? undefined : Buffer.from(base64, 'base64');
