import type { ConfigInput } from '../../local/stack/deploy.ts';

const vpc = {
  vpcId: 'vpc-0a1b2c3d4e5f60718',
  subnetIds: ['subnet-0a1b2c3d4e5f60718', 'subnet-1a1b2c3d4e5f60718'],
  availabilityZones: ['eu-west-1a', 'eu-west-1b'],
};
const clusterArn = 'arn:aws:kafka:eu-west-1:111122223333:cluster/shop/0a1b2c3d-0000-1111-2222-333344445555-1';
const secretArn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:AmazonMSK_shop-a1b2c3';
const secretKeyArn = 'arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-1111-2222-333344445555';
const keyArn = 'arn:aws:kms:eu-west-1:111122223333:key/1a1b2c3d-0000-1111-2222-333344445555';
const assetsKeyArn = 'arn:aws:kms:eu-west-1:111122223333:key/2a1b2c3d-0000-1111-2222-333344445555';
const securityGroupId = 'sg-0a1b2c3d4e5f60718';

/** Every kind of deployment, by name: three kinds of streams, both kinds of pollers, new and existing networks, both kinds of
 * sign-in and none, and every option at least once. */
export const KINDS = {
  Serverless: {},
  ServerlessProvisionedPollers: { stream: { pollers: 'provisioned' } },
  ServerlessJwt: {
    serve: {
      auth: 'jwt',
      issuer: 'https://login.example.com/',
      audience: ['shop'],
      cors: ['https://shop.example.com'],
      shop: { clientId: 'shop-page' },
      throttle: { requestsPerSecond: 20, burst: 40 },
      provisionedConcurrency: 2,
      memoryMb: 3008,
    },
    remember: { days: 120, pointInTimeRecovery: true },
    catalogue: { maxAgeSeconds: 30 },
  },
  ServerlessSite: { site: { allowFrom: ['203.0.113.0/24'] } },
  ServerlessKeyed: { privacy: { userIds: 'keyed' } },
  ServerlessKeptLake: {
    lake: { bucketName: 'cartograph-lakebucketb1d32e10-a1b2c3' },
    privacy: { secretArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:PrivacySecret-a1b2c3' },
  },
  ServerlessOwnEndpoints: { network: { existing: { ...vpc, createEndpoints: false } } },
  ServerlessExistingVpc: { network: { existing: { ...vpc, createEndpoints: true } } },
  Provisioned: {
    stream: { kind: 'provisioned' },
    alarmEmail: 'shop@example.com',
    monthlyBudgetUsd: 200,
    budget: { monthlyTrainingUsd: 25 },
    removalPolicy: 'destroy',
    tags: { team: 'shop' },
  },
  ProvisionedEncrypted: { stream: { kind: 'provisioned' }, encryption: { keyArn, assetsKeyArn } },
  ProvisionedNat: { stream: { kind: 'provisioned' }, network: { natGateways: 1 } },
  ProvisionedExistingVpc: {
    stream: { kind: 'provisioned', pollers: 'provisioned' },
    network: { existing: { ...vpc, createEndpoints: false } },
  },
  ExistingIam: {
    stream: { kind: 'existing', clusterArn, securityGroupId, createTopic: true },
    network: { existing: vpc },
    train: { preInitialisedExecutors: 2, idleMinutes: 15 },
  },
  ExistingScram: {
    stream: {
      kind: 'existing',
      clusterArn,
      securityGroupId,
      authentication: 'scram',
      secretArn,
      secretKeyArn,
    },
    serve: { collect: false },
    network: { existing: { ...vpc, createEndpoints: true } },
  },
  ExistingTls: {
    stream: {
      kind: 'existing',
      clusterArn,
      securityGroupId,
      authentication: 'tls',
      secretArn,
      pollers: 'provisioned',
    },
    serve: false,
    network: { existing: { ...vpc, createEndpoints: false } },
  },
} satisfies Readonly<Record<string, ConfigInput>>;
export type Kind = keyof typeof KINDS;
