import { expect, test } from 'vitest';
import { findPrivacyChanges } from '../../../local/stack/privacy-changes.ts';
import { KINDS } from '../../cloud/kinds.ts';
import { synthesize } from '../../lib/synthesize.ts';

const templateOf = (config: unknown): object => synthesize(config).toJSON();
const [plain, keyed] = [templateOf({}), templateOf(KINDS.ServerlessKeyed)];

test('the same mode, and changes of other things, change nothing', () => {
  const { encryption } = KINDS.ProvisionedEncrypted;
  expect(findPrivacyChanges(plain, plain)).toEqual([]);
  expect(findPrivacyChanges(keyed, keyed)).toEqual([]);
  expect(findPrivacyChanges(plain, templateOf({ privacy: { refusePersonal: true }, encryption }))).toEqual(
    [],
  );
});

test('another mode is reported', () => {
  expect(findPrivacyChanges(plain, keyed)).toEqual(['privacy.userIds would change from "plain" to "keyed"']);
  expect(findPrivacyChanges(keyed, plain)).toEqual(['privacy.userIds would change from "keyed" to "plain"']);
});

test('a stack that is older than the mode has plain ids, and no secret to lose', () => {
  const old = { Resources: { Lake: { Type: 'AWS::S3::Bucket' } } };
  expect(findPrivacyChanges(old, plain)).toEqual([]);
  expect(findPrivacyChanges(old, keyed)).toEqual(['privacy.userIds would change from "plain" to "keyed"']);
});

test('a secret that is removed is reported', () => {
  const { privacy } = KINDS.ServerlessKeptLake;
  expect(findPrivacyChanges(plain, templateOf({ privacy }))).toEqual([
    expect.stringMatching(/^the secret of personal ids \(PrivacySecret\w+\) would be removed$/),
  ]);
});

test('another secret of an earlier stack, or a new one in its place, is reported, also with plain ids', () => {
  const { lake, privacy } = KINDS.ServerlessKeptLake;
  const kept = templateOf({ lake, privacy });
  const secretArn = privacy.secretArn.replace('a1b2c3', 'd4e5f6');
  expect(findPrivacyChanges(kept, kept)).toEqual([]);
  expect(findPrivacyChanges(kept, templateOf({ lake, privacy: { secretArn } }))).toEqual([
    `the secret of personal ids would change from ${privacy.secretArn} to ${secretArn}`,
  ]);
  expect(findPrivacyChanges(kept, templateOf({ lake }))).toEqual([
    `the secret of personal ids would change from ${privacy.secretArn} to a new one`,
  ]);
});

test.each(['Name', 'GenerateSecretString', 'SecretString'])('another %s makes another secret', (name) => {
  const secret = (Properties: object) => ({
    Resources: { Secret: { Type: 'AWS::SecretsManager::Secret', Properties } },
  });
  const before = secret({ Description: 'a', GenerateSecretString: { PasswordLength: 64 } });
  expect(findPrivacyChanges(before, secret({ GenerateSecretString: { PasswordLength: 64 } }))).toEqual([]);
  expect(
    findPrivacyChanges(before, secret({ GenerateSecretString: { PasswordLength: 64 }, [name]: 'other' })),
  ).toEqual([`the secret of personal ids (Secret) would get another value, because ${name} changes`]);
});
