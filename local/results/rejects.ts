import { z } from 'zod';
import { type BatchName, PREFIX, parseBatchKey, partitionPath } from '../../lambdas/shared/contract/keys.ts';
import { sum } from '../../lambdas/shared/contract/numbers.ts';
import { type Lake, parseJson } from '../../lambdas/shared/platform/lake.ts';

/** A rejected record, as accumulate stores it. */
const RejectedLine = z.object({
  source: z.string(),
  topic: z.string(),
  partition: z.int(),
  offset: z.int(),
  kafkaMs: z.number(),
  reason: z.string(),
  /** The record's bytes in base64, perhaps masked; null or absent for a tombstone, and if they are not kept. */
  value: z.string().nullish(),
  /** Size of bytes that are not kept. */
  sizeBytes: z.int().nullish(),
  /** Their keyed hash, in 64 hex digits, if ids are keyed: equal records have equal hashes. */
  hash: z.string().nullish(),
});
export type RejectedLine = z.infer<typeof RejectedLine>;

/**
 * Reads the rejected records.
 *
 * @returns Each of them once, although polls that overlap may have stored it several times; by partition, then by offset.
 */
export async function readRejects(lake: Lake): Promise<RejectedLine[]> {
  const byAddress = new Map<string, RejectedLine>();
  for await (const { key } of lake.list(PREFIX.rejected))
    for (const reject of await readObject(lake, key)) byAddress.set(addressOf(reject), reject);
  return [...byAddress.values()].sort((a, b) => {
    const [pathA, pathB] = [partitionPath(a), partitionPath(b)];
    return pathA === pathB ? a.offset - b.offset : pathA < pathB ? -1 : 1;
  });
}

/** The objects of rejected records, as their keys describe them. */
export interface ListedRejects {
  /** Records in all objects. One that polls which overlap have stored several times counts several times. */
  readonly total: number;
  /** Those of the newest object first, read when they are asked for; each of them once. */
  readonly newestFirst: AsyncIterable<RejectedLine>;
}

/** Lists the rejected records. Reads the names of all objects, and the content only of those that are needed. */
export async function listRejects(lake: Lake): Promise<ListedRejects> {
  const objects: (BatchName & { readonly key: string })[] = [];
  for await (const { key } of lake.list(PREFIX.rejected)) {
    const name = parseBatchKey(key);
    if (name) objects.push({ ...name, key });
  }
  objects.sort((a, b) => b.firstMs - a.firstMs || b.first - a.first);
  return { total: sum(objects.map(({ count }) => count)), newestFirst: readEach(lake, objects) };
}

async function* readEach(
  lake: Lake,
  objects: readonly { readonly key: string }[],
): AsyncGenerator<RejectedLine> {
  const seen = new Set<string>();
  for (const { key } of objects)
    for (const reject of (await readObject(lake, key)).reverse()) {
      const address = addressOf(reject);
      if (seen.has(address)) continue;
      seen.add(address);
      yield reject;
    }
}

async function readObject(lake: Lake, key: string): Promise<RejectedLine[]> {
  const text = (await lake.read(key))?.text ?? '';
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => parseJson(line, key, RejectedLine));
}

const addressOf = (reject: RejectedLine): string =>
  `${partitionPath(reject)} ${reject.offset} ${reject.kafkaMs}`;

/** The reason of a rejected record and its address. */
export const withAddress = ({ reason, topic, partition, offset }: RejectedLine): string =>
  `${reason} (${topic}-${partition}, offset ${offset})`;
