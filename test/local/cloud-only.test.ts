import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LEFT_OUT_TYPES, withoutCloudOnly } from '../../local/cloud-only.ts';

const template = (resources: Record<string, unknown>) => ({
  Resources: resources,
  Outputs: { Name: { Value: 'x' } },
});
const CLUSTER = { Type: 'AWS::MSK::ServerlessCluster', Properties: { ClusterName: 'c' } };

test('what is not left out stays as it is, outputs and parameters too', () => {
  const whole = {
    Parameters: { P: { Type: 'String' } },
    ...template({
      Bucket: {
        Type: 'AWS::S3::Bucket',
        Properties: { Tags: [{ Key: 'a', Value: { Ref: 'P' } }] },
        DeletionPolicy: 'Retain',
      },
      Queue: { Type: 'AWS::SQS::Queue', DependsOn: ['Bucket'] },
    }),
  };
  expect(withoutCloudOnly(whole)).toEqual(whole);
});

test('stream, cluster and network go, with the mapping of the stream; mappings of queues stay', () => {
  const resources = Object.fromEntries(LEFT_OUT_TYPES.map((type, index) => [`R${index}`, { Type: type }]));
  const queue = { Type: 'AWS::Lambda::EventSourceMapping', Properties: { EventSourceArn: 'arn:sqs' } };
  const kept = withoutCloudOnly(
    template({
      ...resources,
      Kafka: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: { Topics: ['sales'], EventSourceArn: { Ref: 'R0' } },
      },
      Queue: queue,
    }),
  );
  expect(kept.Resources).toEqual({ Queue: queue });
});

test('where something needs a part that is left out, a written stand-in is put; waiting for it is dropped', () => {
  const policy = {
    Type: 'AWS::IAM::Policy',
    DependsOn: ['Cluster', 'Other'],
    Properties: { Arn: { 'Fn::Select': [0, { 'Fn::Split': ['/', { 'Fn::GetAtt': ['Cluster', 'Arn'] }] }] } },
  };
  expect(
    withoutCloudOnly(template({ Cluster: CLUSTER, Policy: policy, Other: { Type: 'AWS::SQS::Queue' } }))
      .Resources,
  ).toEqual({
    Policy: {
      Type: 'AWS::IAM::Policy',
      DependsOn: ['Other'],
      Properties: {
        Arn: {
          'Fn::Select': [
            0,
            { 'Fn::Split': ['/', 'arn:aws:kafka:us-east-1:000000000000:cluster/local/local'] },
          ],
        },
      },
    },
    Other: { Type: 'AWS::SQS::Queue' },
  });
});

test('a reference without a stand-in is an error that names both sides', () => {
  const fn = { Type: 'AWS::Lambda::Function', Properties: { VpcConfig: { SubnetIds: [{ Ref: 'Net' }] } } };
  expect(() => withoutCloudOnly(template({ Net: { Type: 'AWS::EC2::Subnet' }, Fn: fn }))).toThrow(
    'Cannot leave out Net (AWS::EC2::Subnet): Fn needs its Ref, which has no stand-in',
  );
});

test('waiting for a single resource stays as it is written, or goes', () => {
  const queue = (dependsOn: string) => ({ Type: 'AWS::SQS::Queue', DependsOn: dependsOn });
  expect(
    withoutCloudOnly(template({ Cluster: CLUSTER, A: queue('B'), B: queue('Cluster') })).Resources,
  ).toEqual({ A: queue('B'), B: { Type: 'AWS::SQS::Queue' } });
});

test('an output is a place where something may be needed, too', () => {
  const output = (value: unknown) => ({
    Resources: { Cluster: CLUSTER },
    Outputs: { ClusterArn: { Value: value } },
  });
  expect(withoutCloudOnly(output({ 'Fn::GetAtt': ['Cluster', 'Arn'] })).Outputs).toEqual({
    ClusterArn: { Value: 'arn:aws:kafka:us-east-1:000000000000:cluster/local/local' },
  });
  expect(() => withoutCloudOnly(output({ Ref: 'Cluster' }))).toThrow(
    'Cannot leave out Cluster (AWS::MSK::ServerlessCluster): output ClusterArn needs its Ref, which has no stand-in',
  );
});

test('so is the text of Fn::Sub; names that are not left out stay in it', () => {
  const fn = (sub: unknown) => ({
    Type: 'AWS::Lambda::Function',
    Properties: { Description: { 'Fn::Sub': sub } },
  });
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: CloudFormation's own placeholders
  for (const sub of ['of ${Cluster}', 'of ${Cluster.Arn}', ['of ${Cluster.Arn} in ${Zone}', { Zone: 'a' }]])
    expect(() => withoutCloudOnly(template({ Cluster: CLUSTER, Fn: fn(sub) }))).toThrow(
      'Cannot leave out Cluster (AWS::MSK::ServerlessCluster): Fn names it in Fn::Sub, which has no stand-in',
    );
  const harmless = fn('in ${AWS::Region}, not ${!Cluster}, not ${ClusterOfOthers}');
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: as above
  expect(withoutCloudOnly(template({ Cluster: CLUSTER, Fn: harmless })).Resources).toEqual({ Fn: harmless });
});

test('what is no template is an error', () => {
  for (const wrong of [null, {}, { Resources: { A: {} } }]) expect(() => withoutCloudOnly(wrong)).toThrow();
});

/** The template that the cloud gets; `test/lib/recommender-stack.test.ts` keeps it what the stack makes. */
const CLOUD: { Resources: Record<string, { Type: string; Properties?: Record<string, unknown> }> } =
  JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/recommender-stack.template.json'), 'utf8'));
const idsOf = (resources: object): string[] => Object.keys(resources).sort();
const gone = Object.entries(CLOUD.Resources)
  .filter(([, { Type, Properties }]) => LEFT_OUT_TYPES.some((type) => type === Type) || Properties?.Topics)
  .map(([id]) => id);

test('of the real stack nothing else is left out, and every listed type is one that it has', () => {
  const kept = withoutCloudOnly(CLOUD);
  expect(idsOf(kept.Resources)).toEqual(idsOf(CLOUD.Resources).filter((id) => !gone.includes(id)));
  const types = new Set(Object.values(CLOUD.Resources).map(({ Type }) => Type));
  expect(LEFT_OUT_TYPES.filter((type) => !types.has(type))).toEqual([]);
});

test('of the real stack nothing refers any more to what is left out', () => {
  const text = JSON.stringify(withoutCloudOnly(CLOUD));
  for (const id of gone) expect(text, id).not.toContain(`"${id}"`);
});

test('of the real stack a resource that does not refer to what is left out is the same, to the letter', () => {
  const kept = withoutCloudOnly(CLOUD);
  const touched = Object.entries(kept.Resources)
    .filter(([id, resource]) => JSON.stringify(resource) !== JSON.stringify(CLOUD.Resources[id]))
    .map(([id]) => id.replace(/[0-9A-F]{8}$/, ''));
  expect(touched).toEqual([
    'AccumulateFunctionServiceRoleDefaultPolicy',
    'TrainFunctionServiceRoleDefaultPolicy',
    'TrainFunction',
    'TrainEventsJobEnded',
  ]);
  const { Resources: _, ...rest } = kept;
  const { Resources: __, ...before } = CLOUD;
  expect(rest).toEqual(before);
});
