import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../process/child.ts';
import { kafkaClient } from './broker.ts';

/** A broker whose log may be of an earlier start, and what reads it. */
export interface ReadTopic {
  readonly bootstrap: string;
  /** The broker's directory. */
  readonly directory: string;
  /** The bucket that the sales are stored in now. */
  readonly bucket: string;
  /** The consumer groups of the pollers, which do not run yet. */
  readonly groups: readonly string[];
  /** Aborts the wait. */
  readonly signal?: AbortSignal | undefined;
}

/** The broker keeps the members of a group that were killed until their session ends. */
const LIMIT_SECONDS = 60;

/**
 * Lets the pollers read the topic again from its start if the bucket is not the one that they have read it into.
 *
 * The emulator saves the stack when it stops. If it was killed before it ever stopped, the next start creates the stack again, with a
 * new, empty bucket, while the kept broker remembers how far its log was read: all earlier sales would be missing from training.
 *
 * @returns True if the topic is read again.
 * @throws {Error} If the broker does not let go of the groups within a minute.
 */
export async function readAgainIntoNewBucket({
  bootstrap,
  directory,
  bucket,
  groups,
  signal,
}: ReadTopic): Promise<boolean> {
  const path = join(directory, 'read-into');
  const isNew = existsSync(path) && readFileSync(path, 'utf8') !== bucket;
  if (isNew) await deleteGroups(bootstrap, groups, signal);
  writeFileSync(path, bucket);
  return isNew;
}

async function deleteGroups(
  bootstrap: string,
  groups: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const limit = AbortSignal.timeout(LIMIT_SECONDS * 1000);
  const admin = kafkaClient(bootstrap).admin();
  await admin.connect();
  try {
    await eventually(
      async () => {
        const known = (await admin.listGroups()).groups.map(({ groupId }) => groupId);
        const left = groups.filter((group) => known.includes(group));
        if (left.length > 0) await admin.deleteGroups(left);
      },
      signal ? AbortSignal.any([limit, signal]) : limit,
    );
  } catch (cause) {
    signal?.throwIfAborted();
    throw new Error(
      `Cannot read the topic again: the broker still has ${groups.join(' and ')} after ${LIMIT_SECONDS} s`,
      { cause },
    );
  } finally {
    await admin.disconnect();
  }
}
