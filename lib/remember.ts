import { Aws, Duration, type RemovalPolicy } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { ENV } from '../lambdas/shared/platform/env.ts';
import { REMEMBER_TIMEOUT_SECONDS } from '../lambdas/shared/platform/tombstones.ts';
import type { FieldMap } from '../lambdas/shared/sales/field-map.ts';
import { acknowledge } from './acknowledge.ts';
import type { Config } from './config.ts';
import type { Lake } from './lake.ts';
import type { Reading } from './pollers.ts';
import type { Privacy } from './privacy.ts';
import { type LogKeeping, stageFunction } from './stage-function.ts';

export interface RememberProps {
  readonly lake: Lake;
  readonly privacy: Privacy;
  readonly config: Config['remember'];
  readonly encryption: Config['encryption'];
  readonly fieldMap: FieldMap;
  readonly logKeeping: LogKeeping;
}

/** DynamoDB takes 25 items a request, so a batch is four requests at most. */
const BATCH_SIZE = 100;

/** The actions that DynamoDB does with a key for a caller: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html */
const KEY_ACTIONS = {
  read: ['kms:Decrypt', 'kms:DescribeKey'],
  write: [
    'kms:Decrypt',
    'kms:DescribeKey',
    'kms:Encrypt',
    'kms:GenerateDataKey',
    'kms:GenerateDataKeyWithoutPlaintext',
    'kms:ReEncryptFrom',
    'kms:ReEncryptTo',
  ],
} as const;

/** Stores recent sales by user. `Stream.feed` connects `fn` to the topic, with a consumer group of its own. */
export class Remember extends Construct {
  readonly fn: lambda.Function;
  readonly logGroup: logs.LogGroup;
  readonly table: dynamodb.Table;
  /** Sales arrive in small batches without waiting for more. */
  readonly reading: Reading = { reader: 'remember', batchSize: BATCH_SIZE, windowSeconds: 0 };
  private readonly key: kms.IKey | undefined;
  private readonly days: number;

  constructor(scope: Construct, id: string, props: RememberProps) {
    super(scope, id);
    const { lake, privacy, config, encryption, fieldMap, logKeeping } = props;
    const { keyArn } = encryption;
    this.key = keyArn ? kms.Key.fromKeyArn(this, 'Key', keyArn) : undefined;
    this.days = config.days;
    this.table = this.recentSales(config, logKeeping.removalPolicy);
    const { fn, logGroup } = stageFunction(this, 'remember', {
      memoryMb: 512,
      timeout: Duration.seconds(REMEMBER_TIMEOUT_SECONDS),
      logKeeping,
    });
    this.fn = fn;
    this.logGroup = logGroup;
    fn.addEnvironment(ENV.fieldMap, JSON.stringify(fieldMap));
    this.grant(fn, ['dynamodb:BatchWriteItem', 'dynamodb:PutItem'], 'write');
    lake.grantCheckPrivacy(fn);
    lake.grantTombstones(fn);
    privacy.grantKey(fn);
  }

  /** Lets `fn` read the recent sales of one user at a time, and tells it where. */
  grantRecall(fn: lambda.Function): void {
    this.grant(fn, ['dynamodb:Query'], 'read');
  }

  /** Lets `fn` list and delete the recent sales of one user at a time. */
  grantForget(fn: lambda.Function): void {
    this.grant(fn, ['dynamodb:Query', 'dynamodb:BatchWriteItem', 'dynamodb:DeleteItem'], 'write');
  }

  private recentSales({ pointInTimeRecovery }: Config['remember'], removalPolicy: RemovalPolicy) {
    const table = new dynamodb.Table(this, 'Table', {
      partitionKey: { name: 'user', type: dynamodb.AttributeType.STRING },
      sortKey: { name: 'address', type: dynamodb.AttributeType.STRING },
      timeToLiveAttribute: 'expires',
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      ...(this.key && { encryption: dynamodb.TableEncryption.CUSTOMER_MANAGED, encryptionKey: this.key }),
      ...(pointInTimeRecovery && {
        pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      }),
      // Without deletion protection, which would also keep the table of a first deployment that fails.
      removalPolicy,
    });
    if (!pointInTimeRecovery)
      acknowledge(table, {
        'AwsSolutions-DDB3':
          'Every sale of the table is also on the topic and in the bucket; remember.pointInTimeRecovery adds backups for those who want them.',
        'Serverless-DynamoDBPITREnabled': 'As for AwsSolutions-DDB3.',
      });
    return table;
  }

  private grant(fn: lambda.Function, actions: readonly string[], use: keyof typeof KEY_ACTIONS): void {
    fn.addEnvironment(ENV.recentTable, this.table.tableName);
    fn.addEnvironment(ENV.recentDays, String(this.days));
    fn.addToRolePolicy(new iam.PolicyStatement({ actions: [...actions], resources: [this.table.tableArn] }));
    if (this.key)
      fn.addToRolePolicy(
        new iam.PolicyStatement({
          actions: [...KEY_ACTIONS[use]],
          resources: [this.key.keyArn],
          conditions: { StringEquals: { 'kms:ViaService': `dynamodb.${Aws.REGION}.${Aws.URL_SUFFIX}` } },
        }),
      );
  }
}
