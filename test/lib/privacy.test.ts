import type { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { ENV } from '../../lambdas/shared/platform/env.ts';
import { Privacy } from '../../lambdas/shared/privacy/settings.ts';
import { KINDS } from '../cloud/kinds.ts';
import { synthesize } from './synthesize.ts';

/** The secret of personal ids, who may read it, and who knows how ids are stored. */

const plain = synthesize();
const keyed = synthesize(KINDS.ServerlessKeyed);
const { encryption } = KINDS.ProvisionedEncrypted;
const encrypted = synthesize({ ...KINDS.ServerlessKeyed, encryption });

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: object;
}

const secretOf = (of: Template) => Object.entries(of.findResources('AWS::SecretsManager::Secret'));
const functionsOf = (of: Template) =>
  Object.entries(of.findResources('AWS::Lambda::Function')).map(([id, { Properties }]) => ({
    stage: id.replace(/Function.*/, ''),
    variables: (Properties.Environment?.Variables ?? {}) as Readonly<Record<string, unknown>>,
  }));
/** The stages whose functions have an environment variable, and the job's role if it may use an action. */
const having = (of: Template, name: string): string[] =>
  functionsOf(of)
    .filter(({ variables }) => name in variables)
    .map(({ stage }) => stage)
    .sort();
const allowed = (of: Template, service: string): Record<string, Statement[]> =>
  Object.fromEntries(
    Object.entries(of.findResources('AWS::IAM::Policy'))
      .map(([id, { Properties }]): [string, Statement[]] => [
        id.replace(/(Function)?(Role)?DefaultPolicy.*/, ''),
        Properties.PolicyDocument.Statement.filter(({ Action, Condition }: Statement) =>
          `${[Action]}${JSON.stringify(Condition)}`.includes(`${service}`),
        ),
      ])
      .filter(([, statements]) => statements.length > 0),
  );

test('there is one secret, of 64 generated letters and digits, which is kept like the bucket', () => {
  for (const of of [plain, keyed]) {
    const [[, secret] = [], ...others] = secretOf(of);
    expect(others).toEqual([]);
    expect(secret).toMatchObject({ DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
    expect(secret?.Properties.GenerateSecretString).toEqual({ PasswordLength: 64, ExcludePunctuation: true });
    expect(secret?.Properties).not.toHaveProperty('Name');
    expect(secret?.Properties).not.toHaveProperty('KmsKeyId');
  }
  const [[, deleted] = []] = secretOf(synthesize({ removalPolicy: 'destroy' }));
  expect(deleted?.DeletionPolicy).toBe('Delete');
});

test('nothing rotates it', () => {
  keyed.resourceCountIs('AWS::SecretsManager::RotationSchedule', 0);
  keyed.resourceCountIs('AWS::SecretsManager::ResourcePolicy', 0);
});

test('with plain ids, accumulate gets no secret: remember, serve, erasures, forget and the job recognise forgotten users with it', () => {
  expect(Object.keys(allowed(plain, 'secretsmanager:')).sort()).toEqual([
    'Erasures',
    'Forget',
    'Remember',
    'Serve',
    'TrainJob',
  ]);
  expect(having(plain, ENV.personSecret)).toEqual(['Erasures', 'Forget', 'Remember', 'Serve']);
  expect(having(plain, ENV.privacy)).toEqual([
    'Accumulate',
    'Collect',
    'Erasures',
    'Forget',
    'Remember',
    'Serve',
  ]);
});

test('with keyed ids, accumulate gets it too, and no other function', () => {
  const readers = ['Accumulate', 'Erasures', 'Forget', 'Remember', 'Serve'];
  expect(Object.keys(allowed(keyed, 'secretsmanager:')).sort()).toEqual([...readers, 'TrainJob']);
  expect(having(keyed, ENV.personSecret)).toEqual(readers);
});

test('those who may use the secret may only read it, and no other secret', () => {
  const [[id = ''] = []] = secretOf(keyed);
  const arn = { 'Fn::GetAtt': [id, 'Id'] };
  for (const statements of Object.values(allowed(keyed, 'secretsmanager:')))
    expect(statements).toEqual([{ Action: 'secretsmanager:GetSecretValue', Effect: 'Allow', Resource: arn }]);
  for (const { variables } of functionsOf(keyed))
    if (ENV.personSecret in variables) expect(variables[ENV.personSecret]).toEqual(arn);
  expect(keyed.findOutputs('PersonSecret').PersonSecret?.Value).toEqual(arn);
});

test('it is encrypted with your key, which its readers may use through Secrets Manager only', () => {
  const [[, secret] = []] = secretOf(encrypted);
  expect(secret?.Properties.KmsKeyId).toBe(encryption.keyArn);
  const uses = allowed(encrypted, '"secretsmanager."');
  expect(Object.keys(uses).sort()).toEqual([
    'Accumulate',
    'Erasures',
    'Forget',
    'Remember',
    'Serve',
    'TrainJob',
  ]);
  for (const statements of Object.values(uses))
    expect(statements).toMatchObject([{ Action: 'kms:Decrypt', Resource: encryption.keyArn }]);
  expect(allowed(keyed, '"secretsmanager."')).toEqual({});
});

test('the configuration reaches the functions, and nothing of the secret is in the template', () => {
  const modes = (of: Template) =>
    functionsOf(of).flatMap(({ variables }) => {
      const value = variables[ENV.privacy];
      return typeof value === 'string' ? [Privacy.parse(JSON.parse(value))] : [];
    });
  expect(new Set(modes(plain).map(({ userIds }) => userIds))).toEqual(new Set(['plain']));
  expect(modes(synthesize({ privacy: { userIds: 'keyed', refusePersonal: true } }))[0]).toEqual({
    userIds: 'keyed',
    refusePersonal: true,
  });
  expect(plain.findOutputs('UserIds').UserIds?.Value).toBe('plain');
  expect(keyed.findOutputs('UserIds').UserIds?.Value).toBe('keyed');
});

test('the secret of an earlier stack is used in place of a new one', () => {
  const { lake, privacy } = KINDS.ServerlessKeptLake;
  const kept = synthesize({ lake, privacy });
  expect(secretOf(kept)).toEqual([]);
  expect(kept.findOutputs('PersonSecret').PersonSecret?.Value).toBe(privacy.secretArn);
  for (const statements of Object.values(allowed(kept, 'secretsmanager:')))
    expect(statements[0]?.Resource).toBe(privacy.secretArn);
  for (const { variables } of functionsOf(kept))
    expect(String(variables[ENV.privacy])).not.toContain('secretArn');
});

test('keyed ids in a kept bucket need the secret that keyed them', () => {
  const { lake, privacy } = KINDS.ServerlessKeptLake;
  expect(() => synthesize({ lake, privacy: { userIds: 'keyed' } })).toThrow(
    'cartograph.privacy.secretArn: is missing, should be the secret that keyed the ids in lake.bucketName',
  );
  synthesize({ lake, privacy: { ...privacy, userIds: 'keyed' } });
});

test.each([
  [{ userIds: 'hashed' }, /cartograph\.privacy\.userIds: /],
  [{ secret: 'abc' }, /cartograph\.privacy: .*secret/],
  [{ secretArn: 'cartograph-secret' }, /cartograph\.privacy\.secretArn: should be the ARN of the secret/],
  [
    { secretArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop' },
    /cartograph\.privacy\.secretArn: should be the complete ARN/,
  ],
])('%j is refused', (privacy, message) => {
  expect(() => synthesize({ privacy })).toThrow(message);
});
