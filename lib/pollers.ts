import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { ManagedKafkaEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { IDependable } from 'constructs';
import { ENV } from '../lambdas/shared/platform/env.ts';
import { acknowledge, managed } from './acknowledge.ts';
import type { Config } from './config.ts';
import type { KafkaArns } from './kafka-arns.ts';

type StreamConfig = Config['stream'];

/** How one Lambda reads the topic. */
export interface Reading {
  /** The stage, as the end of its consumer group's name; undefined for accumulate. */
  readonly reader?: string;
  /** Maximum number of records per invocation. */
  readonly batchSize: number;
  /** How long the pollers collect records before they invoke the Lambda, in seconds. */
  readonly windowSeconds: number;
}

export interface PollersProps {
  readonly clusterArn: string;
  readonly config: StreamConfig;
  readonly arns: KafkaArns;
  /** Resources that must exist before the pollers start. */
  readonly ready: readonly IDependable[];
  /** Whether the pollers authenticate with the role of the Lambda rather than with a secret. */
  readonly usesIam: boolean;
  /** Name of the consumer group. */
  readonly group: string;
  /** Mappings with the same name share provisioned pollers. */
  readonly pollerGroup: string;
  readonly reading: Reading;
}

/** Each poller handles up to 5 MB per second. */
const MAX_POLLERS = 4;

/**
 * Connects Lambda's Kafka pollers to a Lambda. The mapping retries forever and has no failure destination. With a limit on
 * retries or a destination, a storage fault of a few minutes would commit offsets of records that were never stored.
 *
 * @returns The mapping. In provisioned mode, its metrics show faults of the pollers that never reach `fn`.
 */
export function connectPollers(fn: lambda.Function, props: PollersProps): lambda.CfnEventSourceMapping {
  const { clusterArn, config, arns, ready, usesIam, group, reading } = props;
  const isProvisioned = config.pollers === 'provisioned';
  fn.addEventSource(
    new ManagedKafkaEventSource({
      clusterArn,
      topic: config.topic,
      consumerGroupId: group,
      startingPosition: lambda.StartingPosition.TRIM_HORIZON,
      batchSize: reading.batchSize,
      maxBatchingWindow: Duration.seconds(reading.windowSeconds),
      ...(isProvisioned && provisioned(props)),
    }),
  );
  const mapping = kafkaMappingOf(fn);
  mapping.node.addDependency(...ready);
  acknowledge(mapping, {
    'Serverless-LambdaEventSourceMappingDestination':
      'A destination limits retries to 10, after which Lambda commits the offsets of records that were never stored.',
  });
  acknowledge(fn.role ?? fn, {
    [managed('AWSLambdaMSKExecutionRole')]:
      'The pollers create network interfaces with this role, and the ids of these are not known in advance; AWS maintains this policy for that purpose.',
  });
  // Both sides must agree: if the pollers ignored a partial response, they would commit offsets that were never stored.
  fn.addEnvironment(ENV.partialAnswers, String(isProvisioned));
  if (usesIam) {
    arns.allow(fn, 'describeCluster', 'readTopic');
    arns.allowGroup(fn, group);
  } else authenticateWithSecret(fn, mapping, config);
  return mapping;
}

/**
 * The settings that require provisioned mode: https://docs.aws.amazon.com/lambda/latest/dg/kafka-retry-configurations.html
 *
 * AWS charges for groups of pollers, not for mappings, so a second mapping of the group costs nothing while one unit is enough.
 *
 * The metrics came with the logs of the pollers (https://docs.aws.amazon.com/lambda/latest/dg/esm-logging.html), which exist in provisioned
 * mode only: https://aws.amazon.com/about-aws/whats-new/2026/01/aws-Lambda-observability-for-kafka-esm/
 */
const provisioned = ({ pollerGroup }: PollersProps) => ({
  provisionedPollerConfig: {
    minimumPollers: 1,
    maximumPollers: MAX_POLLERS,
    pollerGroupName: pollerGroup,
  },
  bisectBatchOnError: true,
  reportBatchItemFailures: true,
  metricsConfig: { metrics: [lambda.MetricType.ERROR_COUNT, lambda.MetricType.KAFKA_METRICS] },
});

/** Authenticates the pollers with a secret, for an existing cluster that does not accept IAM: https://docs.aws.amazon.com/lambda/latest/dg/msk-cluster-auth.html */
function authenticateWithSecret(
  fn: lambda.Function,
  mapping: lambda.CfnEventSourceMapping,
  config: StreamConfig,
): void {
  if (config.kind !== 'existing' || !config.secretArn) return;
  const { authentication, secretArn, secretKeyArn } = config;
  mapping.sourceAccessConfigurations = [
    {
      type: authentication === 'scram' ? 'SASL_SCRAM_512_AUTH' : 'CLIENT_CERTIFICATE_TLS_AUTH',
      uri: secretArn,
    },
  ];
  fn.addToRolePolicy(
    new iam.PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secretArn] }),
  );
  if (secretKeyArn)
    fn.addToRolePolicy(new iam.PolicyStatement({ actions: ['kms:Decrypt'], resources: [secretKeyArn] }));
}

/** Finds the mapping that `addEventSource` created but does not return. */
function kafkaMappingOf(fn: lambda.Function): lambda.CfnEventSourceMapping {
  const mapping = fn.node
    .findAll()
    .find(
      (child): child is lambda.CfnEventSourceMapping =>
        child instanceof lambda.CfnEventSourceMapping && child.topics !== undefined,
    );
  if (!mapping)
    throw new Error('Cannot connect the Lambda to the stream: CDK created no event source mapping');
  return mapping;
}
