import { Duration, Fn } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { ManagedKafkaEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as msk from 'aws-cdk-lib/aws-msk';
import { Construct } from 'constructs';
import type { Network } from './network.ts';

export interface StreamProps {
  readonly network: Network;
  readonly topic: string;
}

/** The Kafka cluster, and the pollers that turn its records into invocations of accumulate. */
export class Stream extends Construct {
  readonly cluster: msk.CfnServerlessCluster;
  private readonly topic: string;

  constructor(scope: Construct, id: string, { network, topic }: StreamProps) {
    super(scope, id);
    this.topic = topic;
    this.cluster = new msk.CfnServerlessCluster(this, 'Cluster', {
      clusterName: `${this.node.addr.slice(-12)}-sales`,
      clientAuthentication: { sasl: { iam: { enabled: true } } },
      vpcConfigs: [
        {
          subnetIds: network.vpc.isolatedSubnets.map(({ subnetId }) => subnetId),
          securityGroups: [network.members.securityGroupId],
        },
      ],
    });
  }

  /**
   * Feeds `fn`. It retries for ever and has no failure destination: with either bound, a storage fault of minutes would
   * commit offsets that were never stored.
   */
  feed(fn: lambda.Function): void {
    fn.addEventSource(
      new ManagedKafkaEventSource({
        clusterArn: this.cluster.attrArn,
        topic: this.topic,
        startingPosition: lambda.StartingPosition.TRIM_HORIZON,
        batchSize: 10_000,
        maxBatchingWindow: Duration.seconds(60),
      }),
    );
    const named = (kind: 'topic' | 'group', name: string): string => {
      // arn:aws:kafka:REGION:ACCOUNT:cluster/NAME/UUID → arn:aws:kafka:REGION:ACCOUNT:topic/NAME/UUID/TOPIC
      const [start, rest] = [0, 1].map((part) =>
        Fn.select(part, Fn.split(':cluster/', this.cluster.attrArn)),
      );
      return `${start}:${kind}/${rest}/${name}`;
    };
    fn.addToRolePolicy(
      new iam.PolicyStatement({
        actions: ['kafka-cluster:Connect'],
        resources: [this.cluster.attrArn],
      }),
    );
    fn.addToRolePolicy(
      new iam.PolicyStatement({
        actions: ['kafka-cluster:DescribeTopic', 'kafka-cluster:ReadData'],
        resources: [named('topic', this.topic)],
      }),
    );
    fn.addToRolePolicy(
      new iam.PolicyStatement({
        actions: ['kafka-cluster:DescribeGroup', 'kafka-cluster:AlterGroup'],
        // The mapping chooses the group's name.
        resources: [named('group', '*')],
      }),
    );
  }
}
