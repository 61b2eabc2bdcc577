import type { Node } from 'constructs';
import { z } from 'zod';
import { ConfiguredModel, withoutDefaults } from '../lambdas/shared/contract/model.ts';
import { grouped } from '../lambdas/shared/contract/numbers.ts';
import { FieldMap } from '../lambdas/shared/sales/field-map.ts';
import { Threshold } from '../lambdas/threshold/settings.ts';
import { arn } from './config-values.ts';
import { PrivacyConfig } from './privacy-config.ts';
import { Catalogue, Remember, ServeOrNothing } from './request-config.ts';
import { Network, StreamConfig } from './stream-config.ts';
import { Train } from './train-config.ts';

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
/** All variables of threshold together may have 4 KB (see `withoutDefaults`); the others take less than 800 bytes. */
const MAX_MODEL_BYTES = 3_000;
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
   * Encrypts the bucket, the table of recent sales, the secret of personal ids and the disks of provisioned brokers. Its key policy must let this account's IAM policies decide,
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
    /** The HTTP API and what it needs; `false` leaves all of it out, also the stages remember and catalogue. */
    serve: ServeOrNothing.prefault({}),
    /** The recent sales that the answers use. */
    remember: Remember.prefault({}),
    /** The attributes of products that filters use. */
    catalogue: Catalogue.prefault({}),
    /** The settings for ids of users, orders and sales, and for personal data in sales. */
    privacy: PrivacyConfig.prefault({}),
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
    /**
     * After this many hours without a sale the alarm `accumulate-silent` goes off, because the stream may be broken; in a new
     * stack without any sale `accumulate-nothing-stored`.
     */
    silentAfterHours: z.int().min(1).max(24).default(24),
    /** Monthly budget of the whole account, in US dollars. Warns at 80 % and at 100 %, and when the forecast exceeds it. No budget by default. */
    monthlyBudgetUsd: z.number().positive().optional(),
    budget: z
      .strictObject({
        /**
         * The most that the training jobs of a calendar month (UTC) may cost, in US dollars, by the prices of
         * `npm run cost`. A run that would exceed it waits for the next month, with an alarm. No ceiling by default.
         */
        monthlyTrainingUsd: z.number().positive().optional(),
      })
      .prefault({}),
    /** Whether the bucket and the logs are kept or deleted with the stack. A cluster that the stack created is always deleted. */
    removalPolicy: z.enum(['retain', 'destroy']).default('retain'),
    /** Tags for every resource of the stack, except a serverless cluster, which CloudFormation would replace. */
    tags: z.record(z.string().min(1).max(128), z.string().max(256)).default({}),
  })
  .superRefine(({ stream, network, serve, privacy, lake, model }, context) => {
    const problem = (path: (string | number)[], message: string): void =>
      context.addIssue({ code: 'custom', path, message });
    const modelBytes = Buffer.byteLength(JSON.stringify(withoutDefaults(model)));
    if (modelBytes > MAX_MODEL_BYTES)
      problem(
        ['model'],
        `takes ${grouped(modelBytes)} bytes as JSON, should take at most ${grouped(MAX_MODEL_BYTES)}: it has too many names in typeWeights and charges`,
      );
    if (privacy.userIds === 'keyed' && lake.bucketName && !privacy.secretArn)
      problem(
        ['privacy', 'secretArn'],
        'is missing, should be the secret that keyed the ids in lake.bucketName: the output PersonSecret of its earlier stack',
      );
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
    if (stream.authentication !== 'iam' && serve !== false && serve.collect)
      problem(
        ['serve', 'collect'],
        `should be false with authentication "${stream.authentication}": collect signs in to Kafka with the role of its Lambda and cannot use a secret; without it the API answers, and sales reach the topic from your own producers`,
      );
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
