import { isUtf8 } from 'node:buffer';
import { KNOWN_ATTRIBUTES } from '../../lambdas/shared/contract/catalogue.ts';
import { DECIMAL } from '../../lambdas/shared/sales/fields.ts';
import { isoToMs } from '../../lambdas/shared/sales/iso-time.ts';
import { nearest } from '../terminal/nearest.ts';
import { printable } from '../terminal/printable.ts';
import { type Chunks, HEAD_BYTES, markedEncoding, peek, readChunks, toUtf8 } from './bytes.ts';
import { DELIMITERS, decoded, findHeader, NOT_UTF8, readName } from './csv.ts';
import { csvRows } from './csv-rows.ts';
import { jsonElements, jsonLines } from './json-texts.ts';
import { checkFile, firstBytes, isGzip, isParquet, refuseForeign, textKind } from './kind.ts';
import { InputError } from './options.ts';
import { type InputFacts, withZone } from './records.ts';

/** How a file of products is read. */
export interface ProductFileOptions {
  /** The file's column, or field, for an attribute. Attributes that are missing here have the column of the same name. */
  readonly map?: Readonly<Record<string, string>> | undefined;
  /** Columns and fields that are not read. */
  readonly without?: readonly string[] | undefined;
  /** As for files of sales. */
  readonly encoding?: string | undefined;
}

/** A product as the file has it, or why there is none. */
export type FileProduct = { readonly line: number } & (
  | { readonly value: unknown }
  | { readonly problem: string }
);

/**
 * Reads a file of products: CSV, NDJSON or a JSON array, each gzipped or not. Every column that is not left out is an
 * attribute, by its own name or that of the map.
 *
 * In CSV, empty cells are left out, prices become numbers, `yes`, `in stock` and the like become true, times without a zone
 * are UTC, and further attributes are text. What cannot be read stays, so that its refusal shows it.
 *
 * @param facts Receives facts about the file before its first product.
 * @throws {InputError} If the file cannot be read, or lacks a column.
 */
export async function* readProducts(
  path: string,
  options: ProductFileOptions = {},
  facts: InputFacts = { form: '', encoding: '' },
): AsyncGenerator<FileProduct> {
  try {
    yield* readFile(path, options, facts);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const reason = cause instanceof InputError ? message : printable(message, MAX_MESSAGE);
    throw new InputError(`Cannot read products from ${path}: ${reason}`, { cause });
  }
}

const MAX_MESSAGE = 300;

async function* readFile(
  path: string,
  options: ProductFileOptions,
  facts: InputFacts,
): AsyncGenerator<FileProduct> {
  checkFile(path);
  const first = await firstBytes(path, 4);
  if (isParquet(first)) throw new InputError('it is a Parquet file, should be CSV, NDJSON or a JSON array');
  const chunks = readChunks(path, isGzip(first));
  try {
    const packed = await peek(chunks);
    refuseForeign(packed.head, { path, mayHaveZeros: options.encoding?.startsWith('utf-16') ?? false });
    facts.encoding = options.encoding ?? markedEncoding(packed.head) ?? 'utf-8';
    const { head, all } = await peek(toUtf8(packed.all, facts.encoding));
    const start = head.toString('latin1', 0, HEAD_BYTES);
    const kind = textKind(start, path);
    if (kind === 'csv') return yield* readRows(all, start, { options, facts });
    facts.form = kind === 'array' ? 'a JSON array' : 'NDJSON';
    yield* readObjects(kind === 'array' ? jsonElements(all) : jsonLines(all), options);
  } finally {
    await chunks.return(undefined);
  }
}

async function* readRows(
  chunks: Chunks,
  start: string,
  { options, facts }: { readonly options: ProductFileOptions; readonly facts: InputFacts },
): AsyncGenerator<FileProduct> {
  const map = options.map ?? {};
  const needed = [...new Set([map.productId ?? 'productId', ...Object.values(map)])];
  const { delimiter, row } = findHeader(start, needed);
  const columns = columnsOf((row.cells ?? []).map(readName), needed, options);
  facts.form = `CSV, separated by ${DELIMITERS[delimiter] ?? delimiter}`;
  for await (const { cells, line, problem } of csvRows(chunks, delimiter)) {
    if (line <= row.line) continue;
    if (!cells) yield { line, problem: problem ?? '' };
    else yield { line, ...readCells(cells, columns) };
  }
}

interface Column {
  readonly attribute: string;
  readonly index: number;
}

