import * as z from 'zod';
import { PRIVACY_KEY } from '../contract/keys.ts';
import { type Lake, parseJson, toJson } from '../platform/lake.ts';
import type { PersonKey } from './person-key.ts';
import type { Privacy } from './settings.ts';

/** `privacy.json`: how the ids in the bucket are stored. A bucket with sales and without this object has plain ids. */
export const BucketPrivacy = z.strictObject({
  userIds: z.enum(['plain', 'keyed']),
  /** `PersonKey.check` of the key that made the pseudonyms; null for plain ids. */
  keyCheck: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .nullable(),
});
export type BucketPrivacy = z.infer<typeof BucketPrivacy>;

const PLAIN: BucketPrivacy = { userIds: 'plain', keyCheck: null };

/** @param key Needed only if ids are keyed. */
export const bucketPrivacyOf = (
  userIds: Privacy['userIds'],
  key: Pick<PersonKey, 'check'> | undefined,
): BucketPrivacy => (userIds === 'plain' ? PLAIN : { userIds, keyCheck: key?.check ?? null });

/**
 * Says why sales cannot be stored in a bucket, or read from it.
 *
 * @param stored `privacy.json`; undefined if there is no such object.
 * @param own How this process stores ids.
 * @param hasSales Whether the bucket has sales; it is not looked at if `stored` is `own`.
 * @returns undefined if they can be stored. The reason shows neither key nor check.
 */
export function refusalOf(
  stored: BucketPrivacy | undefined,
  own: BucketPrivacy,
  hasSales: boolean,
): string | undefined {
  const before = stored ?? PLAIN;
  if (isSame(before, own) || !hasSales) return undefined;
  if (before.userIds !== own.userIds)
    return `Cannot use the bucket: its sales are stored with ${before.userIds} ids, and privacy.userIds is "${own.userIds}". Set it back to "${before.userIds}" (npm start: ${own.userIds === 'keyed' ? 'leave out' : 'add'} --keyed), or deploy a new stack: ids cannot be stored in two ways (docs/privacy.md)`;
  return 'Cannot use the bucket: the ids of its sales are keyed with another secret. Restore the secret that made them (docs/privacy.md)';
}

const isSame = (a: BucketPrivacy, b: BucketPrivacy): boolean =>
  a.userIds === b.userIds && a.keyCheck === b.keyCheck;

/** Processes that start at the same time write `privacy.json` at most this often before all of them agree. */
const MOST_WRITES = 5;

/**
 * Makes sure that all sales of the bucket are stored alike, before any is stored: accumulate calls it when a process starts. The
 * first one writes `privacy.json`; while there are no sales, a later one may replace it.
 *
 * @throws {Error} If the bucket has sales that are stored in another way, or the bucket cannot be read or written.
 */
export async function agreeOnPrivacy(
  own: BucketPrivacy,
  lake: Pick<Lake, 'read' | 'list' | 'replace'>,
  salesPrefix: string,
): Promise<void> {
  for (let writes = 0; writes < MOST_WRITES; writes++) {
    const { stored, etag } = await checkPrivacy(own, lake, salesPrefix);
    if (stored && isSame(stored, own)) return;
    if (await lake.replace(PRIVACY_KEY, toJson(own), 'application/json', etag)) return;
  }
  throw new Error(`Cannot write ${PRIVACY_KEY}: it changed ${MOST_WRITES} times in the meantime`);
}

/**
 * Checks the same without writing: remember and serve call it when a process starts.
 *
 * @param salesPrefix Objects with this prefix are there only if there are sales.
 * @returns `privacy.json`; both fields are undefined if there is no such object.
 * @throws {Error} If the bucket has sales that are stored in another way, or the bucket cannot be read.
 */
export async function checkPrivacy(
  own: BucketPrivacy,
  lake: Pick<Lake, 'read' | 'list'>,
  salesPrefix: string,
): Promise<{ readonly stored: BucketPrivacy | undefined; readonly etag: string | undefined }> {
  const object = await lake.read(PRIVACY_KEY);
  const stored = object && parseJson(object.text, PRIVACY_KEY, BucketPrivacy);
  const refusal = refusalOf(stored, own, true) && refusalOf(stored, own, await hasObjects(lake, salesPrefix));
  if (refusal !== undefined) throw new Error(refusal);
  return { stored, etag: object?.etag };
}

async function hasObjects(lake: Pick<Lake, 'list'>, prefix: string): Promise<boolean> {
  for await (const _ of lake.list(prefix)) return true;
  return false;
}
