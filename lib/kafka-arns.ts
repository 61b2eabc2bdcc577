import { Fn, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';

/** What a client may do with Kafka: https://docs.aws.amazon.com/msk/latest/developerguide/kafka-actions.html */
const ACTIONS = {
  connect: ['kafka-cluster:Connect'],
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
  joinGroup: ['kafka-cluster:DescribeGroup', 'kafka-cluster:AlterGroup'],
} as const;

/** One cluster, one topic and one consumer group, and who may do what with them. CDK grants none of it. */
export class KafkaArns {
  private readonly cluster: string;
  private readonly topic: string;
  private readonly group: string;

  constructor(clusterArn: string, { topic, group }: { readonly topic: string; readonly group: string }) {
    this.cluster = clusterArn;
    this.topic = named(clusterArn, 'topic', topic);
    this.group = named(clusterArn, 'group', group);
  }

  /** Lets `fn`, signed in as its own role, do that much. */
  allow(fn: lambda.Function, ...what: readonly (keyof typeof ACTIONS)[]): void {
    for (const name of ['connect', ...what] as const)
      fn.addToRolePolicy(
        new iam.PolicyStatement({ actions: [...ACTIONS[name]], resources: [this.arnFor(name)] }),
      );
  }

  private arnFor(what: keyof typeof ACTIONS): string {
    if (what === 'connect') return this.cluster;
    return what === 'joinGroup' ? this.group : this.topic;
  }
}

/** arn:aws:kafka:REGION:ACCOUNT:cluster/NAME/UUID → arn:aws:kafka:REGION:ACCOUNT:topic/NAME/UUID/TOPIC */
function named(clusterArn: string, kind: 'topic' | 'group', name: string): string {
  const [start, rest] = Token.isUnresolved(clusterArn)
    ? [0, 1].map((part) => Fn.select(part, Fn.split(':cluster/', clusterArn)))
    : clusterArn.split(':cluster/');
  return `${start}:${kind}/${rest}/${name}`;
}
