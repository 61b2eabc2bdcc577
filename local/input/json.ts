import { isUtf8 } from 'node:buffer';
import { SALE_FIELDS } from '../../lambdas/shared/sales/field-map.ts';
import type { JsonText } from './json-texts.ts';
import type { InputOptions } from './options.ts';
import type { InputRecord } from './records.ts';

/**
 * Reads JSON texts as records. They are passed on byte for byte; with a map or a form of timestamps, the fields are written
 * anew, each value with its digits.
 */
export async function* readJson(
  texts: AsyncIterable<JsonText>,
  options: InputOptions,
): AsyncGenerator<InputRecord> {
  const isMapped = Object.keys(options.map ?? {}).length > 0 && !options.keepsFields;
  const isChanged = isMapped || options.timeFormat !== undefined;
  for await (const { text, line } of texts) {
    const bytes = Buffer.from(text, 'latin1');
    yield { key: null, value: isChanged ? rewrite(bytes, options) : bytes, timestampMs: undefined, line };
  }
}

/** Renames the fields of a value. One that is not a JSON object is kept, so that accumulate rejects the original bytes. */
function rewrite(bytes: Buffer, { map = {}, timeFormat }: InputOptions): Buffer {
  if (!isUtf8(bytes)) return bytes;
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString(), keepDigits as (name: string, value: unknown) => unknown);
  } catch {
    return bytes;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return bytes;
  const record: Readonly<Record<string, unknown>> = { ...value };
  const renamed = SALE_FIELDS.map((field) => {
    const found = record[map[field] ?? field];
    const isTime = field === 'timestamp' && timeFormat !== undefined;
    const text = typeof found === 'number' ? String(found) : found;
    return [field, (isTime && typeof text === 'string' ? timeFormat.read(text) : undefined) ?? found];
  });
  return Buffer.from(JSON.stringify(Object.fromEntries(renamed)));
}

/** Keeps a number's digits: above 2^53 parsing loses some, and 1e999 would become null. */
const keepDigits = (_name: string, value: unknown, { source = '' }: { readonly source?: string }): unknown =>
  typeof value === 'number' && !Number.isSafeInteger(value) ? rawJSON(source) : value;

// TypeScript's library has no types yet for rawJSON and the reviver's third argument (https://github.com/tc39/proposal-json-parse-with-source).
export const { rawJSON } = JSON as typeof JSON & { rawJSON(text: string): unknown };
