import { expect, test } from 'vitest';
import { optionOf, problemOf, splitArguments } from '../../../local/commands/deploy.ts';

test('context, profile and region go to every command of the CLI, the rest only to deploy, and --replace to none', () => {
  expect(splitArguments(['-c', 'environment=test', '--no-rollback', '--profile=shop', '--replace'])).toEqual({
    isAllowed: true,
    forSynth: ['-c', 'environment=test', '--profile=shop'],
    forDeploy: ['-c', 'environment=test', '--no-rollback', '--profile=shop'],
  });
  expect(splitArguments([])).toEqual({ isAllowed: false, forSynth: [], forDeploy: [] });
});

test('the value of an option is found in both forms', () => {
  expect(optionOf(['-c', 'a=b', '--profile', 'shop'], '--profile')).toBe('shop');
  expect(optionOf(['--profile=shop'], '--profile')).toBe('shop');
  expect(optionOf(['-c', 'a=b'], '--profile')).toBeUndefined();
});

const bucketNamed = (BucketName: string, userIds: string) => ({
  Resources: { Lake: { Type: 'AWS::S3::Bucket', Properties: { BucketName } } },
  Outputs: { UserIds: { Value: userIds } },
});

test('a first deployment, and one that changes nothing that matters, may go on', () => {
  expect(problemOf(undefined, bucketNamed('a', 'keyed'))).toBeUndefined();
  expect(problemOf(bucketNamed('a', 'keyed'), bucketNamed('a', 'keyed'))).toBeUndefined();
});

test('another way to store ids is refused with the reason, and what to do', () => {
  expect(problemOf(bucketNamed('a', 'plain'), bucketNamed('a', 'keyed'))).toBe(
    'privacy.userIds would change from "plain" to "keyed". New sales and forgotten users would not match the stored ones, so stages would refuse to work. Deploy a new stack with another stackName (docs/privacy.md); only if the bucket has neither sales nor forgotten users yet, add --replace',
  );
});

test('a bucket that would be replaced is refused with the advice to drain', () => {
  expect(problemOf(bucketNamed('a', 'plain'), bucketNamed('b', 'plain'))).toMatch(
    /^the bucket \(Lake\) would be replaced, .*Drain the topic first/,
  );
});
