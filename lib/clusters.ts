import { CfnDeletionPolicy, type CfnResource } from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as msk from 'aws-cdk-lib/aws-msk';
import type { Construct } from 'constructs';
import type { Config } from './config.ts';
import type { Network } from './network.ts';
import type { LogKeeping } from './stage-function.ts';

type Provisioned = Extract<Config['stream'], { kind: 'provisioned' }>;

export interface ClusterProps {
  readonly name: string;
  readonly network: Network;
  /** Encrypts the disks of provisioned brokers; if undefined, a key of AWS does. */
  readonly keyArn: string | undefined;
  readonly logKeeping: LogKeeping;
}

/** Creates a serverless cluster. It accepts only IAM. */
export function serverlessCluster(
  scope: Construct,
  { name, network }: Pick<ClusterProps, 'name' | 'network'>,
): msk.CfnServerlessCluster {
  const cluster = new msk.CfnServerlessCluster(scope, 'Cluster', {
    clusterName: name,
    clientAuthentication: { sasl: { iam: { enabled: true } } },
    vpcConfigs: [{ subnetIds: subnetIdsOf(network), securityGroups: [network.members.securityGroupId] }],
  });
  // CloudFormation replaces the cluster, and with it all its data, when a tag changes. The cluster therefore has no tags.
  cluster.addPropertyDeletionOverride('Tags');
  keepWhenReplaced(cluster);
  return cluster;
}

/** Creates a cluster with one broker in each subnet. It accepts only IAM, over TLS. */
export function provisionedCluster(
  scope: Construct,
  { kafkaVersion, instanceType, diskGb }: Provisioned,
  { name, network, keyArn, logKeeping }: ClusterProps,
): msk.CfnCluster {
  const cluster = new msk.CfnCluster(scope, 'Brokers', {
    clusterName: name,
    kafkaVersion,
    numberOfBrokerNodes: network.subnets.length,
    brokerNodeGroupInfo: {
      instanceType,
      clientSubnets: subnetIdsOf(network),
      securityGroups: [network.members.securityGroupId],
      storageInfo: { ebsStorageInfo: { volumeSize: diskGb } },
    },
    clientAuthentication: { sasl: { iam: { enabled: true } }, unauthenticated: { enabled: false } },
    encryptionInfo: {
      encryptionInTransit: { clientBroker: 'TLS', inCluster: true },
      ...(keyArn && { encryptionAtRest: { dataVolumeKmsKeyId: keyArn } }),
    },
    loggingInfo: {
      brokerLogs: {
        cloudWatchLogs: {
          enabled: true,
          logGroup: new logs.LogGroup(scope, 'BrokerLogs', logKeeping).logGroupName,
        },
      },
    },
  });
  keepWhenReplaced(cluster);
  return cluster;
}

const subnetIdsOf = ({ subnets }: Network): string[] => subnets.map(({ subnetId }) => subnetId);

/**
 * Keeps the old cluster, with the sales that nobody has read yet, when a change of the configuration replaces it. It costs money
 * until somebody deletes it. Deleting the stack deletes its cluster.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-updatereplacepolicy.html
 */
function keepWhenReplaced(cluster: CfnResource): void {
  cluster.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
  cluster.cfnOptions.deletionPolicy = CfnDeletionPolicy.DELETE;
}
