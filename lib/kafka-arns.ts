import { Fn, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';

/** The IAM actions that each operation on Kafka needs: https://docs.aws.amazon.com/msk/latest/developerguide/kafka-actions.html */
const ACTIONS = {
  connect: ['kafka-cluster:Connect'],
  /** Lambda's pollers read the settings of the cluster: https://docs.aws.amazon.com/lambda/latest/dg/msk-cluster-auth.html */
  describeCluster: ['kafka-cluster:DescribeClusterDynamicConfiguration'],
  readTopic: ['kafka-cluster:DescribeTopic', 'kafka-cluster:ReadData'],
  writeTopic: ['kafka-cluster:DescribeTopic', 'kafka-cluster:WriteData'],
  manageTopic: [
    'kafka-cluster:CreateTopic',
    'kafka-cluster:DescribeTopic',
    'kafka-cluster:AlterTopic',
    'kafka-cluster:AlterTopicDynamicConfiguration',
    'kafka-cluster:DescribeTopicDynamicConfiguration',
    'kafka-cluster:DeleteTopic',
  ],
} as const;
type Operation = keyof typeof ACTIONS;

const JOIN_GROUP = ['kafka-cluster:DescribeGroup', 'kafka-cluster:AlterGroup'] as const;

/** Grants IAM permissions on one cluster, its topic and single consumer groups. CDK has no grants for Kafka. */
export class KafkaArns {
  private readonly cluster: string;
  private readonly topic: string;

  constructor(clusterArn: string, topic: string) {
    this.cluster = clusterArn;
    this.topic = arnOf(clusterArn, 'topic', topic);
  }

  /** Lets `fn` connect to the cluster with its own role, and perform the given operations. */
  allow(fn: lambda.Function, ...operations: readonly Operation[]): void {
    for (const operation of ['connect', ...operations] as const)
      fn.addToRolePolicy(
        new iam.PolicyStatement({ actions: [...ACTIONS[operation]], resources: [this.arnFor(operation)] }),
      );
  }

  /** Lets `fn`, which may connect already, read as a member of one consumer group. */
  allowGroup(fn: lambda.Function, group: string): void {
    fn.addToRolePolicy(
      new iam.PolicyStatement({
        actions: [...JOIN_GROUP],
        resources: [arnOf(this.cluster, 'group', group)],
      }),
    );
  }

  private arnFor(operation: Operation): string {
    return operation === 'connect' || operation === 'describeCluster' ? this.cluster : this.topic;
  }
}

/**
 * Returns the ARN of a topic or a group of a cluster.
 *
 * For example, arn:aws:kafka:REGION:ACCOUNT:cluster/NAME/UUID becomes arn:aws:kafka:REGION:ACCOUNT:topic/NAME/UUID/TOPIC.
 */
function arnOf(clusterArn: string, kind: 'topic' | 'group', name: string): string {
  const [start, rest] = Token.isUnresolved(clusterArn)
    ? [0, 1].map((part) => Fn.select(part, Fn.split(':cluster/', clusterArn)))
    : clusterArn.split(':cluster/');
  return `${start}:${kind}/${rest}/${name}`;
}
