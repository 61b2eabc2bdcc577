import { describe, expect, test } from 'vitest';
import { Config } from '../../lib/config.ts';
import { executorsOf, takenGb } from '../../lib/train-config.ts';
import { KINDS } from '../cloud/kinds.ts';

/** The problems of a configuration, as `readConfig` reports them. */
const problems = (input: unknown): string[] =>
  (Config.safeParse(input).error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);

const { stream: iam, network } = KINDS.ExistingIam;

test('an empty configuration is valid: every key has a default', () => {
  expect(Config.parse({})).toMatchObject({
    stackName: 'Cartograph',
    stream: {
      kind: 'serverless',
      topic: 'sales',
      partitions: 3,
      batchSize: 10_000,
      windowSeconds: 60,
      pollers: 'on-demand',
    },
    network: { natGateways: 0 },
    train: { releaseLabel: 'emr-spark-8.0.0', maximumVcpu: 16, preInitialisedExecutors: 0, idleMinutes: 1 },
    removalPolicy: 'retain',
    tags: {},
  });
});

test('a model must fit into the environment of a Lambda; names of defaults take no space', () => {
  const named = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`charge ${n} ${'x'.repeat(40)}`, true]));
  expect(problems({ model: { charges: named(30) } })).toEqual([]);
  expect(problems({ model: { charges: named(60) } })).toEqual([
    expect.stringMatching(
      /^model: takes 3,\d{3} bytes as JSON, should take at most 3,000: it has too many names/,
    ),
  ]);
});

describe('the stream', () => {
  test('has one of three kinds, each with its own keys', () => {
    expect(problems({ stream: { kind: 'kinesis' } })).toEqual([
      'stream.kind: should be "serverless", "provisioned" or "existing"',
    ]);
    expect(problems({ stream: { diskGb: 20 } })).toEqual(['stream: Unrecognized key: "diskGb"']);
    expect(Config.parse({ stream: { kind: 'provisioned', diskGb: 20 } }).stream).toMatchObject({
      kafkaVersion: '3.9.x',
      instanceType: 'kafka.t3.small',
      diskGb: 20,
    });
  });

  test('of an existing cluster requires an existing network', () => {
    expect(problems({ stream: iam })).toEqual([
      'network.existing: is missing, should describe the network of the cluster in stream.clusterArn',
    ]);
    expect(problems({ stream: iam, network })).toEqual([]);
  });

  test('authenticates with IAM or with a configured secret', () => {
    const serve = false;
    const scram = { ...iam, authentication: 'scram', createTopic: false };
    expect(problems({ stream: scram, network, serve })).toEqual([
      'stream.secretArn: is missing, authentication "scram" needs it',
    ]);
    const { secretArn } = KINDS.ExistingScram.stream;
    expect(problems({ stream: { ...iam, secretArn }, network })).toEqual([
      'stream.secretArn: should be left out with authentication "iam"',
    ]);
    expect(problems({ stream: { ...iam, authentication: 'tls', secretArn }, network, serve })).toEqual([
      'stream.createTopic: should be false: the stack can create a topic only with authentication "iam"',
    ]);
  });

  test('rejects names where an ARN or an id is required', () => {
    expect(problems({ stream: { ...iam, clusterArn: 'shop', securityGroupId: 'mine' }, network })).toEqual([
      'stream.clusterArn: should be the ARN of the MSK cluster: arn:aws:kafka:REGION:ACCOUNT:…',
      'stream.securityGroupId: should be sg-… and hexadecimal digits',
    ]);
  });

  test('of a provisioned cluster requires a Kafka version that AWS supports, and whose topics CloudFormation can create', () => {
    for (const kafkaVersion of ['3.5.1', '3.6.0'])
      expect(problems({ stream: { kind: 'provisioned', kafkaVersion } })).toEqual([
        'stream.kafkaVersion: should be 3.7 or newer, such as 3.9.x',
      ]);
    expect(problems({ stream: { kind: 'provisioned', kafkaVersion: '4.0.x.kraft' } })).toEqual([]);
  });
});

describe('the network', () => {
  test('has one zone per subnet, and no NAT gateways in an existing VPC', () => {
    const existing = { ...network.existing, availabilityZones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] };
    expect(problems({ network: { existing, natGateways: 1 } })).toEqual([
      'network.existing.availabilityZones: names 3 zones, should name one for each of 2 subnets',
      'network.natGateways: should be 0 with network.existing: the stack creates no gateways in an existing VPC',
    ]);
  });
});

