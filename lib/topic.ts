import { CustomResource, Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as msk from 'aws-cdk-lib/aws-msk';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import type { TopicProperties } from '../lambdas/topic/topic.ts';
import { acknowledge, attribute, CDK_LAMBDA, wildcard } from './acknowledge.ts';
import type { KafkaArns } from './kafka-arns.ts';
import { type Inside, type LogKeeping, stageFunction } from './stage-function.ts';

/** What a topic is made with. */
export interface TopicSettings {
  readonly topic: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly retentionHours: number;
}

/** A record that is larger could never fit an invocation (6 MB, base64, a third larger than itself) beside others. */
const MAX_MESSAGE_BYTES = 1024 * 1024;

/** The settings by Kafka's names. A store of days is what lets accumulate fail for days without a loss. */
const settingsOf = ({ retentionHours }: TopicSettings): Record<string, string> => ({
  'max.message.bytes': String(MAX_MESSAGE_BYTES),
  'retention.ms': String(retentionHours * 3_600_000),
});

/** The topic of a provisioned cluster: CloudFormation makes it. */
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
    // One broker may be away for maintenance while the other takes sales.
    configs: Buffer.from(
      JSON.stringify({
        ...settingsOf(settings),
        'min.insync.replicas': String(Math.max(1, replicationFactor - 1)),
      }),
    ).toString('base64'),
  });
}

export interface AdminTopicProps {
  readonly settings: TopicSettings;
  readonly arns: KafkaArns;
  /** A topic of another cluster is another topic. */
  readonly clusterArn: string;
  /** `host:port,…`; known while the stack is deployed. */
  readonly brokers: string;
  readonly inside: Inside;
  readonly logKeeping: LogKeeping;
  /** Whether the topic stays when the stack goes. */
  readonly isRetained: boolean;
}

/** A topic where MSK has no API for it: a Lambda among the brokers makes it with Kafka's own. */
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
    // It calls the Lambda from outside the VPC and answers CloudFormation, to which there is no way from inside.
    const provider = new Provider(this, 'Provider', {
      onEventHandler: fn,
      logGroup: new logs.LogGroup(this, 'ProviderLogs', logKeeping),
    });
    acknowledge(provider, {
      ...CDK_LAMBDA,
      [wildcard(`${attribute(fn, 'Arn')}:*`)]:
        'Versions of the one Lambda that it may call; CDK grants both.',
    });
    const { topic, partitions, replicationFactor } = settings;
    const properties: TopicProperties = {
      clusterArn,
      brokers,
      topic,
      // CloudFormation hands every number on as text.
      partitions: String(partitions),
      replicationFactor: String(replicationFactor),
      settings: settingsOf(settings),
    };
    this.resource = new CustomResource(this, 'Topic', {
      serviceToken: provider.serviceToken,
      resourceType: 'Custom::Topic',
      properties,
      serviceTimeout: Duration.minutes(5),
      removalPolicy: isRetained ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.resource.node.addDependency(fn);
  }
}
