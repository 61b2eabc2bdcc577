import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code, Function as Fn, Runtime } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Context } from 'aws-lambda';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { PRIVACY_KEY } from '../../lambdas/shared/contract/keys.ts';
import { ENV } from '../../lambdas/shared/platform/env.ts';
import { Config, readConfig } from '../../lib/config.ts';
import { Network } from '../../lib/network.ts';
import { RecommenderStack } from '../../lib/recommender-stack.ts';
import { pollersNeed, Stream } from '../../lib/stream.ts';
import { appWith, synthesize } from './synthesize.ts';

/**
 * Tests that both sides of the event source mapping agree on how accumulate reports a storage fault and how Lambda's pollers
 * interpret the report.
 */

const Properties = z.looseObject({
  FunctionResponseTypes: z.array(z.string()).optional(),
  ProvisionedPollerConfig: z.unknown().optional(),
});

/** Returns the event source mapping of the stream, and the environment that the stream gives the Lambda. */
function deployed(pollers: Config['stream']['pollers']) {
  const stack = new Stack(new App(), 'Test');
  const fn = new Fn(stack, 'Fn', {
    code: Code.fromInline('-'),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
  });
  const { stream: config } = Config.parse({ stream: { pollers } });
  const { network: settings } = Config.parse({});
  const network = new Network(stack, 'Network', {
    config: settings,
    securityGroupId: undefined,
    pollersNeed: pollersNeed(config),
  });
  const logKeeping = { retention: RetentionDays.ONE_WEEK, removalPolicy: RemovalPolicy.DESTROY };
  new Stream(stack, 'Stream', { network, config, keyArn: undefined, logKeeping, keepsTopic: true }).feed(fn);
  const template = Template.fromStack(stack);
  const [mapping] = Object.values(template.findResources('AWS::Lambda::EventSourceMapping'));
  const [lambda] = Object.values(template.findResources('AWS::Lambda::Function'));
  const { Environment } = z
    .looseObject({ Environment: z.object({ Variables: z.record(z.string(), z.string()) }) })
    .parse(lambda?.Properties);
  return { mapping: Properties.parse(mapping?.Properties), environment: Environment.Variables };
}

