import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import { AnswerHistories, type StoredHistory } from '../shared/contract/answer-model.ts';
import { ExplorerTable } from '../shared/contract/explorer.ts';
import { parseJson } from '../shared/platform/lake.ts';
import { type Block, BlockChanged, type BlockPlace, BlockTable } from '../shared/web/block-table.ts';
import type { RunObjects } from './run-objects.ts';

export interface HistoriesOptions {
  readonly objects: RunObjects;
  /** Returns the key of a file of the run. */
  readonly keyOf: (name: string) => string;
  /** Name of the document that has the table. */
  readonly document: string;
  /** Limit of the blocks that are kept, in their compressed bytes. */
  readonly mostBytes: number;
  /** The clock, epoch ms. */
  readonly nowMs: () => number;
}

/** After the table was read again without success, requests do without it for so long. */
const REST_MS = 1_000;

const Indexed = z.looseObject({ histories: ExplorerTable });

/**
 * Returns a function that reads what a run knows of a user, from the one block that has the user.
 *
 * The files of a run are rewritten in place when a user is erased, one after the other, so the table of blocks and the files may be of
 * different moments. A block is used only if it is exactly one block of its file, if all of its keys are those that the table has
 * there, and if its file is the same version as when it was first read by this table. Otherwise the table is read again, and the block
 * once more. A table that comes with another model than the one that is loaded is not used.
 *
 * @param loaded The parsed document as it was when the model was loaded.
 * @param histories Its table.
 */
export function createHistories(
  loaded: unknown,
  histories: ExplorerTable,
  options: HistoriesOptions,
): (user: string) => Promise<StoredHistory | undefined> {
  const { objects, keyOf, document, nowMs } = options;
  const model = modelOf(loaded);
  let table = openTable(histories, options);
  let renewing: Promise<void> | undefined;
  let renewedMs = Number.NEGATIVE_INFINITY;

  async function readAgain(): Promise<void> {
    renewedMs = nowMs();
    const key = keyOf(document);
    const bytes = await objects.bytes(key);
    if (!bytes) throw new Error(`Cannot read a history: ${key} does not exist`);
    const found = parseJson(Buffer.from(bytes).toString('utf8'), key, Indexed);
    if (modelOf(found) !== model)
      throw new Error(`Cannot read a history: ${key} has another model than the one that is loaded`);
    table = openTable(found.histories, options);
  }

  return async (user) => {
    const used = table;
    try {
      return (await used.get(user))?.value;
    } catch (error) {
      if (!(error instanceof BlockChanged)) throw error;
      // Another request may have read it again already.
      if (table === used) {
        if (!renewing && nowMs() - renewedMs < REST_MS) throw error;
        renewing ??= readAgain().finally(() => {
          renewing = undefined;
        });
        await renewing;
      }
      return (await table.get(user))?.value;
    }
  };
}

/** Returns the document without its table, by which a model is recognised. */
const modelOf = (document: unknown): string =>
  JSON.stringify(document, (name, value: unknown) => (name === 'histories' ? undefined : value));

function openTable(
  histories: ExplorerTable,
  { objects, keyOf, mostBytes }: HistoriesOptions,
): BlockTable<StoredHistory> {
  const etags = new Map<string, string>();
  return new BlockTable<StoredHistory>(
    histories,
    (place) => readBlock(objects, { key: keyOf(place.file), place, etags }),
    mostBytes,
  );
}

interface BlockOptions {
  readonly key: string;
  readonly place: BlockPlace;
  /** The versions of the files that were read, by key. */
  readonly etags: Map<string, string>;
}

/** @throws {BlockChanged} If the file has changed since it was first read, or has no such block. */
async function readBlock(
  objects: RunObjects,
  { key, place: { offset, sizeBytes }, etags }: BlockOptions,
): Promise<Block<StoredHistory>> {
  const found = await objects.part(key, { offset, sizeBytes }, etags.get(key));
  if (found === 'changed' || !found) throw new BlockChanged(`Cannot read a history: ${key} has changed`);
  const known = etags.get(key) ?? found.etag;
  if (found.etag !== known) throw new BlockChanged(`Cannot read a history: ${key} has changed`);
  etags.set(key, known);
  try {
    // A block is small, and parsing it takes longer: a thread of its own would only add its wait.
    return parseJson(gunzipSync(found.bytes).toString('utf8'), key, AnswerHistories);
  } catch (cause) {
    throw new BlockChanged(`Cannot read a history: ${key} has no block at byte ${offset}`, { cause });
  }
}
