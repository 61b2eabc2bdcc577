import { gunzipSync } from 'node:zlib';
import type * as z from 'zod';
import type { ExplorerTable } from '../shared/contract/explorer.ts';
import { parseJson } from '../shared/platform/lake.ts';
import {
  type Block,
  BlockChanged,
  type BlockPlace,
  BlockTable,
  type Row,
} from '../shared/web/block-table.ts';
import type { RunObjects } from './run-objects.ts';

export interface RunTableOptions<Value> {
  readonly objects: Pick<RunObjects, 'bytes' | 'part'>;
  /** Returns the key of a file of the run. */
  readonly keyOf: (name: string) => string;
  /** Name of the document that says where the blocks are. */
  readonly index: string;
  /**
   * Returns the table that the text of the document has.
   *
   * @param key Of the document, for messages.
   * @throws {Error} If it is another document, or does not belong to what is loaded of the run.
   */
  readonly parse: (text: string, key: string) => ExplorerTable;
  /** Schema of a block. */
  readonly block: z.ZodType<Block<Value>>;
  /** Limit of the blocks that are kept, in their compressed bytes. */
  readonly mostBytes: number;
  /** The clock, epoch ms. */
  readonly nowMs: () => number;
}

/** Reads one row of a table. */
export type RowReader<Value> = (key: string) => Promise<Row<Value> | undefined>;

/** Largest number of tries to find a row. Files may be rewritten between two tries. */
const MOST_TRIES = 3;
/** After all tries have failed, requests do not read the document again for this long. */
const REST_MS = 1_000;

/**
 * Returns a function that reads a row of a table of a run: the one block that has the row, if any.
 *
 * The files of a run are rewritten in place when a user is forgotten, one after the other, so the document and the files may be of different
 * moments. A block is used only if it is exactly one block of its file, if the table has all of its keys there, and if its file is the
 * same version as when the table first read it. Otherwise the document is read again, and the block once more.
 *
 * @param loaded The table, if it has been read already; without it, the first call reads it.
 * @returns A function whose result is undefined if the table does not have the key. It throws an error if a file cannot be read, or if
 *   the document and the file still do not fit together.
 */
export function createRunTable<Value>(
  options: RunTableOptions<Value>,
  loaded?: ExplorerTable,
): RowReader<Value> {
  const { objects, keyOf, index, parse, nowMs } = options;
  let table = loaded && openTable(loaded, options);
  let opening: Promise<BlockTable<Value>> | undefined;
  let failedMs = Number.NEGATIVE_INFINITY;

  async function read(): Promise<BlockTable<Value>> {
    const key = keyOf(index);
    const bytes = await objects.bytes(key);
    if (!bytes) throw new Error(`Cannot read a table: ${key} does not exist`);
    table = openTable(parse(Buffer.from(bytes).toString('utf8'), key), options);
    return table;
  }
  const open = (): Promise<BlockTable<Value>> => {
    opening ??= read()
      .catch((error: unknown) => {
        failedMs = nowMs();
        throw error;
      })
      .finally(() => {
        opening = undefined;
      });
    return opening;
  };

  return async (key) => {
    let used = table ?? (await open());
    for (let tries = 1; ; tries++)
      try {
        return await used.get(key);
      } catch (error) {
        if (!(error instanceof BlockChanged)) throw error;
        if (tries === MOST_TRIES) failedMs = nowMs();
        const isResting = !opening && nowMs() - failedMs < REST_MS;
        // Another request may have read a newer table already.
        if (tries === MOST_TRIES || (table === used && isResting)) throw error;
        used = table && table !== used ? table : await open();
      }
  };
}

function openTable<Value>(parts: ExplorerTable, options: RunTableOptions<Value>): BlockTable<Value> {
  const etags = new Map<string, string>();
  return new BlockTable<Value>(parts, (place) => readBlock(place, options, etags), options.mostBytes);
}

/**
 * @param etags The versions of the files that the table has read, by key.
 * @throws {BlockChanged} If the file has changed since the table first read it, or has no such block.
 */
async function readBlock<Value>(
  { file, offset, sizeBytes }: BlockPlace,
  { objects, keyOf, block }: RunTableOptions<Value>,
  etags: Map<string, string>,
): Promise<Block<Value>> {
  const key = keyOf(file);
  const found = await objects.part(key, { offset, sizeBytes }, etags.get(key));
  if (!found) throw new BlockChanged(`Cannot read a block: ${key} does not exist`);
  const changed = () => new BlockChanged(`Cannot read a block: ${key} has changed`);
  if (found === 'changed') throw changed();
  // Two requests may be the first ones at the same time.
  if (found.etag !== (etags.get(key) ?? found.etag)) throw changed();
  etags.set(key, found.etag);
  try {
    // A block is small, and parsing it takes longer: a separate thread would only add its wait.
    return parseJson(gunzipSync(found.bytes).toString('utf8'), key, block);
  } catch (cause) {
    throw new BlockChanged(`Cannot read a block: ${key} has none at byte ${offset}`, { cause });
  }
}
