import { maskBytes } from '../shared/privacy/mask.ts';
import type { PersonIds } from '../shared/privacy/person-ids.ts';
import type { Batch, RejectedRecord } from './batches.ts';

/**
 * Formats one line for each rejected record: its address, the reason and what is kept of its content. That is the original key and
 * value in base64; with `refusePersonal` without what looks personal in them; if ids are keyed, only the size and the keyed hash of
 * the value, because nothing says where in it ids are.
 */
export function toNdjson({ range, rejects }: Batch, ids: PersonIds): string {
  const { source, topic, partition } = range;
  const lines = rejects.map((reject) => {
    const { offset, kafkaMs, reason } = reject;
    return JSON.stringify({ source, topic, partition, offset, kafkaMs, reason, ...contentOf(reject, ids) });
  });
  return `${lines.join('\n')}\n`;
}

/** The fields are null for a tombstone. */
function contentOf({ record: { key, value }, isMasked }: RejectedRecord, ids: PersonIds): object {
  if (ids.mode === 'plain' && !isMasked) return { key: key ?? null, value: value ?? null };
  const bytes = toBytes(value);
  if (ids.mode === 'keyed')
    return { sizeBytes: bytes?.length ?? null, hash: bytes === undefined ? null : ids.hashOf(bytes) };
  const [maskedKey, masked] = [toBytes(key), bytes].map((content) => content && maskBytes(content));
  return {
    key: maskedKey?.toString('base64') ?? null,
    value: masked?.toString('base64') ?? null,
    // Bytes that cannot be searched are not kept.
    ...(bytes !== undefined && masked === undefined ? { sizeBytes: bytes.length } : {}),
  };
}

const toBytes = (base64: string | null | undefined): Buffer | undefined =>
  base64 === undefined || base64 === null ? undefined : Buffer.from(base64, 'base64');