/** Invokes accumulate with a bucket that refuses every write; returns its answer or its error. */
async function outcomeOfFault(environment: Readonly<Record<string, string>>) {
  const s3 = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      if (request.method === 'GET' && request.url?.startsWith(`/lake/${PRIVACY_KEY}`))
        return response.setHeader('etag', '"1"').end('{"userIds":"plain","keyCheck":null}');
      return response.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>');
    });
  });
  await new Promise<void>((resolve) => s3.listen(0, '127.0.0.1', resolve));
  const variables = {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(s3.address() as AddressInfo).port}`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    [ENV.lakeBucket]: 'lake',
    [ENV.fieldMap]: '{}',
    [ENV.privacy]: '{}',
    ...environment,
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  vi.resetModules();
  const log = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    const { handler } = await import('../../lambdas/accumulate/handler.ts');
    const value = Buffer.from('{"userId":"ann","productId":"lamp"}').toString('base64');
    const record = { topic: 'sales', partition: 0, offset: 7, timestamp: Date.UTC(2026, 5, 1), value };
    const event = { eventSource: 'aws:kafka', eventSourceArn: 'arn', records: { 'sales-0': [record] } };
    return await handler(event, { awsRequestId: 'test' } as Context).then(
      (answer) => ({ answer }),
      (error: unknown) => ({ error: String(error) }),
    );
  } finally {
    log.mockRestore();
    s3.closeAllConnections();
    s3.close();
  }
}

afterEach(() => vi.unstubAllEnvs());

describe('invariant 1: the pollers notice a storage fault', () => {
  test('on-demand pollers treat any answer as success, so the Lambda fails and names what it did not store', async () => {
    const { mapping, environment } = deployed('on-demand');
    expect(mapping).not.toHaveProperty('FunctionResponseTypes');
    expect(mapping).not.toHaveProperty('ProvisionedPollerConfig');
    expect(await outcomeOfFault(environment)).toEqual({
      error: 'Error: Cannot store sales-0 from offset 7: the whole batch must be delivered again',
    });
  });

  test('provisioned pollers read partial responses, so the first offset of the failed partition is reported', async () => {
    const { mapping, environment } = deployed('provisioned');
    expect(mapping).toMatchObject({
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      ProvisionedPollerConfig: { MinimumPollers: 1 },
    });
    expect(await outcomeOfFault(environment)).toEqual({
      answer: { batchItemFailures: [{ itemIdentifier: { partition: 'sales-0', offset: 7 } }] },
    });
  });

  test('both retry forever and have no failure destination, which would limit the retries', () => {
    for (const pollers of ['on-demand', 'provisioned'] as const) {
      const { mapping } = deployed(pollers);
      for (const bound of ['MaximumRetryAttempts', 'MaximumRecordAgeInSeconds', 'DestinationConfig'])
        expect(mapping).not.toHaveProperty(bound);
    }
  });
});

/** Returns the id and the definition of the cluster, which CloudFormation compares. */
function clusterIn(config: unknown) {
  const template = synthesize(config);
  const [cluster] = ['AWS::MSK::ServerlessCluster', 'AWS::MSK::Cluster'].flatMap((type) =>
    Object.entries(template.findResources(type)),
  );
  if (!cluster) throw new Error('Cannot compare clusters: the template has none');
  return cluster;
}
const nameIn = (config: unknown): string => clusterIn(config)[1].Properties.ClusterName;

describe('a cluster is replaced only when necessary, and then under another name', () => {
  test('tags do not change a serverless cluster, which CloudFormation would replace', () => {
    expect(clusterIn({ tags: { team: 'shop' } })).toEqual(clusterIn({}));
  });

  test('the stack itself has no tags, which CloudFormation would propagate to the cluster', () => {
    const app = appWith({ tags: { team: 'shop' } });
    const config = readConfig(app.node);
    new RecommenderStack(app, 'Tagged', { config, jarPath: import.meta.filename });
    expect(app.synth().getStackByName('Tagged').tags).toEqual({});
  });

  test('tags reach a provisioned cluster, which is not replaced', () => {
    const [, { Properties }] = clusterIn({ stream: { kind: 'provisioned' }, tags: { team: 'shop' } });
    expect(Properties.Tags).toEqual({ team: 'shop' });
    expect(Properties.ClusterName).toBe(nameIn({ stream: { kind: 'provisioned' } }));
  });

  test('another kind, other subnets and NAT each change the name', () => {
    const subnetIds = ['subnet-0a1b2c3d4e5f60718', 'subnet-1a1b2c3d4e5f60718'];
    const availabilityZones = ['eu-west-1a', 'eu-west-1b'];
    const existing = { vpcId: 'vpc-0a1b2c3d4e5f60718', subnetIds, availabilityZones };
    const names = [
      {},
      { stream: { kind: 'provisioned' } },
      { network: { natGateways: 1 } },
      { network: { cidr: '10.72.0.0/20' } },
      { network: { availabilityZones } },
      { network: { existing } },
      { network: { existing: { ...existing, subnetIds: subnetIds.toReversed() } } },
    ].map(nameIn);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[sp][0-9a-f]{11}-sales$/);
  });

  test('a setting that changes a cluster in place does not change its name', () => {
    expect(nameIn({ stream: { topic: 'orders', pollers: 'provisioned' }, sweepMinutes: 9 })).toBe(nameIn({}));
    const bigger = {
      kind: 'provisioned',
      instanceType: 'kafka.m7g.large',
      diskGb: 100,
      kafkaVersion: '4.0.x',
    };
    expect(nameIn({ stream: bigger })).toBe(nameIn({ stream: { kind: 'provisioned' } }));
    expect(nameIn({ network: { natGateways: 2 } })).toBe(nameIn({ network: { natGateways: 1 } }));
  });
});
