import { randomInt } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { PREFIX, PRIVACY_KEY, tombstonesKey } from '../../lambdas/shared/contract/keys.ts';
import { Tombstones } from '../../lambdas/shared/contract/schemas.ts';
import { type Lake, readJson, s3Lake } from '../../lambdas/shared/platform/lake.ts';
import { BucketPrivacy, bucketPrivacyOf, checkPrivacy } from '../../lambdas/shared/privacy/guard.ts';
import { loadPersonKey } from '../../lambdas/shared/privacy/load-key.ts';
import { createPersonIds, type PersonIds, PLAIN_IDS } from '../../lambdas/shared/privacy/person-ids.ts';
import { createPersonKey, type PersonKey } from '../../lambdas/shared/privacy/person-key.ts';
import type { Privacy } from '../../lambdas/shared/privacy/settings.ts';
import { STATE } from '../process/paths.ts';
import { awsClient } from './emulator.ts';
import type { Target } from './target.ts';

/** Holds the state of the pipeline of this machine, and the secret. */
const DIRECTORY = join(STATE, 'state');
/** The owner alone may read and write it. */
const MODE = 0o600;
/** As long as the secret of a deployed stack. */
const CHARACTERS = 64;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

const pathIn = (directory: string): string => join(directory, 'person-secret');

/**
 * Returns the key of the pipeline of this machine. Its secret is made when it is first asked for, and stays when the rest of the
 * state is removed.
 *
 * @param directory Holds the file `person-secret`; only tests pass one.
 * @throws {RangeError} If the file was changed and is too short now.
 */
export const loadLocalKey = (directory = DIRECTORY): PersonKey => createPersonKey(localSecret(directory));

function localSecret(directory: string): string {
  return readSecret(directory) ?? writeSecret(directory, generate());
}

const generate = (): string =>
  Array.from({ length: CHARACTERS }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');

function readSecret(directory: string): string | undefined {
  try {
    // An editor may have added a line break.
    return readFileSync(pathIn(directory), 'utf8').replace(/\n$/, '');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Another process may make the file at the same moment; its secret then counts. */
function writeSecret(directory: string, secret: string): string {
  mkdirSync(directory, { recursive: true });
  try {
    writeFileSync(pathIn(directory), secret, { flag: 'wx', mode: MODE });
    return secret;
  } catch (error) {
    const other = readSecret(directory);
    if (other === undefined) throw error;
    return other;
  }
}

export interface LocalPrivacyOptions {
  /** URL of the emulator. */
  readonly endpoint: string;
  readonly bucket: string;
  /** Name or ARN of the emulator's secret. */
  readonly secretId: string;
  readonly userIds: Privacy['userIds'];
  /** The state of the pipeline. */
  readonly directory: string;
  /** True if the emulator may be older than the state: without the file, its secret then counts. */
  readonly isEmulatorElsewhere: boolean;
}

/**
 * Puts the secret of this machine into the emulator, and checks that ids in the bucket are stored as configured. It is called after
 * the deployment, before anything reads sales.
 *
 * @throws {Error} If the bucket, which was kept, has sales whose ids are stored in another way, or users who were forgotten with another
 *   secret.
 */
export async function prepareLocalPrivacy(options: LocalPrivacyOptions): Promise<PersonKey> {
  const { endpoint, bucket, secretId, userIds, directory, isEmulatorElsewhere } = options;
  const client = new SecretsManagerClient(awsClient(endpoint));
  if (isEmulatorElsewhere && readSecret(directory) === undefined) {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
    if (SecretString) writeSecret(directory, SecretString);
  }
  const secret = localSecret(directory);
  const key = createPersonKey(secret);
  const lake = s3Lake(bucket, new S3Client(awsClient(endpoint)));
  await checkPrivacy(bucketPrivacyOf(userIds, key), lake, PREFIX.interactions);
  await checkTombstones(lake, { key, directory });
  await client.send(new PutSecretValueCommand({ SecretId: secretId, SecretString: secret }));
  return key;
}

/**
 * Forgotten users are recognised with the secret, also where ids are plain. All tombstones were made with the same one.
 *
 * @throws {Error} If it is another secret.
 */
async function checkTombstones(
  lake: Lake,
  { key, directory }: { readonly key: PersonKey; readonly directory: string },
): Promise<void> {
  const first = await readJson(lake, tombstonesKey(1), Tombstones);
  if (first && first.keyCheck !== key.check)
    throw new Error(
      `Cannot use the bucket: its forgotten users were hashed with another secret, so they would not be recognised. Restore ${pathIn(directory)}, or start without --keep (docs/privacy.md)`,
    );
}

/**
 * Returns the key of a pipeline: of a stack, by the permissions of the caller, or of this machine.
 *
 * @throws {Error} If the caller may not read the secret, or the stack is older than the secret.
 */
export async function readPersonKey({ isLocal, personSecret, client }: Target): Promise<PersonKey> {
  if (isLocal) return loadLocalKey();
  if (personSecret === undefined)
    throw new Error(
      'Cannot read the secret of personal ids: the stack has no output PersonSecret; deploy it again',
    );
  return loadPersonKey(personSecret, new SecretsManagerClient(client));
}

/**
 * Returns how a pipeline stores ids, by `privacy.json` in its bucket: for a command that gets an id as the shop spells it.
 *
 * @throws {Error} If ids are keyed, and the secret cannot be read or is not the one that keyed them.
 */
export async function readPersonIds(target: Target): Promise<PersonIds> {
  const stored = await readJson(
    s3Lake(target.bucket, new S3Client(target.client)),
    PRIVACY_KEY,
    BucketPrivacy,
  );
  if (stored?.userIds !== 'keyed') return PLAIN_IDS;
  const key = await readPersonKey(target);
  if (key.check !== stored.keyCheck)
    throw new Error('Cannot find users: the ids in the bucket are keyed with another secret');
  return createPersonIds('keyed', key);
}
