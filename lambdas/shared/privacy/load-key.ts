import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createPersonKey, type PersonKey } from './person-key.ts';

/**
 * Reads the secret of personal ids from Secrets Manager. Call it once per process.
 *
 * @param secretId ARN or name of the secret.
 * @throws {Error} If the secret cannot be read or has no text.
 */
export async function loadPersonKey(
  secretId: string,
  client: SecretsManagerClient = new SecretsManagerClient({ maxAttempts: 5 }),
): Promise<PersonKey> {
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
  if (SecretString === undefined)
    throw new Error(`Cannot use the secret ${secretId}: it is binary, should be text`);
  return createPersonKey(SecretString);
}
