import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  isLeftOut,
  LEFT_OUT_CONSTRUCTS,
  LEFT_OUT_TYPES,
  withoutCloudOnly,
} from '../../../local/stack/cloud-only.ts';

const template = (resources: Record<string, unknown>) => ({
  Resources: resources,
  Outputs: { Name: { Value: 'x' } },
});
const CLUSTER = { Type: 'AWS::MSK::ServerlessCluster', Properties: { ClusterName: 'c' } };
const APPLICATION = { Type: 'AWS::EMRServerless::Application' };

test('everything else stays the same, including outputs and parameters', () => {
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

test("the stream with its mapping, the cluster, the network and the alarms are removed; the queues' mappings stay", () => {
  const any = { Type: 'AWS::Logs::LogGroup' };
  const resources = Object.fromEntries(
    [...LEFT_OUT_CONSTRUCTS, 'AWS679f53fac002430cb0da5b7982bd2287'].map((name) => [`${name}Thing0A1B`, any]),
  );
  const queue = { Type: 'AWS::Lambda::EventSourceMapping', Properties: { EventSourceArn: 'arn:sqs' } };
  const kept = withoutCloudOnly(
    template({
      ...resources,
      TrainApplication: APPLICATION,
      Kafka: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: { Topics: ['sales'], EventSourceArn: 'arn:kafka' },
      },
      Queue: queue,
    }),
  );
  expect(kept.Resources).toEqual({ Queue: queue });
});

test('a reference to a removed resource becomes a stand-in, and a dependency on it is dropped', () => {
  const policy = {
    Type: 'AWS::IAM::Policy',
    DependsOn: ['StreamCluster', 'Other'],
    Properties: {
      Arn: { 'Fn::Select': [0, { 'Fn::Split': ['/', { 'Fn::GetAtt': ['StreamCluster', 'Arn'] }] }] },
    },
  };
  expect(
    withoutCloudOnly(template({ StreamCluster: CLUSTER, Policy: policy, Other: { Type: 'AWS::SQS::Queue' } }))
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

test('a reference without a stand-in is an error that names the resource and the place', () => {
  const fn = {
    Type: 'AWS::Lambda::Function',
    Properties: { VpcConfig: { SubnetIds: [{ Ref: 'NetworkSubnet' }] } },
  };
  expect(() => withoutCloudOnly(template({ NetworkSubnet: { Type: 'AWS::EC2::Subnet' }, Fn: fn }))).toThrow(
    'Cannot leave out NetworkSubnet (AWS::EC2::Subnet): Fn needs its Ref, which has no stand-in',
  );
});

test('a dependency written as a single name stays as it is, or is dropped', () => {
  const queue = (dependsOn: string) => ({ Type: 'AWS::SQS::Queue', DependsOn: dependsOn });
  expect(
    withoutCloudOnly(template({ StreamCluster: CLUSTER, A: queue('B'), B: queue('StreamCluster') }))
      .Resources,
  ).toEqual({ A: queue('B'), B: { Type: 'AWS::SQS::Queue' } });
});

test('references in outputs are replaced too', () => {
  const output = (value: unknown) => ({
    Resources: { StreamCluster: CLUSTER },
    Outputs: { ClusterArn: { Value: value } },
  });
  expect(withoutCloudOnly(output({ 'Fn::GetAtt': ['StreamCluster', 'Arn'] })).Outputs).toEqual({
    ClusterArn: { Value: 'arn:aws:kafka:us-east-1:000000000000:cluster/local/local' },
  });
  expect(() => withoutCloudOnly(output({ Ref: 'StreamCluster' }))).toThrow(
    'Cannot leave out StreamCluster (AWS::MSK::ServerlessCluster): output ClusterArn needs its Ref, which has no stand-in',
  );
});

test('a removed resource in the text of Fn::Sub is an error; other names stay', () => {
  const fn = (sub: unknown) => ({
    Type: 'AWS::Lambda::Function',
    Properties: { Description: { 'Fn::Sub': sub } },
  });
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: CloudFormation's own placeholders
  for (const sub of [
    'of ${StreamCluster}',
    'of ${StreamCluster.Arn}',
    ['of ${StreamCluster.Arn} in ${Zone}', { Zone: 'a' }],
  ])
    expect(() => withoutCloudOnly(template({ StreamCluster: CLUSTER, Fn: fn(sub) }))).toThrow(
      'Cannot leave out StreamCluster (AWS::MSK::ServerlessCluster): Fn names it in Fn::Sub, which has no stand-in',
    );
  const harmless = fn('in ${AWS::Region}, not ${!StreamCluster}, not ${ClusterOfOthers}');
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: as above
  expect(withoutCloudOnly(template({ StreamCluster: CLUSTER, Fn: harmless })).Resources).toEqual({
    Fn: harmless,
  });
});

test('anything that is not a template is an error', () => {
  for (const wrong of [null, {}, { Resources: { A: {} } }]) expect(() => withoutCloudOnly(wrong)).toThrow();
});

/** The cloud's template; `test/lib/recommender-stack.test.ts` checks that it is what the stack makes. */
const CLOUD: {
  Resources: Record<string, { Type: string; Properties?: Record<string, unknown> }>;
  Outputs: Record<string, unknown>;
} = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../fixtures/recommender-stack.template.json'), 'utf8'),
);
const idsOf = (resources: object): string[] => Object.keys(resources).sort();
const removed = Object.entries(CLOUD.Resources)
  .filter(([id, resource]) => isLeftOut(id, resource))
  .map(([id]) => id);

test('the real stack loses only what is listed, and has everything that is listed', () => {
  const kept = withoutCloudOnly(CLOUD);
  expect(idsOf(kept.Resources)).toEqual(idsOf(CLOUD.Resources).filter((id) => !removed.includes(id)));
  const types = new Set(Object.values(CLOUD.Resources).map(({ Type }) => Type));
  expect(LEFT_OUT_TYPES.filter((type) => !types.has(type))).toEqual([]);
  expect(LEFT_OUT_CONSTRUCTS.filter((name) => !removed.some((id) => id.startsWith(name)))).toEqual([]);
});

test('every stage of the real stack that runs locally keeps its Lambda, role, logs, queues, rules and table', () => {
  const stages = /^(Lake|Accumulate|Threshold|Train|Render|Publish|Remember)/;
  const lost = removed.filter((id) => stages.test(id)).map((id) => CLOUD.Resources[id]?.Type);
  expect(lost.sort()).toEqual([
    'AWS::EMRServerless::Application',
    'AWS::Lambda::EventSourceMapping',
    'AWS::Lambda::EventSourceMapping',
  ]);
});

test('nothing of the API of the real stack is left, which not every emulator has', () => {
  const kept = Object.values(withoutCloudOnly(CLOUD).Resources).map(({ Type }) => Type);
  expect(kept.filter((type) => type.startsWith('AWS::ApiGateway'))).toEqual([]);
  expect(kept).toContain('AWS::DynamoDB::Table');
});

test('nothing in the real stack still refers to a removed resource', () => {
  const text = JSON.stringify(withoutCloudOnly(CLOUD));
  for (const id of removed) expect(text, id).not.toContain(`"${id}"`);
});

test('a resource of the real stack that refers to no removed resource stays identical', () => {
  const kept = withoutCloudOnly(CLOUD);
  const touched = Object.entries(kept.Resources)
    .filter(([id, resource]) => JSON.stringify(resource) !== JSON.stringify(CLOUD.Resources[id]))
    .map(([id]) => id.replace(/[0-9A-F]{8}$/, ''));
  expect(touched).toEqual([
    'AccumulateFunctionRoleDefaultPolicy',
    'TrainFunctionRoleDefaultPolicy',
    'TrainFunction',
    'TrainEventsJobEnded',
    'ForgetFunctionRoleDefaultPolicy',
    'ForgetFunction',
    'RememberFunctionRoleDefaultPolicy',
  ]);
  const { Resources: _, Outputs: localOutputs = {}, ...localRest } = kept;
  const { Resources: __, Outputs: cloudOutputs, ...cloudRest } = CLOUD;
  expect(localRest).toEqual(cloudRest);
  const differing = Object.keys(cloudOutputs).filter(
    (name) => JSON.stringify(localOutputs[name]) !== JSON.stringify(cloudOutputs[name]),
  );
  expect(differing).toEqual([
    'serveFunction',
    'collectFunction',
    'catalogueFunction',
    'ApiUrl',
    'ProduceFunction',
    'ClusterArn',
    'Dashboard',
    'AlarmTopic',
  ]);
});
