import { Duration, Fn } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { ManagedKafkaEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as msk from 'aws-cdk-lib/aws-msk';
import { Construct } from 'constructs';
import { ENV } from '../lambdas/shared/env.ts';
import type { Config } from './config.ts';
import type { Network } from './network.ts';

export interface StreamProps {
  readonly network: Network;
  readonly config: Config['stream'];
}

/** A poller takes up to 5 MB a second. */
const MAX_POLLERS = 4;

/** The Kafka cluster, and the pollers that turn its records into invocations of accumulate. */
export class Stream extends Construct {
  readonly cluster: msk.CfnServerlessCluster;
  private readonly config: Config['stream'];

  constructor(scope: Construct, id: string, { network, config }: StreamProps) {
    super(scope, id);
    this.config = config;
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
    const { topic, pollers } = this.config;
    const isProvisioned = pollers === 'provisioned';
    fn.addEventSource(
      new ManagedKafkaEventSource({
        clusterArn: this.cluster.attrArn,
        topic,
        startingPosition: lambda.StartingPosition.TRIM_HORIZON,
        batchSize: 10_000,
        maxBatchingWindow: Duration.seconds(60),
        // https://docs.aws.amazon.com/lambda/latest/dg/kafka-retry-configurations.html: all three need provisioned mode.
        ...(isProvisioned
          ? {
              provisionedPollerConfig: { minimumPollers: 1, maximumPollers: MAX_POLLERS },
              bisectBatchOnError: true,
              reportBatchItemFailures: true,
            }
          : {}),
      }),
    );
    // Both sides must agree: a partial answer that nobody reads would commit offsets that were never stored.
    fn.addEnvironment(ENV.partialAnswers, String(isProvisioned));
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
        resources: [named('topic', topic)],
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
