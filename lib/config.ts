import type { Node } from 'constructs';
import { z } from 'zod';
import { FieldMap } from '../lambdas/accumulate/field-map.ts';
import { Model } from '../lambdas/shared/contract/model.ts';
import { Threshold } from '../lambdas/threshold/settings.ts';
import { Train } from './train-config.ts';

const arn = (service: string, what: string) =>
  z
    .string()
    .regex(
      new RegExp(`^arn:[a-z-]+:${service}:[a-z0-9-]+:[0-9]{12}:`),
      `should be the ARN of ${what}: arn:aws:${service}:REGION:ACCOUNT:…`,
    );
const id = (prefix: string) =>
  z.string().regex(new RegExp(`^${prefix}-[0-9a-f]+$`), `should be ${prefix}-… and hexadecimal digits`);

/** What all kinds of streams have. */
const streamKeys = {
  /** The topic with the sales. */
  topic: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,249}$/)
    .default('sales'),
  /** Partitions of the topic: as many invocations run at once at most. They can be added later, never removed. */
  partitions: z.int().min(1).max(1000).default(3),
  /** How long the topic keeps a sale, hours; a fault of accumulate may last as long without a loss. */
  retentionHours: z
    .int()
    .min(1)
    .max(24 * 365)
    .default(24 * 7),
  /** Most records of one invocation. */
  batchSize: z.int().min(1).max(10_000).default(10_000),
  /** How long the pollers gather records before they invoke, seconds, unless the batch is full before. */
  windowSeconds: z.int().min(0).max(300).default(60),
  /**
   * Lambda's pollers. `on-demand` costs nothing by itself; `provisioned` reads partial answers, so that a storage fault
   * of one partition does not repeat the others, and needs no interface endpoints.
   * https://docs.aws.amazon.com/lambda/latest/dg/kafka-scaling-modes.html
   */
  pollers: z.enum(['on-demand', 'provisioned']).default('on-demand'),
};

/** The default kind, so that no key is needed. */
const Serverless = z.strictObject({ kind: z.literal('serverless').default('serverless'), ...streamKeys });

const Provisioned = z.strictObject({
  kind: z.literal('provisioned'),
  ...streamKeys,
  /** https://docs.aws.amazon.com/msk/latest/developerguide/supported-kafka-versions.html; `AWS::MSK::Topic` needs 3.6. */
  kafkaVersion: z
    .string()
    .regex(/^(3\.[6-9]|[4-9])\.[0-9x.a-z]+$/, 'should be 3.6 or newer, such as 3.9.x')
    .default('3.9.x'),
  /** One broker stands in each subnet. */
  instanceType: z
    .string()
    .regex(/^kafka\.[a-z0-9]+\.[a-z0-9]+$/)
    .default('kafka.t3.small'),
  /** Disk of each broker, GB. It can grow later, never shrink. */
  diskGb: z.int().min(1).max(16_384).default(10),
});

/** A cluster that others own. It lies in `network.existing`. */
const Existing = z.strictObject({
  kind: z.literal('existing'),
  ...streamKeys,
  clusterArn: arn('kafka', 'the MSK cluster'),
  /** `iam` by the Lambda's own role; `scram` and `tls` by a secret. */
  authentication: z.enum(['iam', 'scram', 'tls']).default('iam'),
  /** The secret in Secrets Manager for `scram` (name and password) or `tls` (certificate and key of the client). */
  secretArn: arn('secretsmanager', 'the secret').optional(),
  /** The KMS key of that secret, if it is one of your own; MSK asks that of SCRAM secrets. */
  secretKeyArn: arn('kms', "the secret's key").optional(),
  /** The security group of the cluster. It must let its members talk to each other; nothing is added to it. */
  securityGroupId: id('sg'),
  /** Whether the stack creates the topic (`iam` only). A topic that exists already is left as it is, partitions too. */
  createTopic: z.boolean().default(false),
  /** Copies of each partition of a topic that the stack creates; not more than brokers: 2 where there are two. */
  replicationFactor: z.int().min(1).max(5).default(3),
});

const StreamConfig = z.discriminatedUnion('kind', [Serverless, Provisioned, Existing], {
  error: ({ code }) =>
    code === 'invalid_union' ? 'should be "serverless", "provisioned" or "existing"' : undefined,
});

const zones = () =>
  z.array(z.string().regex(/^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$/, 'should be zones such as us-east-1a')).min(2);

const Network = z.strictObject({
  /** Addresses of the VPC that the stack makes; of use where it is to be peered with others. */
  cidr: z.cidrv4().default('10.71.0.0/20'),
  /**
   * NAT gateways of the VPC that the stack makes. 0: no way out; on-demand pollers then get interface endpoints for
   * Lambda and STS instead, which are cheaper.
   */
  natGateways: z.int().min(0).max(2).default(0),
  /**
   * Zones of the VPC that the stack makes, of the region that it is deployed to; two of the region's otherwise. Of use
   * where MSK refuses one of those: not every zone has it. To change them later needs another `cidr` with it, as
   * `natGateways` does: old and new subnets stand side by side for a while.
   */
  availabilityZones: zones()
    .max(3)
    .refine((names) => new Set(names).size === names.length, 'should be zones that differ')
    .optional(),
  /** A VPC that exists already, in place of a new one. Everything is named, so that nothing is looked up. */
  existing: z
    .strictObject({
      vpcId: id('vpc'),
      /** Private subnets, each in another zone; those of the cluster, where that exists. */
      subnetIds: z.array(id('subnet')).min(2).max(5),
      /** The zones of the subnets, in their order. */
      availabilityZones: zones(),
      /**
       * Whether the stack makes interface endpoints for Lambda and STS (and Secrets Manager, with a secret) in the subnets.
       * On-demand pollers need those, or NAT. They have private DNS, as the pollers ask: in the WHOLE VPC the names of
       * these services then lead to the endpoints, which admit only members of the cluster's security group. Whoever else
       * in the VPC calls them by NAT today would be cut off; and a VPC that has them already refuses a second one. Where
       * neither suits, endpoints of your own with private DNS that admit everybody who needs them; so it is false by default.
       * https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html
       */
      createEndpoints: z.boolean().default(false),
    })
    .optional(),
});

