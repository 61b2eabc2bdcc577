import { gunzipSync } from 'node:zlib';
import type * as z from 'zod';
import { parseJson } from '../shared/platform/lake.ts';
import type { BlockPlace } from '../shared/web/block-table.ts';
import type { RunObjects } from './run-objects.ts';

/**
 * Reads a block of a table: one gzip member of a file, with one JSON document.
 *
 * @throws {Error} If the file does not exist or the block is damaged; the message names the object.
 */
export async function readBlock<Document>(
  objects: Pick<RunObjects, 'bytes'>,
  { key, place: { offset, sizeBytes } }: { readonly key: string; readonly place: BlockPlace },
  schema: z.ZodType<Document>,
): Promise<Document> {
  const found = await objects.bytes(key, { offset, sizeBytes });
  if (!found) throw new Error(`Cannot read a block: ${key} does not exist`);
  // A server that does not support ranges sends the whole file.
  const member = found.length > sizeBytes ? found.subarray(offset, offset + sizeBytes) : found;
  // A block is small, and parsing it takes longer: a thread of its own would only add its wait.
  return parseJson(gunzipSync(member).toString('utf8'), key, schema);
}
