import { z } from 'zod';
import { arn, id } from './config-values.ts';

/** The keys that every kind of stream has. */
const streamKeys = {
  /** Name of the topic that holds the sales. */
  topic: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,249}$/)
    .default('sales'),
  /** Partitions of the topic. At most this many invocations run in parallel. You can add partitions later but never remove any. */
  partitions: z.int().min(1).max(1000).default(3),
  /** How long the topic keeps a sale, in hours. Accumulate can fail for up to this long without losing sales. */
  retentionHours: z
    .int()
    .min(1)
    .max(24 * 365)
    .default(24 * 7),
  /** Maximum number of records per invocation. */
  batchSize: z.int().min(1).max(10_000).default(10_000),
  /** How long the pollers collect records before they invoke the Lambda, in seconds. A full batch is sent earlier. */
  windowSeconds: z.int().min(0).max(300).default(60),
  /**
   * Mode of Lambda's Kafka pollers. `on-demand` has no charge of its own. `provisioned` is billed by the hour, supports
   * partial batch responses, so that a storage fault of one partition does not repeat the others, and needs no interface
   * endpoints.
   * https://docs.aws.amazon.com/lambda/latest/dg/kafka-scaling-modes.html
   */
  pollers: z.enum(['on-demand', 'provisioned']).default('on-demand'),
};

/** MSK Serverless. It is the default kind and requires no key. */
const Serverless = z.strictObject({ kind: z.literal('serverless').default('serverless'), ...streamKeys });

/** A cluster with brokers that the stack creates. */
const Provisioned = z.strictObject({
  kind: z.literal('provisioned'),
  ...streamKeys,
  /** Kafka version, at least 3.7: `AWS::MSK::Topic` requires 3.6, which AWS no longer supports (`releases.ts`): https://docs.aws.amazon.com/msk/latest/developerguide/supported-kafka-versions.html */
  kafkaVersion: z
    .string()
    .regex(/^(3\.[7-9]|[4-9])\.[0-9x.a-z]+$/, 'should be 3.7 or newer, such as 3.9.x')
    .default('3.9.x'),
  /** Instance type of the brokers. There is one broker per subnet. */
  instanceType: z
    .string()
    .regex(/^kafka\.[a-z0-9]+\.[a-z0-9]+$/)
    .default('kafka.t3.small'),
  /** Disk of each broker, in GB. You can enlarge it later but never reduce it. */
  diskGb: z.int().min(1).max(16_384).default(10),
});

/** An MSK cluster that already exists, in the network that `network.existing` describes. */
const Existing = z.strictObject({
  kind: z.literal('existing'),
  ...streamKeys,
  clusterArn: arn('kafka', 'the MSK cluster'),
  /** How clients authenticate: `iam` with the role of the Lambda, `scram` and `tls` with a secret. */
  authentication: z.enum(['iam', 'scram', 'tls']).default('iam'),
  /** Secret in Secrets Manager for `scram` (user name and password) or `tls` (client certificate and private key). */
  secretArn: arn('secretsmanager', 'the secret').optional(),
  /** Customer-managed KMS key of the secret, if it has one. MSK requires one for SCRAM secrets. */
  secretKeyArn: arn('kms', "the secret's key").optional(),
  /** Security group of the cluster. It must allow traffic between its members; the stack adds no rules to it. */
  securityGroupId: id('sg'),
  /** Whether the stack creates the topic; `iam` only. A topic that already exists is not changed, and neither are its partitions. */
  createTopic: z.boolean().default(false),
  /** Replicas of each partition of a topic that the stack creates. It cannot exceed the number of brokers. */
  replicationFactor: z.int().min(1).max(5).default(3),
});

/** The Kafka cluster, its topic and how it is read. */
export const StreamConfig = z.discriminatedUnion('kind', [Serverless, Provisioned, Existing], {
  error: ({ code }) =>
    code === 'invalid_union' ? 'should be "serverless", "provisioned" or "existing"' : undefined,
});

const zones = () =>
  z.array(z.string().regex(/^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$/, 'should be zones such as us-east-1a')).min(2);

/** The VPC of the brokers. */
export const Network = z.strictObject({
  /** Address range of the VPC that the stack creates. Change it if the VPC will be peered with others. */
  cidr: z.cidrv4().default('10.71.0.0/20'),
  /**
   * NAT gateways of the VPC that the stack creates. With 0 the subnets have no route to the internet, and on-demand
   * pollers use interface endpoints for Lambda and STS, which are cheaper.
   */
  natGateways: z.int().min(0).max(2).default(0),
  /**
   * Availability zones of the VPC that the stack creates, in the region of the deployment. By default CDK picks two. Set
   * this if MSK is not available in one of those. If you change the zones or `natGateways` later, change `cidr` as well,
   * because the old and the new subnets exist at the same time for a while.
   */
  availabilityZones: zones()
    .max(3)
    .refine((names) => new Set(names).size === names.length, 'should not name a zone twice')
    .optional(),
  /** A VPC that already exists, to use instead of a new one. You give every id, so synthesis looks nothing up in the account. */
  existing: z
    .strictObject({
      vpcId: id('vpc'),
      /** Private subnets, each in a different zone. With `stream.kind` `existing`: the subnets of the cluster. */
      subnetIds: z.array(id('subnet')).min(2).max(5),
      /** The availability zones of the subnets, in the same order. */
      availabilityZones: zones(),
      /**
       * Whether the stack creates interface endpoints for Lambda and STS (and for Secrets Manager, with a secret) in the
       * subnets. On-demand pollers need either these endpoints or NAT. The endpoints have private DNS, which the pollers
       * require. In the WHOLE VPC, the names of these services then resolve to the endpoints, which accept only members of
       * the cluster's security group: anything else in the VPC that calls the services through NAT today loses access. A VPC
       * that already has such endpoints rejects second ones. If neither suits you, create endpoints with private DNS that
       * accept every client that needs them, and keep the default, false.
       * https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html
       */
      createEndpoints: z.boolean().default(false),
    })
    .optional(),
});
