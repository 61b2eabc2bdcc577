import type { Node } from 'constructs';
import { z } from 'zod';
import { ConfiguredModel } from '../lambdas/shared/contract/model.ts';
import { FieldMap } from '../lambdas/shared/sales/field-map.ts';
import { Threshold } from '../lambdas/threshold/settings.ts';
import { Train } from './train-config.ts';

const arn = (service: string, resource: string) =>
  z
    .string()
    .regex(
      new RegExp(`^arn:[a-z-]+:${service}:[a-z0-9-]+:[0-9]{12}:`),
      `should be the ARN of ${resource}: arn:aws:${service}:REGION:ACCOUNT:…`,
    );
const id = (prefix: string) =>
  z.string().regex(new RegExp(`^${prefix}-[0-9a-f]+$`), `should be ${prefix}-… and hexadecimal digits`);

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

const StreamConfig = z.discriminatedUnion('kind', [Serverless, Provisioned, Existing], {
  error: ({ code }) =>
    code === 'invalid_union' ? 'should be "serverless", "provisioned" or "existing"' : undefined,
});

const zones = () =>
  z.array(z.string().regex(/^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$/, 'should be zones such as us-east-1a')).min(2);

const Network = z.strictObject({
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

/**
 * Publishes the pages at a public address. Without it, only people with permissions in the account can read them.
 *
 * The pages show what each user bought and gets recommended, by user id (in the explorer and the graph).
 */
const Site = z.strictObject({
  /**
   * IPv4 addresses and ranges that may read the pages, without any further authentication: name your office or VPN.
   * `0.0.0.0/0` admits every address.
   */
  allowFrom: z
    .array(
      z.union([z.cidrv4(), z.ipv4()], {
        error: 'should be IPv4 addresses such as 203.0.113.7 or 203.0.113.0/24',
      }),
    )
    .min(1)
    .max(50),
  /** An AWS WAF web ACL (scope CLOUDFRONT, in us-east-1) with additional rules. */
  webAclArn: arn('wafv2', 'a web ACL of scope CLOUDFRONT').optional(),
});
export type Site = z.infer<typeof Site>;

/** The retention periods that CloudWatch Logs allows, in days. */
const LOG_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2557, 3653,
] as const;
const days = () => z.int().min(1).max(3650);

/** How long data is kept, in days. */
const Retention = z.strictObject({
  /** Records under `rejected/` that could not be parsed as sales are deleted after this many days. */
  rejectedDays: days().default(30),
  /** Logs of the Spark job, in the bucket under `logs/`, are deleted after this many days. */
  jobLogsDays: days().default(30),
  /** Logs of the Lambdas, in CloudWatch, are deleted after this many days. */
  functionLogsDays: z.literal([...LOG_DAYS]).default(90),
  /** Overwritten and deleted versions of objects are removed after this many days. */
  supersededDays: days().default(30),
  /**
   * Files of runs move to the storage class Intelligent-Tiering after this many days. They are never deleted, because
   * later runs read the compacted interactions of earlier ones, and a rollback serves their other files again.
   */
  tierRunsAfterDays: z.int().min(0).max(3650).default(30),
});

/** Your own KMS keys. Without them AWS encrypts with keys that it manages. */
const Encryption = z.strictObject({
  /**
   * Encrypts the bucket and the disks of provisioned brokers. Its key policy must let this account's IAM policies decide,
   * which is the default. With `site`, the key policy must also let CloudFront decrypt. A change replaces a provisioned cluster.
   * https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
   */
  keyArn: arn('kms', 'a symmetric key').optional(),
  /** The key of CDK's bootstrap bucket, if it has one of your own. The Spark job reads its jar from that bucket. */
  assetsKeyArn: arn('kms', 'the key of the bootstrap bucket').optional(),
});

/** The configuration of a deployment. Every key is optional. */
export const Config = z
  .strictObject({
    /** Name of the stack. Stacks with different names can be deployed to the same account and region. */
    stackName: z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9-]{0,127}$/)
      .default('Cartograph'),
    /** The Kafka cluster, its topic and how it is read. */
    stream: StreamConfig.prefault({}),
    /** The VPC of the brokers. */
    network: Network.prefault({}),
    /** The names that your topic uses for the fields of a sale, by the names that this project uses. */
    fieldMap: FieldMap.prefault({}),
    /** When a window is cut. */
    threshold: Threshold.prefault({}),
    /** How the model is trained. */
    model: ConfiguredModel.prefault({}),
    /** How often each stage looks in the bucket for work whose event was lost, in minutes. */
    sweepMinutes: z.int().min(1).max(1440).default(5),
    /** The size and the limits of the Spark job. */
    train: Train.prefault({}),
    retention: Retention.prefault({}),
    encryption: Encryption.prefault({}),
    lake: z
      .strictObject({
        /**
         * Name of a bucket that an earlier stack of this project left behind, to continue with its sales and runs. That stack
         * must be deleted. The bucket keeps its settings (`retention`, encryption, notifications), gets the policy of this
         * stack, and is not deleted with it.
         */
        bucketName: z
          .string()
          .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'should be the name of a bucket')
          .optional(),
      })
      .prefault({}),
    /** A public address for the pages, which show what each user bought. Not created by default. */
    site: Site.optional(),
    /** Receives every alarm and budget warning, once its owner has confirmed the subscription with the link in an email. */
    alarmEmail: z.email().optional(),
    /** After this many hours without a sale the alarm `accumulate-silent` goes off, because the stream may be broken. */
    silentAfterHours: z.int().min(1).max(24).default(24),
    /** Monthly budget of the whole account, in US dollars. Warns at 80 % and at 100 %, and when the forecast exceeds it. No budget by default. */
    monthlyBudgetUsd: z.number().positive().optional(),
    /** Whether the bucket and the logs are kept or deleted with the stack. A cluster that the stack created is always deleted. */
    removalPolicy: z.enum(['retain', 'destroy']).default('retain'),
    /** Tags for every resource of the stack, except a serverless cluster, which CloudFormation would replace. */
    tags: z.record(z.string().min(1).max(128), z.string().max(256)).default({}),
  })
  .superRefine(({ stream, network }, context) => {
    const problem = (path: (string | number)[], message: string): void =>
      context.addIssue({ code: 'custom', path, message });
    const { existing } = network;
    if (existing && existing.availabilityZones.length !== existing.subnetIds.length)
      problem(
        ['network', 'existing', 'availabilityZones'],
        `names ${existing.availabilityZones.length} zones, should name one for each of ${existing.subnetIds.length} subnets`,
      );
    if (existing && network.natGateways > 0)
      problem(
        ['network', 'natGateways'],
        'should be 0 with network.existing: the stack creates no gateways in an existing VPC',
      );
    if (existing && network.availabilityZones)
      problem(
        ['network', 'availabilityZones'],
        'should be left out with network.existing, which has its own availabilityZones',
      );
    if (stream.kind === 'provisioned' && existing && existing.subnetIds.length > 3)
      problem(['network', 'existing', 'subnetIds'], 'should be 2 or 3 for a provisioned cluster');
    if (stream.kind !== 'existing') return;
    if (!existing)
      problem(
        ['network', 'existing'],
        'is missing, should describe the network of the cluster in stream.clusterArn',
      );
    if (stream.authentication !== 'iam' && !stream.secretArn)
      problem(['stream', 'secretArn'], `is missing, authentication "${stream.authentication}" needs it`);
    if (stream.authentication === 'iam' && (stream.secretArn ?? stream.secretKeyArn))
      problem(['stream', 'secretArn'], 'should be left out with authentication "iam"');
    if (stream.authentication !== 'iam' && stream.createTopic)
      problem(
        ['stream', 'createTopic'],
        'should be false: the stack can create a topic only with authentication "iam"',
      );
  });
export type Config = z.infer<typeof Config>;

/** The context key that holds the configuration: `cdk deploy -c cartograph='{"threshold":{"threshold":50000}}'` or cdk.json. */
export const CONFIG_CONTEXT = 'cartograph';

/**
 * Reads the configuration from the CDK context.
 *
 * @returns The configuration with all defaults filled in.
 * @throws {Error} If the context is not JSON, has an unknown key or a value that is not allowed. The message names every
 *   such key and the values that are allowed.
 */
export function readConfig(node: Node): Config {
  const context: unknown = node.tryGetContext(CONFIG_CONTEXT) ?? {};
  const result = Config.safeParse(typeof context === 'string' ? parseText(context) : context);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    ({ path, message }) => `${['cartograph', ...path].join('.')}: ${message}`,
  );
  throw new Error(`Cannot configure the stack: ${problems.join('; ')}`);
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`Cannot configure the stack: ${CONFIG_CONTEXT} is ${text}, should be JSON`, { cause });
  }
}
