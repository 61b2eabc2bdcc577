import { printable } from '../terminal/printable.ts';
import { HEAD_BYTES, markedEncoding, peek, readChunks, toUtf8 } from './bytes.ts';
import { readCsv } from './csv.ts';
import { readJson } from './json.ts';
import { jsonElements, jsonLines } from './json-texts.ts';
import { checkFile, firstBytes, isGzip, isParquet, refuseForeign, textKind } from './kind.ts';
import { InputError, type InputOptions } from './options.ts';
import { readParquet } from './parquet.ts';
import type { InputFacts, InputRecord } from './records.ts';

/**
 * Reads a file of sales as records for the topic: CSV, NDJSON or a JSON array, each gzipped or not, or Parquet. What it is,
 * its delimiter and its header are found by its content. No row is left out: accumulate rejects those that are not valid
 * sales.
 *
 * @param facts Receives facts about the file before its first record.
 * @throws {Error} If the file cannot be read, or lacks a column; the message begins with `Cannot replay` and the path.
 */
export async function* replay(
  path: string,
  options: InputOptions = {},
  facts: InputFacts = { form: '', encoding: '' },
): AsyncGenerator<InputRecord> {
  let toSkip = options.skip ?? 0;
  try {
    for await (const record of readRecords(path, options, facts)) {
      if (toSkip > 0) toSkip -= 1;
      else yield record;
    }
  } catch (cause) {
    const reason = cause instanceof InputError ? cause.message : printable(messageOf(cause), MAX_MESSAGE);
    throw new InputError(`Cannot replay ${path}: ${reason}`, { cause });
  }
}

/** Messages of libraries may quote the file, so `printable` removes control characters from them. */
const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
const MAX_MESSAGE = 300;

async function* readRecords(
  path: string,
  options: InputOptions,
  facts: InputFacts,
): AsyncGenerator<InputRecord> {
  checkFile(path);
  const first = await firstBytes(path, 4);
  if (isParquet(first)) return yield* readParquet(path, { options, facts });
  const chunks = readChunks(path, isGzip(first));
  try {
    const packed = await peek(chunks);
    refuseForeign(packed.head, { path, mayHaveZeros: options.encoding?.startsWith('utf-16') ?? false });
    facts.encoding = options.encoding ?? markedEncoding(packed.head) ?? 'utf-8';
    const { head, all } = await peek(toUtf8(packed.all, facts.encoding));
    const kind = textKind(head.toString('latin1', 0, HEAD_BYTES), path);
    if (kind === 'csv') return yield* readCsv(all, { head, options, facts });
    facts.form = kind === 'array' ? 'a JSON array' : 'NDJSON';
    yield* readJson(kind === 'array' ? jsonElements(all) : jsonLines(all), options);
  } finally {
    await chunks.return(undefined);
  }
}
