import type { ErasureForecast } from '../shared/contract/erasure.ts';
import type { WorkerParts } from './parts.ts';
import { PERSONAL_PREFIXES } from './units.ts';

/** Measured; see docs/performance.md. The time of one object, and of one MB that is decoded, searched and compared. */
const SECONDS_PER_OBJECT = 0.01;
const SECONDS_PER_MB = 0.15;
/** Everything is read twice: to remove the users, and to search for them. */
const READS = 2;
const FIXED_SECONDS = 2;
/** The table, the queues and the logs are asked for each user. */
const SECONDS_PER_USER = 0.001;
const MB = 1024 * 1024;

/** US dollars in us-east-1: https://aws.amazon.com/s3/pricing/ and https://aws.amazon.com/lambda/pricing/ */
const PER_READ = 0.4e-6;
const PER_WRITE = 5e-6;
const PER_LISTED = PER_WRITE / 1000;
const PER_SECOND = 0.0000133334 * 3;

/**
 * Estimates what an erasure will read, take and cost, from a listing of the bucket.
 *
 * @param users Number of users.
 */
export async function forecastErasure(
  users: number,
  { bucket, kindOf, settlesSeconds }: Pick<WorkerParts, 'bucket' | 'kindOf' | 'settlesSeconds'>,
): Promise<ErasureForecast> {
  let objects = 0;
  let bytes = 0;
  let listed = 0;
  for (const prefix of PERSONAL_PREFIXES)
    for await (const { key, isMarker, sizeBytes } of bucket.versions(prefix)) {
      listed++;
      if (isMarker || kindOf(key)?.holds === undefined) continue;
      objects++;
      bytes += sizeBytes;
    }
  const seconds =
    FIXED_SECONDS +
    READS * (objects * SECONDS_PER_OBJECT + (bytes / MB) * SECONDS_PER_MB) +
    users * SECONDS_PER_USER;
  // At most every object is written again.
  const dollars =
    objects * (READS * PER_READ + PER_WRITE) + READS * listed * PER_LISTED + seconds * PER_SECOND;
  // The table is searched once more when the tombstones are old enough.
  return { users, objects, bytes, seconds: Math.ceil(Math.max(seconds, settlesSeconds)), dollars };
}