describe('the API', () => {
  const jwt = { auth: 'jwt', issuer: 'https://login.example.com', audience: ['shop'] };

  test('requires AWS signatures by default, keeps nothing started, and answers no page of another origin', () => {
    expect(Config.parse({})).toMatchObject({
      serve: {
        auth: 'iam',
        cors: [],
        throttle: { requestsPerSecond: 100, burst: 200 },
        provisionedConcurrency: 0,
        memoryMb: 1769,
        collect: true,
      },
      remember: { days: 90, pointInTimeRecovery: false },
      catalogue: { maxAgeSeconds: 60 },
    });
  });

  test('without sign-in is refused: it exists only on one machine', () => {
    expect(problems({ serve: { auth: 'none' } })).toEqual([
      'serve.auth: is none, should be "iam" or "jwt": an API without sign-in exists only on one machine',
    ]);
    expect(problems({ serve: { auth: 'basic' } })).toEqual(['serve.auth: should be "iam" or "jwt"']);
  });

  test('with tokens needs their issuer and audience; with signatures it has neither', () => {
    expect(problems({ serve: jwt })).toEqual([]);
    expect(problems({ serve: { auth: 'jwt' } })).toEqual([
      'serve.issuer: is missing, auth "jwt" needs it',
      'serve.audience: is missing, auth "jwt" needs it',
    ]);
    expect(problems({ serve: { ...jwt, auth: 'iam', userClaim: 'sub' } })).toEqual([
      'serve.issuer: should be left out with auth "iam"',
      'serve.audience: should be left out with auth "iam"',
      'serve.userClaim: should be left out with auth "iam"',
    ]);
    expect(problems({ serve: { ...jwt, issuer: 'http://login.example.com' } })).toEqual([
      'serve.issuer: should be an address that starts with https://',
    ]);
  });

  test('answers pages of listed origins only: neither a wildcard nor a path is an origin', () => {
    for (const origin of ['*', 'https://*.example.com', 'https://shop.example.com/', 'shop.example.com'])
      expect(problems({ serve: { cors: [origin] } })).toEqual([
        'serve.cors.0: should be origins such as https://shop.example.com',
      ]);
    expect(problems({ serve: { cors: ['http://localhost:5173'] } })).toEqual([]);
  });

  test('can be left out, and names each key that it does not know', () => {
    expect(Config.parse({ serve: false }).serve).toBe(false);
    expect(problems({ serve: { memory: 512 } })).toEqual(['serve: Unrecognized key: "memory"']);
    expect(problems({ serve: { throttle: { burst: 0 } } })).toEqual([
      'serve.throttle.burst: Too small: expected number to be >=1',
    ]);
    expect(problems({ serve: true })).toEqual(['serve: Invalid input: expected object, received boolean']);
  });

  test('accepts sales only on clusters that accept IAM', () => {
    const { stream: scram } = KINDS.ExistingScram;
    expect(problems({ stream: scram, network })).toEqual([
      expect.stringMatching(/^serve\.collect: should be false with authentication "scram": collect signs in/),
    ]);
    expect(problems({ stream: scram, network, serve: { collect: false } })).toEqual([]);
    expect(problems({ stream: scram, network, serve: false })).toEqual([]);
  });
});

describe('the workers of a job', () => {
  const taken = (vcpu: number, memoryGb: number): number => takenGb({ vcpu, memoryGb });

  test('take 10 % more memory than Spark gets, at least 384 MB more, in whole GB', () => {
    expect([1, 2, 3, 12, 27].map((memoryGb) => taken(4, memoryGb))).toEqual([2, 3, 4, 14, 30]);
  });

  test('of 8 and 16 vCPU have memory in steps of 4 and 8 GB', () => {
    expect([14, 16, 20, 54].map((memoryGb) => taken(8, memoryGb))).toEqual([16, 20, 24, 60]);
    expect([29, 30, 60, 108].map((memoryGb) => taken(16, memoryGb))).toEqual([32, 40, 72, 120]);
  });

  test('have a size that EMR Serverless supports', () => {
    expect(problems({ train: { executor: { vcpu: 4, memoryGb: 28 } } })).toEqual([
      'train.executor.memoryGb: is 28, which takes 31 GB; a worker with 4 vCPU should take 8 to 30 GB',
    ]);
    expect(problems({ train: { driver: { vcpu: 3 } } })).toEqual([
      'train.driver.vcpu: Invalid option: expected one of 1|2|4|8|16',
    ]);
  });

  test('fit below the maximum capacity, small ones too', () => {
    const small = { vcpu: 1 as const, memoryGb: 3, diskGb: 20 };
    expect(executorsOf({ driver: small, executor: small, maximumVcpu: 4, maximumMemoryGb: 16 })).toBe(3);
    expect(problems({ train: { preInitialisedExecutors: 4 } })).toEqual([
      'train.preInitialisedExecutors: is 4, should be at most 3, the number that fits below maximumVcpu and maximumMemoryGb',
    ]);
  });
});

test('alarmEmail must be an email address, and a budget must be positive', () => {
  expect(problems({ alarmEmail: 'me', monthlyBudgetUsd: 0 })).toEqual([
    'alarmEmail: Invalid email address',
    'monthlyBudgetUsd: Too small: expected number to be >0',
  ]);
});
