import { MAX_PRODUCTS, type ProductsResult } from '../../lambdas/shared/contract/api/catalogue.ts';
import { counted, grouped } from '../../lambdas/shared/contract/numbers.ts';
import { describeRefusal, parseProduct } from '../../lambdas/shared/contract/parse-product.ts';
import type { FileProduct } from '../input/product-file.ts';
import { printable } from '../terminal/printable.ts';

/** Stores products; there are at most {@link MAX_PRODUCTS}. */
export type SendProducts = (products: readonly unknown[]) => Promise<ProductsResult>;

/** Rows that are refused for the same field, with the first of them. */
export interface RefusedRows {
  readonly field: string;
  count: number;
  readonly line: number;
  readonly reason: string;
}

/** What became of a file. */
export interface SentProducts {
  readonly stored: number;
  /** By field, most frequent first. */
  readonly refused: readonly RefusedRows[];
}

/** Most bytes of one request: a Lambda takes 6 MB, and a batch of the catalogue should stay small. */
export const MOST_REQUEST_BYTES = 1024 * 1024;

/**
 * Stores the products of a file in the order of its rows, in requests of at most 1,000 products, one after the other. Rows that
 * are not products are not sent.
 *
 * @param onProgress Called after each request with the number of products stored so far.
 * @throws {Error} If a request fails; the message says how many products are stored. To send the file again is harmless.
 */
export async function sendProducts(
  products: AsyncIterable<FileProduct>,
  {
    send,
    onProgress = () => undefined,
  }: { readonly send: SendProducts; readonly onProgress?: (stored: number) => void },
): Promise<SentProducts> {
  const refused = new Map<string, RefusedRows>();
  const refuse = (field: string, line: number, reason: string): void => {
    const same = refused.get(field);
    if (same) same.count += 1;
    else refused.set(field, { field, count: 1, line, reason });
  };
  let stored = 0;
  for await (const part of partsOf(products, refuse)) {
    const { products: results } = await sendOrSay(send, part, stored);
    for (const [index, result] of results.entries())
      if (result.accepted) stored += 1;
      else refuse(result.reason.split(':')[0] ?? '', part[index]?.line ?? 0, result.reason);
    onProgress(stored);
  }
  return { stored, refused: [...refused.values()].sort((a, b) => b.count - a.count) };
}

interface Row {
  readonly line: number;
  readonly value: unknown;
}

async function* partsOf(
  products: AsyncIterable<FileProduct>,
  refuse: (field: string, line: number, reason: string) => void,
): AsyncGenerator<readonly Row[]> {
  let part: Row[] = [];
  let partBytes = 0;
  for await (const row of products) {
    if ('problem' in row) {
      refuse(row.problem, row.line, row.problem);
      continue;
    }
    const parsed = parseProduct(row.value);
    if ('refused' in parsed) {
      refuse(parsed.refused.field, row.line, describeRefusal(parsed.refused));
      continue;
    }
    const sizeBytes = Buffer.byteLength(JSON.stringify(row.value));
    if (part.length === MAX_PRODUCTS || (part.length > 0 && partBytes + sizeBytes > MOST_REQUEST_BYTES)) {
      yield part;
      part = [];
      partBytes = 0;
    }
    part.push(row);
    partBytes += sizeBytes;
  }
  if (part.length > 0) yield part;
}

async function sendOrSay(send: SendProducts, part: readonly Row[], stored: number): Promise<ProductsResult> {
  try {
    return await send(part.map(({ value }) => value));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : cause;
    throw new Error(
      `Cannot store the products from line ${part[0]?.line} on: ${reason}; ${counted(stored, 'product')} before them are stored. To send the file again is harmless`,
      { cause },
    );
  }
}

const SHOWN_FIELDS = 5;
const MAX_REASON = 200;

/** Describes for people what became of a file. @returns Lines without indentation. */
export function describeSent(
  { stored, refused }: SentProducts,
  { path, form }: { readonly path: string; readonly form: string },
): string[] {
  const total = refused.reduce((sum, { count }) => sum + count, 0);
  const others = refused.slice(SHOWN_FIELDS).reduce((sum, { count }) => sum + count, 0);
  return [
    `${path} is ${form === '' ? 'empty' : form}: ${counted(stored, 'product')} stored, ${grouped(total)} refused`,
    ...refused
      .slice(0, SHOWN_FIELDS)
      .map(
        ({ count, line, reason }) =>
          `  ${grouped(count)} refused, such as line ${grouped(line)}: ${printable(reason, MAX_REASON)}`,
      ),
    ...(others > 0 ? [`  ${grouped(others)} more refused for other reasons`] : []),
  ];
}
