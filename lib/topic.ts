import { CustomResource, Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as msk from 'aws-cdk-lib/aws-msk';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import type { TopicProperties } from '../lambdas/topic/topic.ts';
import { acknowledge, attribute, CDK_LAMBDA, wildcard } from './acknowledge.ts';
import type { KafkaArns } from './kafka-arns.ts';
import { type Inside, type LogKeeping, stageFunction } from './stage-function.ts';

/** The settings that a topic is created with. */
export interface TopicSettings {
  readonly topic: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly retentionHours: number;
}

/** An invocation holds 6 MB, and base64 makes a record a third larger, so at this limit at least four records fit. */
const MAX_MESSAGE_BYTES = 1024 * 1024;

/** The topic configuration, under the names that Kafka uses. */
const kafkaSettings = ({ retentionHours }: TopicSettings): Record<string, string> => ({
  'max.message.bytes': String(MAX_MESSAGE_BYTES),
  'retention.ms': String(retentionHours * 3_600_000),
});

/** Creates the topic of a provisioned cluster as a CloudFormation resource. */
export function mskTopic(
  scope: Construct,
  id: string,
  clusterArn: string,
  settings: TopicSettings,
): msk.CfnTopic {
  const { topic, partitions, replicationFactor } = settings;
  return new msk.CfnTopic(scope, id, {
    clusterArn,
    topicName: topic,
    partitionCount: partitions,
    replicationFactor,
    // Sales are accepted while one broker is down for maintenance.
    configs: Buffer.from(
      JSON.stringify({
        ...kafkaSettings(settings),
        'min.insync.replicas': String(Math.max(1, replicationFactor - 1)),
      }),
    ).toString('base64'),
  });
}

export interface AdminTopicProps {
  readonly settings: TopicSettings;
  readonly arns: KafkaArns;
  /** The cluster of the topic. CloudFormation replaces the topic when it changes. */
  readonly clusterArn: string;
  /** `host:port,…`; a value that is known only during the deployment. */
  readonly brokers: string;
  readonly inside: Inside;
  readonly logKeeping: LogKeeping;
  /** Whether the topic is kept when the stack is deleted. */
  readonly isRetained: boolean;
}

/** Creates a topic on a cluster for which MSK has no topic API: a Lambda in the network of the brokers uses Kafka's admin API. */
export class AdminTopic extends Construct {
  readonly resource: CustomResource;

  constructor(scope: Construct, id: string, props: AdminTopicProps) {
    super(scope, id);
    const { settings, arns, clusterArn, brokers, inside, logKeeping, isRetained } = props;
    const { fn } = stageFunction(this, 'topic', {
      memoryMb: 256,
      timeout: Duration.minutes(2),
      logKeeping,
      inside,
    });
    arns.allow(fn, 'manageTopic');
    // The provider invokes the Lambda and responds to CloudFormation, which cannot be reached from inside the VPC.
    const provider = new Provider(this, 'Provider', {
      onEventHandler: fn,
      logGroup: new logs.LogGroup(this, 'ProviderLogs', logKeeping),
    });
    acknowledge(provider, {
      ...CDK_LAMBDA,
      [wildcard(`${attribute(fn, 'Arn')}:*`)]:
        'Versions of the one Lambda that the provider may invoke; CDK grants both.',
    });
    const { topic, partitions, replicationFactor } = settings;
    const properties: TopicProperties = {
      clusterArn,
      brokers,
      topic,
      // CloudFormation passes numbers to a custom resource as text.
      partitions: String(partitions),
      replicationFactor: String(replicationFactor),
      settings: kafkaSettings(settings),
    };
    this.resource = new CustomResource(this, 'Topic', {
      serviceToken: provider.serviceToken,
      resourceType: 'Custom::Topic',
      properties,
      serviceTimeout: Duration.minutes(5),
      removalPolicy: isRetained ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
    });
    this.resource.node.addDependency(fn);
  }
}
