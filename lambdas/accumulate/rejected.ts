import type { PersonIds } from '../shared/privacy/person-ids.ts';
import type { PolledRecord } from '../shared/sales/msk-event.ts';
import type { Batch } from './batches.ts';

/**
 * Formats one line for each rejected record: its address, the reason and what is kept of its content. That is the original key and
 * value in base64; if ids are keyed, only the size and the keyed hash of the value, because nothing says where in it ids are.
 */
export function toNdjson({ range, rejects }: Batch, ids: PersonIds): string {
  const { source, topic, partition } = range;
  const lines = rejects.map(({ offset, kafkaMs, reason, record }) =>
    JSON.stringify({ source, topic, partition, offset, kafkaMs, reason, ...contentOf(record, ids) }),
  );
  return `${lines.join('\n')}\n`;
}

/** The fields are null for a tombstone. */
function contentOf({ key, value }: PolledRecord, ids: PersonIds): object {
  if (ids.mode === 'plain') return { key: key ?? null, value: value ?? null };
  if (value === undefined || value === null) return { sizeBytes: null, hash: null };
  const bytes = Buffer.from(value, 'base64');
  return { sizeBytes: bytes.length, hash: ids.hashOf(bytes) };
}
