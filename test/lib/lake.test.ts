import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { erasureRequestKey } from '../../lambdas/shared/contract/erasure.ts';
import { KINDS } from '../cloud/kinds.ts';
import { synthesize } from './synthesize.ts';

interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string;
  readonly Principal: unknown;
  readonly Resource: unknown;
  readonly Condition: Readonly<Record<string, Readonly<Record<string, string>>>>;
}
const template = synthesize();
const [policy] = Object.values(template.findResources('AWS::S3::BucketPolicy'));
const statements: readonly Statement[] = policy?.Properties.PolicyDocument.Statement;
const denied = statements.filter(({ Effect, Action }) => Effect === 'Deny' && Action === 's3:PutObject');

/** Evaluates a statement as IAM does. `"true"` in a `Null` condition requires that the header is missing. */
const applies = (
  { Resource, Condition }: Statement,
  put: { key: string; headers: readonly string[]; isForget: boolean },
): boolean =>
  (Condition.ArnEquals === undefined || put.isForget) &&
  (Condition.ArnNotEquals === undefined || !put.isForget) &&
  keysOf(Resource).some((pattern) => matches(pattern, put.key)) &&
  Object.entries(Condition.Null ?? {}).every(
    ([name, missing]) => String(!put.headers.includes(name.replace('s3:', ''))) === missing,
  );
const keysOf = (resource: unknown): string[] =>
  [resource].flat().map((arn) => /"\/([^"]*)"/.exec(JSON.stringify(arn))?.[1] ?? '?');
const matches = (pattern: string, key: string): boolean =>
  new RegExp(`^${pattern.replaceAll('.', '[.]').replaceAll('?', '.').replaceAll('*', '.*')}$`).test(key);
const isRefused = (key: string, ...headers: string[]): boolean =>
  denied.some((statement) => applies(statement, { key, headers, isForget: false }));
const isRefusedToForget = (key: string, ...headers: string[]): boolean =>
  denied.some((statement) => applies(statement, { key, headers, isForget: true }));

test.each([
  'interactions',
  'rejected',
  'windows',
  'attempts',
  'manifests',
  'publications',
  'catalogue',
  'receipts',
  'tombstones',
])('the bucket refuses a write under %s/ that could replace an object', (prefix) => {
  expect(isRefused(`${prefix}/1`)).toBe(true);
  // A write with If-Match replaces an object.
  expect(isRefused(`${prefix}/1`, 'if-match')).toBe(true);
  expect(isRefused(`${prefix}/1`, 'if-none-match')).toBe(false);
});

test('the bucket refuses a write of a request to forget users that could replace one', () => {
  const key = erasureRequestKey(7);
  for (const refused of [isRefused, isRefusedToForget]) {
    expect(refused(key)).toBe(true);
    expect(refused(key, 'if-match')).toBe(true);
    expect(refused(key, 'if-none-match')).toBe(false);
  }
});

test.each(['current.json', 'charts/index.html', 'privacy.json'])(
  '%s can be written only with If-Match or If-None-Match',
  (key) => {
    expect(isRefused(key)).toBe(true);
    expect(isRefused(key, 'if-match')).toBe(false);
    expect(isRefused(key, 'if-none-match')).toBe(false);
  },
);

test('runs, logs and charts can be written without a condition', () => {
  for (const key of ['runs/1/1/part', 'logs/a', 'charts/00000001/index.html', 'currentXjson'])
    expect(isRefused(key)).toBe(false);
});

