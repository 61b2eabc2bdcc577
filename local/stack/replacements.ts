import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';

/**
 * The resources that hold data, or the position of a reader, with the properties that CloudFormation cannot change in place:
 * another value makes a new resource, which is empty or starts again. A dot leads to a property of a property.
 *
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-msk-serverlesscluster.html
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-msk-cluster.html
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-msk-topic.html
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html
 */
const HOLDERS: Readonly<Record<string, { readonly what: string; readonly fixed: readonly string[] }>> = {
  'AWS::MSK::ServerlessCluster': {
    what: 'the Kafka cluster',
    fixed: ['ClusterName', 'VpcConfigs', 'ClientAuthentication', 'Tags'],
  },
  'AWS::MSK::Cluster': {
    what: 'the Kafka cluster',
    fixed: [
      'ClusterName',
      'BrokerNodeGroupInfo.ClientSubnets',
      'BrokerNodeGroupInfo.SecurityGroups',
      'EncryptionInfo.EncryptionAtRest',
      'EncryptionInfo.EncryptionInTransit.InCluster',
    ],
  },
  'AWS::MSK::Topic': { what: 'the topic', fixed: ['ClusterArn', 'TopicName', 'ReplicationFactor'] },
  // `lambdas/topic` returns another identity for another topic or cluster, and CloudFormation then deletes the old topic.
  'Custom::Topic': { what: 'the topic', fixed: ['clusterArn', 'topic'] },
  'AWS::DynamoDB::Table': { what: 'the table of recent sales', fixed: ['TableName', 'KeySchema'] },
  'AWS::S3::Bucket': { what: 'the bucket', fixed: ['BucketName'] },
  'AWS::Lambda::EventSourceMapping': {
    what: 'the consumer group of the topic',
    fixed: ['EventSourceArn', 'Topics', 'StartingPosition', 'AmazonManagedKafkaEventSourceConfig'],
  },
};

const Template = z.looseObject({
  Resources: z.record(
    z.string(),
    z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }),
  ),
});
type Resource = z.infer<typeof Template>['Resources'][string];

/**
 * Compares the deployed template of a stack with the one that is about to be deployed.
 *
 * @returns A sentence for each cluster, topic, table, bucket and consumer group that the deployment would remove or replace;
 *   empty if there is none.
 */
export function findReplacements(deployed: unknown, next: unknown): string[] {
  const after = Template.parse(next).Resources;
  return Object.entries(Template.parse(deployed).Resources).flatMap(([id, before]) => {
    const holder = isHolder(before) ? HOLDERS[before.Type] : undefined;
    if (!holder) return [];
    const now = after[id];
    if (now?.Type !== before.Type) return [`${holder.what} (${id}) would be removed`];
    const changed = holder.fixed.filter(
      (path) => !isDeepStrictEqual(valueAt(before.Properties, path), valueAt(now.Properties, path)),
    );
    return changed.length === 0
      ? []
      : [`${holder.what} (${id}) would be replaced, because ${changed.join(' and ')} changes`];
  });
}

/** The mappings of queues hold no position. */
const isHolder = ({ Type, Properties }: Resource): boolean =>
  Type in HOLDERS && (Type !== 'AWS::Lambda::EventSourceMapping' || Properties.Topics !== undefined);

const valueAt = (properties: Readonly<Record<string, unknown>>, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (value, name) =>
        typeof value === 'object' && value !== null
          ? (value as Readonly<Record<string, unknown>>)[name]
          : undefined,
      properties,
    );
