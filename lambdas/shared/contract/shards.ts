import { createHash } from 'node:crypto';

/**
 * Which of a run's `recommendations/part-NNNNN.parquet` holds the lists of a user; the Spark job places them by the same
 * rule: the first four bytes of SHA-256 of the user, without the sign, modulo the number of files.
 */
export const shardOf = (user: string, shards: number): number =>
  (createHash('sha256').update(user).digest().readInt32BE(0) & 0x7fffffff) % shards;
