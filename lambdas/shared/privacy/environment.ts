import * as z from 'zod';
import { PREFIX } from '../contract/keys.ts';
import { ENV, jsonVariable } from '../platform/env.ts';
import type { Lake } from '../platform/lake.ts';
import { loadOnce } from '../platform/load-once.ts';
import { agreeOnPrivacy, bucketPrivacyOf, checkPrivacy } from './guard.ts';
import { loadPersonKey } from './load-key.ts';
import { createPersonIds, type PersonIds } from './person-ids.ts';
import type { PersonKey } from './person-key.ts';
import { Privacy } from './settings.ts';

/** The variables that `lib/privacy.ts` sets. accumulate has no secret in plain mode. */
export const PRIVACY_VARIABLES = {
  [ENV.privacy]: jsonVariable(Privacy),
  [ENV.personSecret]: z.string().min(1).optional(),
};

type Environment = z.infer<z.ZodObject<typeof PRIVACY_VARIABLES>>;

/** The way in which a process stores ids of people, and its key. */
export interface PersonAccess {
  readonly settings: Privacy;
  /** Returns the key; the secret is read at the first call. @throws {Error} If the process has no secret, or it cannot be read. */
  readonly key: () => Promise<PersonKey>;
  /**
   * Returns the ids as this process stores them, after a check that the bucket's are stored alike. The check is made once, and
   * again after a failure.
   *
   * @throws {Error} If sales in the bucket are stored in another way; the message is the reason.
   */
  readonly ids: () => Promise<PersonIds>;
}

export interface PersonAccessOptions {
  readonly lake: Pick<Lake, 'read' | 'list' | 'replace'>;
  /**
   * `storing` also writes `privacy.json`, for accumulate, the first stage that stores ids; `reading` only reads it; `serving` does
   * too, and takes runs for the sign that there are sales.
   */
  readonly use: 'storing' | 'reading' | 'serving';
  /** Reads the secret; only tests pass one. */
  readonly loadKey?: (secret: string) => Promise<PersonKey>;
}

/** Connects the settings of a process with the secret and the bucket. Nothing is read before the first call of a method. */
export function personAccessOf(
  environment: Environment,
  { lake, use, loadKey = loadPersonKey }: PersonAccessOptions,
): PersonAccess {
  const { [ENV.privacy]: settings, [ENV.personSecret]: secret } = environment;
  const key = loadOnce(async () => {
    if (secret === undefined)
      throw new Error(
        `Cannot use the secret of personal ids: environment variable ${ENV.personSecret} is missing`,
      );
    return loadKey(secret);
  });
  const ids = loadOnce(async () => {
    const { userIds } = settings;
    const own = userIds === 'keyed' ? await key() : undefined;
    const privacy = bucketPrivacyOf(userIds, own);
    if (use === 'storing') await agreeOnPrivacy(privacy, lake, PREFIX.interactions);
    else await checkPrivacy(privacy, lake, use === 'serving' ? PREFIX.manifests : PREFIX.interactions);
    return createPersonIds(userIds, own);
  });
  return { settings, key, ids };
}