describe('forget', () => {
  test.each(['interactions', 'rejected', 'attempts', 'manifests'])(
    'may replace objects under %s/, with If-Match only',
    (prefix) => {
      expect(isRefusedToForget(`${prefix}/1`)).toBe(true);
      expect(isRefusedToForget(`${prefix}/1`, 'if-match')).toBe(false);
    },
  );

  test.each(['windows', 'publications', 'catalogue', 'tombstones'])(
    'may replace nothing under %s/',
    (prefix) => {
      expect(isRefusedToForget(`${prefix}/1`, 'if-match')).toBe(true);
      expect(isRefusedToForget(`${prefix}/1`, 'if-none-match')).toBe(false);
    },
  );

  test('is refused every write without a condition, where all others may write without one', () => {
    for (const key of ['runs/1/1/part', 'charts/00000001/index.html', 'logs/a', 'erasures/1']) {
      expect(isRefusedToForget(key)).toBe(true);
      expect(isRefusedToForget(key, 'if-match')).toBe(false);
    }
  });

  test('is one role, which only its function can assume, and no other statement names it', () => {
    const [id = '', ...others] = [
      ...new Set(
        denied.flatMap(({ Condition }) =>
          [Condition.ArnEquals, Condition.ArnNotEquals].flatMap((condition) => {
            const arn: unknown = condition?.['aws:PrincipalArn'];
            return arn ? [(arn as { 'Fn::GetAtt': [string, string] })['Fn::GetAtt'][0]] : [];
          }),
        ),
      ),
    ];
    expect(others).toEqual([]);
    expect(id).toMatch(/^ForgetFunctionRole/);
    expect(
      template.findResources('AWS::IAM::Role')[id]?.Properties.AssumeRolePolicyDocument.Statement,
    ).toEqual([
      { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } },
    ]);
    const users = Object.entries(template.findResources('AWS::Lambda::Function')).filter(
      ([, { Properties }]) => JSON.stringify(Properties.Role).includes(id),
    );
    expect(users.map(([name]) => name)).toEqual([expect.stringMatching(/^ForgetFunction/)]);
  });
});

test('the rule applies to every principal, and to the completion of a multipart upload rather than to its parts', () => {
  for (const { Principal, Condition } of denied) {
    expect(Principal).toEqual({ AWS: '*' });
    expect(Condition.Bool).toEqual({ 's3:ObjectCreationOperation': 'true' });
  }
});

test('the bucket policy allows nothing', () => {
  expect(statements.filter(({ Effect }) => Effect === 'Allow')).toEqual([]);
});

test('the job may read only one asset: its jar', () => {
  const job = Object.entries(template.findResources('AWS::IAM::Policy'))
    .filter(([id]) => id.startsWith('TrainJobRole'))
    .flatMap(([, { Properties }]): Statement[] => Properties.PolicyDocument.Statement);
  const assets = job.filter(({ Resource }) => JSON.stringify(Resource).includes('cdk-hnb659fds-assets'));
  expect(assets.map(({ Action }) => Action)).toEqual(['s3:GetObject']);
  expect(JSON.stringify(assets[0]?.Resource)).toMatch(/\/[0-9a-f]{64}\.ts"/);
});

describe('a bucket that an earlier stack left behind', () => {
  const { lake } = KINDS.ServerlessKeptLake;
  const kept = synthesize({ lake });
  /** A template as text, with the name and the ARN of a created bucket written like those of the kept one. */
  const policiesOf = (of: Template): string => {
    const text = JSON.stringify(
      Object.values(of.findResources('AWS::S3::BucketPolicy')).map(
        ({ Properties }) => Properties.PolicyDocument,
      ),
    );
    const arn = `{"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},":s3:::${lake.bucketName}"]]}`;
    return text
      .replaceAll(
        /\{"Fn::GetAtt":\["LakeBucket\w+","Arn"\]\},"\//g,
        `"arn:",{"Ref":"AWS::Partition"},":s3:::${lake.bucketName}/`,
      )
      .replaceAll(/\{"Fn::GetAtt":\["LakeBucket\w+","Arn"\]\}/g, arn);
  };

  test('is used, and no other is created', () => {
    expect(Object.keys(kept.findResources('AWS::S3::Bucket'))).toEqual([]);
    expect(kept.findOutputs('LakeBucket').LakeBucket?.Value).toBe(lake.bucketName);
    const rules = JSON.stringify(kept.findResources('AWS::Events::Rule'));
    expect(rules).toContain(`"bucket":{"name":["${lake.bucketName}"]}`);
  });

  test('gets the same policy as a bucket that the stack creates', () => {
    expect(JSON.parse(policiesOf(kept))).toEqual(JSON.parse(policiesOf(template)));
    kept.hasResourceProperties('AWS::S3::BucketPolicy', { Bucket: lake.bucketName });
  });
});