/** @throws {InputError} If a needed column is missing, or an attribute has two columns. */
function columnsOf(
  header: readonly string[],
  needed: readonly string[],
  options: ProductFileOptions,
): Column[] {
  const missing = needed.find((name) => !header.includes(name));
  const names = header.map((name) => printable(name));
  if (missing !== undefined)
    throw new InputError(
      `it has no column ${printable(missing)}; did you mean ${printable(nearest(missing, header))}? Name it with --map. Columns: ${printable(names.join(', '), MAX_MESSAGE)}`,
    );
  const attributeOf = attributeNames(options);
  const columns = header.flatMap((name, index): Column[] => {
    const attribute = attributeOf(name);
    return attribute === undefined || name === '' ? [] : [{ attribute, index }];
  });
  for (const [at, { attribute, index }] of columns.entries()) {
    const second = columns.slice(at + 1).find((other) => other.attribute === attribute);
    if (second)
      throw new InputError(
        `columns ${index + 1} and ${second.index + 1} are both ${printable(attribute)}; rename one of them, or leave it out by --without`,
      );
  }
  return columns;
}

/** Returns a function from the name of a column to the attribute; undefined if the column is not read. */
function attributeNames({
  map = {},
  without = [],
}: ProductFileOptions): (name: string) => string | undefined {
  const mapped = new Map(Object.entries(map).map(([attribute, name]) => [name, attribute]));
  return (name) => {
    const attribute = mapped.get(name);
    if (attribute !== undefined) return attribute;
    // Its attribute has another column.
    return without.includes(name) || Object.hasOwn(map, name) ? undefined : name;
  };
}

function readCells(
  cells: readonly string[],
  columns: readonly Column[],
): { readonly value: unknown } | { readonly problem: string } {
  const found: [string, unknown][] = [];
  for (const { attribute, index } of columns) {
    const cell = cells[index];
    if (cell === undefined || cell === '') continue;
    const text = decoded(cell);
    if (text === undefined) return { problem: `${attribute}: ${NOT_UTF8}` };
    found.push([attribute, readCell(attribute, text)]);
  }
  return { value: Object.fromEntries(found) };
}

const YES = /^\s*(true|yes|y|1|in[ _]?stock|available)\s*$/i;
const NO = /^\s*(false|no|n|0|out[ _]of[ _]stock|unavailable|discontinued)\s*$/i;

function readCell(attribute: string, cell: string): unknown {
  if (attribute === 'price') return DECIMAL.test(cell) ? Number(cell) : cell;
  if (attribute === 'available') return YES.test(cell) ? true : NO.test(cell) ? false : cell;
  if (attribute !== 'from' && attribute !== 'until') return cell;
  const moment = withZone(cell.trim());
  return typeof moment === 'number' ? moment : (isoToMs(moment) ?? cell);
}

async function* readObjects(
  texts: ReturnType<typeof jsonLines>,
  options: ProductFileOptions,
): AsyncGenerator<FileProduct> {
  const attributeOf = attributeNames(options);
  for await (const { text, line } of texts) {
    const bytes = Buffer.from(text, 'latin1');
    if (!isUtf8(bytes)) {
      yield { line, problem: NOT_UTF8 };
      continue;
    }
    let value: unknown;
    try {
      value = JSON.parse(bytes.toString());
    } catch {
      yield { line, problem: `it is not JSON: ${printable(bytes.toString('utf8', 0, 60))}` };
      continue;
    }
    yield { line, value: isObject(value) ? renamed(value, attributeOf) : value };
  }
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const renamed = (value: object, attributeOf: (name: string) => string | undefined): object =>
  Object.fromEntries(
    Object.entries(value).flatMap(([name, content]) => {
      const attribute = attributeOf(name);
      return attribute === undefined ? [] : [[attribute, content] as const];
    }),
  );

/**
 * Reads ATTRIBUTE=COLUMN,…: `productId=sku,name=Title`. A column's name may contain an equals sign.
 *
 * @throws {Error} If an attribute has no column; the message completes "should be …".
 */
export function attributeMap(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    text.split(',').map((pair) => {
      const [attribute = '', column = ''] = pair.split(/=(.*)/s);
      if (attribute === '' || column === '')
        throw new Error(
          `ATTRIBUTE=COLUMN,… with the attributes ${KNOWN_ATTRIBUTES.join(', ')}, or others of your own`,
        );
      return [attribute, column] as const;
    }),
  );
}
