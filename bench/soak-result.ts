import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

/** What accumulate stored below a directory. */
export interface StoredCounts {
  /** Distinct addresses of sales and of rejected records. */
  readonly stored: number;
  readonly rejected: number;
  /** Offsets between 0 and the highest of a partition that are neither stored nor rejected. */
  readonly missing: number;
  /** Rows whose address was stored before. */
  readonly repeated: number;
}

/** Reads every batch and counts addresses. */
export async function countStored(directory: string): Promise<StoredCounts> {
  const counts = { stored: 0, rejected: 0, repeated: 0 };
  const seen = new Map<string, Uint8Array>();
  const take = (partition: string, offset: number, kind: 'stored' | 'rejected'): void => {
    let offsets = seen.get(partition) ?? new Uint8Array(1024);
    if (offset >= offsets.length) {
      const larger = new Uint8Array(2 * offset);
      larger.set(offsets);
      offsets = larger;
    }
    counts[offsets[offset] ? 'repeated' : kind]++;
    offsets[offset] = 1;
    seen.set(partition, offsets);
  };
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const bytes = readFileSync(join(entry.parentPath, entry.name));
    const partition = entry.parentPath.split('/').at(-1) ?? '';
    if (entry.name.endsWith('.ndjson'))
      for (const line of bytes.toString().trimEnd().split('\n'))
        take(partition, JSON.parse(line).offset, 'rejected');
    else
      for (const row of await parquetReadObjects({
        file: new Uint8Array(bytes).buffer,
        compressors,
        columns: ['kafka_offset'],
      }))
        take(partition, Number(row.kafka_offset), 'stored');
  }
  let missing = 0;
  for (const offsets of seen.values())
    missing += offsets.subarray(0, offsets.lastIndexOf(1)).filter((one) => one === 0).length;
  return { ...counts, missing };
}
