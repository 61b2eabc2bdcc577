import { z } from 'zod';
import { PRIVACY_KEY, tombstonesKey } from '../../lambdas/shared/contract/keys.ts';
import { Tombstones } from '../../lambdas/shared/contract/schemas.ts';
import { type Lake, readJson } from '../../lambdas/shared/platform/lake.ts';
import { BucketPrivacy } from '../../lambdas/shared/privacy/guard.ts';
import type { PersonKey } from '../../lambdas/shared/privacy/person-key.ts';

/** The names of a stack's bucket and of its secret of personal ids. */
export interface BucketSecret {
  /** Undefined if the bucket does not exist yet. */
  readonly bucket: string | undefined;
  /** The complete ARN; undefined if the secret does not exist yet. */
  readonly secret: string | undefined;
}

const Template = z.looseObject({
  Outputs: z.record(z.string(), z.looseObject({ Value: z.unknown() })).default({}),
});

/**
 * Returns the bucket and the secret with which a deployed template would work.
 *
 * @param next The template. It names a bucket and a secret only if they are those of an earlier stack.
 * @param deployed Those of the deployed stack, which it keeps otherwise.
 */
export function bucketSecretOf(next: unknown, deployed: BucketSecret | undefined): BucketSecret {
  const { LakeBucket, PersonSecret } = Template.parse(next).Outputs;
  return {
    bucket: textOr(LakeBucket?.Value, deployed?.bucket),
    secret: textOr(PersonSecret?.Value, deployed?.secret),
  };
}

const textOr = (value: unknown, otherwise: string | undefined): string | undefined =>
  typeof value === 'string' ? value : otherwise;

export interface SecretReaders {
  /** Opens a bucket. */
  readonly lakeOf: (bucket: string) => Pick<Lake, 'read'>;
  /** Reads the secret. */
  readonly loadKey: (secret: string) => Promise<Pick<PersonKey, 'check'>>;
}

/**
 * Says why a stack cannot use a bucket with a secret: the bucket has pseudonyms, or hashes of forgotten users, that were made with another
 * one. With plain ids too, forgotten users could not be recognised any more: remember and the runs would fail.
 *
 * @returns undefined if it can, also if the bucket has neither, or does not exist yet.
 * @throws {Error} If the bucket or the secret cannot be read.
 */
export async function secretProblem(
  { bucket, secret }: BucketSecret,
  { lakeOf, loadKey }: SecretReaders,
): Promise<string | undefined> {
  if (bucket === undefined) return undefined;
  const lake = lakeOf(bucket);
  const tombstones = await readJson(lake, tombstonesKey(1), Tombstones);
  const check = tombstones?.keyCheck ?? (await readJson(lake, PRIVACY_KEY, BucketPrivacy))?.keyCheck;
  if (check === undefined || check === null) return undefined;
  const made = tombstones ? 'the hashes of forgotten users' : 'the pseudonyms';
  if (secret === undefined)
    return `${made} in the bucket ${bucket} were made with the secret of its earlier stack, and this stack would make a new one. Set privacy.secretArn to the output PersonSecret of that stack (docs/privacy.md)`;
  if ((await loadKey(secret)).check === check) return undefined;
  return `${made} in the bucket ${bucket} were made with another secret than the present value of ${secret}. Restore the secret that made them (docs/privacy.md)`;
}
