import { createHash } from 'node:crypto';

/**
 * Returns the number of the file `recommendations/part-NNNNN.parquet` that contains the lists of a user: the first four
 * bytes of the SHA-256 of the user as an integer, without its sign bit, modulo the number of files. The Spark job
 * distributes the users by the same rule.
 *
 * @param shards Number of files; at least 1.
 * @returns A number from 0 to `shards - 1`.
 *
 * @example
 * shardOf('ann', 8) // 5
 */
export const shardOf = (user: string, shards: number): number =>
  (createHash('sha256').update(user).digest().readInt32BE(0) & 0x7fffffff) % shards;
