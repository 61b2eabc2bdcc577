import { z } from 'zod';
import { PREFIX, partitionPath } from '../../lambdas/shared/contract/keys.ts';
import { type Lake, parseJson } from '../../lambdas/shared/platform/lake.ts';

/** A rejected record, as accumulate stores it. */
const RejectedLine = z.object({
  source: z.string(),
  topic: z.string(),
  partition: z.int(),
  offset: z.int(),
  kafkaMs: z.number(),
  reason: z.string(),
  /** The record's bytes in base64; null or absent for a tombstone. */
  value: z.string().nullish(),
});
export type RejectedLine = z.infer<typeof RejectedLine>;

/**
 * Reads the rejected records.
 *
 * @returns Each of them once, although polls that overlap may have stored it several times; by partition, then by offset.
 */
export async function readRejects(lake: Lake): Promise<RejectedLine[]> {
  const byAddress = new Map<string, RejectedLine>();
  for await (const { key } of lake.list(PREFIX.rejected)) {
    const text = (await lake.read(key))?.text ?? '';
    for (const line of text.split('\n')) {
      if (line === '') continue;
      const reject = parseJson(line, key, RejectedLine);
      byAddress.set(`${partitionPath(reject)} ${reject.offset} ${reject.kafkaMs}`, reject);
    }
  }
  return [...byAddress.values()].sort((a, b) => {
    const [pathA, pathB] = [partitionPath(a), partitionPath(b)];
    return pathA === pathB ? a.offset - b.offset : pathA < pathB ? -1 : 1;
  });
}

/** The reason of a rejected record and its address. */
export const withAddress = ({ reason, topic, partition, offset }: RejectedLine): string =>
  `${reason} (${topic}-${partition}, offset ${offset})`;