/** A public address for the pages; without it the bucket is read by those who have rights in the account. */
/** Readers of the pages see who bought what and is recommended what (the explorer, the graph), by user id. */
const Site = z.strictObject({
  /**
   * Addresses and ranges (IPv4) that may read; whoever sends from there needs nothing else, so name your office or VPN.
   * `0.0.0.0/0` is everybody.
   */
  allowFrom: z
    .array(
      z.union([z.cidrv4(), z.ipv4()], {
        error: 'should be IPv4 addresses such as 203.0.113.7 or 203.0.113.0/24',
      }),
    )
    .min(1)
    .max(50),
  /** A web ACL of AWS WAF (scope CLOUDFRONT, in us-east-1), for rules of your own. */
  webAclArn: arn('wafv2', 'a web ACL of scope CLOUDFRONT').optional(),
});
export type Site = z.infer<typeof Site>;

/** What CloudWatch allows. */
const LOG_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2557, 3653,
] as const;
const days = () => z.int().min(1).max(3650);

const Retention = z.strictObject({
  /** Records that could not be read, days. */
  rejectedDays: days().default(30),
  /** Logs of the Spark job in the bucket, days. */
  jobLogsDays: days().default(30),
  /** Logs of the Lambdas in CloudWatch, days. */
  functionLogsDays: z.literal([...LOG_DAYS]).default(90),
  /** Versions of an object that were overwritten or deleted, days. */
  supersededDays: days().default(30),
  /**
   * Files of runs move to Intelligent-Tiering after so many days. They are never deleted: later runs read the compacted
   * interactions of earlier ones, and a rollback the rest.
   */
  tierRunsAfterDays: z.int().min(0).max(3650).default(30),
});

/** Everything that a deployment may choose; every key has a default. */
export const Config = z
  .strictObject({
    /** Several stacks stand side by side in one account if their names differ. */
    stackName: z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9-]{0,127}$/)
      .default('Cartograph'),
    stream: StreamConfig.prefault({}),
    network: Network.prefault({}),
    /** Names of the sale's fields on a topic that exists already, by our names. */
    fieldMap: FieldMap.prefault({}),
    threshold: Threshold.prefault({}),
    model: Model.prefault({}),
    /** How often every stage looks for work whose event was lost, minutes. */
    sweepMinutes: z.int().min(1).max(1440).default(5),
    train: Train.prefault({}),
    retention: Retention.prefault({}),
    /** Pages at an address of their own, which tell who bought what. Off unless it is given. */
    site: Site.optional(),
    /** Gets every alarm, and the budget's warnings, once its owner has confirmed the subscription by the link in a mail. */
    alarmEmail: z.email().optional(),
    /** A day without sales is taken for a fault of the stream; hours until the alarm. */
    silentAfterHours: z.int().min(1).max(24).default(24),
    /** Warns at 80 % and 100 % of this, and when the forecast exceeds it, US dollars; of the whole account, not of this stack. */
    monthlyBudgetUsd: z.number().positive().optional(),
    /** What becomes of the bucket and the logs when the stack is deleted. A cluster of the stack goes in any case. */
    removalPolicy: z.enum(['retain', 'destroy']).default('retain'),
    /** Tags of every resource of the stack. */
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
      problem(['network', 'natGateways'], 'should be 0 with network.existing, whose gateways are its own');
    if (existing && network.availabilityZones)
      problem(
        ['network', 'availabilityZones'],
        'should be left out with network.existing, which names its own',
      );
    if (stream.kind === 'provisioned' && existing && existing.subnetIds.length > 3)
      problem(['network', 'existing', 'subnetIds'], 'should be 2 or 3 for a provisioned cluster');
    if (stream.kind !== 'existing') return;
    if (!existing)
      problem(['network', 'existing'], 'is missing, should say where the cluster of stream.clusterArn lies');
    if (stream.authentication !== 'iam' && !stream.secretArn)
      problem(['stream', 'secretArn'], `is missing, authentication "${stream.authentication}" needs it`);
    if (stream.authentication === 'iam' && (stream.secretArn ?? stream.secretKeyArn))
      problem(['stream', 'secretArn'], 'should be left out with authentication "iam"');
    if (stream.authentication !== 'iam' && stream.createTopic)
      problem(['stream', 'createTopic'], 'should be false: only with authentication "iam" the stack can');
  });
export type Config = z.infer<typeof Config>;

/** The context key that holds the configuration: `cdk deploy -c cartograph='{"threshold":{"threshold":50000}}'` or cdk.json. */
export const CONFIG_CONTEXT = 'cartograph';

/**
 * Reads the configuration from the CDK context.
 *
 * @throws {Error} If it is not JSON, a key is unknown or a value is not allowed; the message names the key and what is allowed.
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
