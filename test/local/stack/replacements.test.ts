import { expect, test } from 'vitest';
import { findReplacements } from '../../../local/stack/replacements.ts';
import { KINDS } from '../../cloud/kinds.ts';
import { synthesize } from '../../lib/synthesize.ts';

const templateOf = (config: unknown): unknown => synthesize(config).toJSON();
const deployed = templateOf({});
const changes = (config: unknown): string[] => findReplacements(deployed, templateOf(config));

test('the same configuration, and changes in place, replace nothing', () => {
  const inPlace = {
    stream: { partitions: 12, batchSize: 500, pollers: 'provisioned' },
    sweepMinutes: 9,
    tags: { team: 'shop' },
    encryption: { keyArn: KINDS.ProvisionedEncrypted.encryption.keyArn },
  };
  expect(changes({})).toEqual([]);
  expect(changes(inPlace)).toEqual([]);
});

test('another kind of stream removes the cluster and its topic, and replaces the consumer groups', () => {
  expect(changes(KINDS.Provisioned).sort()).toEqual([
    expect.stringMatching(/^the Kafka cluster \(StreamCluster\w+\) would be removed$/),
    ...['Accumulate', 'Remember'].map((stage) =>
      expect.stringMatching(
        new RegExp(
          `^the consumer group of the topic \\(${stage}\\w+\\) would be replaced, because EventSourceArn`,
        ),
      ),
    ),
    expect.stringMatching(/^the topic \(\w+\) would be removed$/),
  ]);
});

test('a stack without its API loses the table of recent sales and the position of its reader', () => {
  expect(changes({ serve: false }).sort()).toEqual([
    expect.stringMatching(/^the consumer group of the topic \(Remember\w+\) would be removed$/),
    expect.stringMatching(/^the table of recent sales \(RememberTable\w+\) would be removed$/),
  ]);
});

test('other subnets replace the cluster', () => {
  expect(changes({ network: { cidr: '10.72.0.0/20' } })).toEqual([
    expect.stringMatching(/^the Kafka cluster \(\w+\) would be replaced, because ClusterName changes$/),
  ]);
});

test('a cluster that is encrypted with another key is replaced', () => {
  const { stream, encryption } = KINDS.ProvisionedEncrypted;
  expect(findReplacements(templateOf({ stream }), templateOf({ stream, encryption }))).toEqual([
    expect.stringMatching(/ClusterName and EncryptionInfo\.EncryptionAtRest changes$/),
  ]);
});

test.each(['serverless', 'provisioned'])(
  'another topic on a %s cluster deletes the old one, and fewer hours of retention do not',
  (kind) => {
    const before = templateOf({ stream: { kind } });
    expect(findReplacements(before, templateOf({ stream: { kind, topic: 'orders' } }))).toContainEqual(
      expect.stringMatching(/^the topic \(\w+\) would be replaced, because (TopicName|topic) changes$/),
    );
    expect(findReplacements(before, templateOf({ stream: { kind, retentionHours: 100 } }))).toEqual([]);
  },
);

test('another topic is read by another consumer group', () => {
  expect(changes({ stream: { topic: 'orders' } }).join()).toMatch(
    /the consumer group of the topic \(\w+\) would be/,
  );
});

test('a bucket that is renamed or no longer in the template is reported', () => {
  const bucket = (Properties: object) => ({ Resources: { Lake: { Type: 'AWS::S3::Bucket', Properties } } });
  expect(findReplacements(bucket({}), bucket({ BucketName: 'other' }))).toEqual([
    'the bucket (Lake) would be replaced, because BucketName changes',
  ]);
  expect(findReplacements(bucket({}), { Resources: {} })).toEqual(['the bucket (Lake) would be removed']);
});
