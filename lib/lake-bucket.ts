import { CfnResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { CURRENT_KEY, INDEX_KEY, PREFIX, PRIVACY_KEY } from '../lambdas/shared/contract/keys.ts';
import { acknowledge } from './acknowledge.ts';
import type { Config } from './config.ts';
import type { LogKeeping } from './stage-function.ts';

/**
 * Prefixes whose objects are written once, with `If-None-Match`. `runs/` is not one of them, because Hadoop's committers
 * copy objects; each attempt has a prefix of its own there.
 */
const APPENDED = ['windows', 'publications', 'catalogue', 'tombstones', 'receipts'] as const;
/** The digits of a number in a pattern of keys: `?` is one character. */
export const EIGHT_DIGITS = '?'.repeat(8);
/** The requests to forget users, written once. Only forget deletes them, when the users are forgotten. */
export const ERASURE_REQUESTS = `${PREFIX.erasures}${EIGHT_DIGITS}/request.json`;
/** Prefixes whose objects are written once too, but may be replaced by forget, with `If-Match`. */
const FORGOTTEN = ['interactions', 'rejected', 'attempts', 'manifests'] as const;
/** The objects that are replaced, with `If-Match`; they are created with `If-None-Match`. */
const MOVING = [CURRENT_KEY, INDEX_KEY, PRIVACY_KEY] as const;

export interface BucketProps {
  readonly retention: Config['retention'];
  readonly logKeeping: LogKeeping;
  /** Encrypts the objects; if undefined, a key of S3 does. */
  readonly key: kms.IKey | undefined;
}

/** Creates the bucket: private, encrypted, versioned, and with a lifecycle for what expires. */
export function createBucket(scope: Construct, { retention, logKeeping, key }: BucketProps): s3.Bucket {
  const { removalPolicy } = logKeeping;
  const { rejectedDays, jobLogsDays, supersededDays, tierRunsAfterDays } = retention;
  const bucket = new s3.Bucket(scope, 'Bucket', {
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    ...(key
      ? // A bucket key makes S3 ask KMS far less often, which saves most of its cost.
        { encryption: s3.BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }
      : { encryption: s3.BucketEncryption.S3_MANAGED }),
    enforceSSL: true,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    versioned: true,
    removalPolicy,
    autoDeleteObjects: removalPolicy === RemovalPolicy.DESTROY,
    lifecycleRules: [
      { id: 'rejected', prefix: PREFIX.rejected, expiration: Duration.days(rejectedDays) },
      { id: 'logs', prefix: PREFIX.logs, expiration: Duration.days(jobLogsDays) },
      {
        id: 'runs',
        prefix: PREFIX.runs,
        transitions: [
          {
            storageClass: s3.StorageClass.INTELLIGENT_TIERING,
            transitionAfter: Duration.days(tierRunsAfterDays),
          },
        ],
      },
      {
        id: 'superseded',
        noncurrentVersionExpiration: Duration.days(supersededDays),
        abortIncompleteMultipartUploadAfter: Duration.days(7),
        expiredObjectDeleteMarker: true,
      },
    ],
  });
  // The bucket option `eventBridgeEnabled: true` would add a custom resource for the same setting.
  const resource = bucket.node.defaultChild;
  if (resource instanceof s3.CfnBucket)
    resource.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
  acknowledge(bucket, {
    'AwsSolutions-S1':
      'Access logs of a private bucket that only this stack writes would cost more than the idle pipeline; CloudTrail data events are available to those who need them.',
  });
  if (removalPolicy === RemovalPolicy.DESTROY) setLogRetentionOfEmptying(scope, logKeeping);
  return bucket;
}

/** The policy of the bucket. A kept bucket has none: it was deleted with the stack that created both. */
export function policyOf(scope: Construct, bucket: s3.IBucket): iam.PolicyDocument {
  const { document } = bucket.policy ?? new s3.BucketPolicy(scope, 'KeptPolicy', { bucket });
  if (!bucket.policy)
    document.addStatements(
      new iam.PolicyStatement({
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions: ['s3:*'],
        resources: [bucket.bucketArn, bucket.arnForObjects('*')],
        conditions: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    );
  return document;
}

/** CDK's Lambda that empties the bucket would write to a log group without retention, and CDK has no option to set one. */
function setLogRetentionOfEmptying(scope: Construct, logKeeping: LogKeeping): void {
  const handler = Stack.of(scope)
    .node.tryFindChild('Custom::S3AutoDeleteObjectsCustomResourceProvider')
    ?.node.tryFindChild('Handler');
  if (!(handler instanceof CfnResource))
    throw new Error('Cannot set the log retention: CDK added no Lambda that empties the bucket');
  const { logGroupName } = new logs.LogGroup(scope, 'EmptyingLogs', logKeeping);
  handler.addPropertyOverride('LoggingConfig', { LogGroup: logGroupName });
}

/** Limits a statement to one role, or to all others. */
type RoleCondition = Readonly<
  Partial<Record<'ArnEquals' | 'ArnNotEquals', { readonly 'aws:PrincipalArn': string }>>
>;

/**
 * Makes the bucket refuse every write that could replace an existing object unintentionally, whatever the permissions of
 * the caller. The role of forget may replace objects of some prefixes that are written once otherwise, on the condition that they are
 * what it has read.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
 */
export function enforceConditions(
  policy: iam.PolicyDocument,
  bucket: s3.IBucket,
  forgetRoleArn: string,
): void {
  const deny = (
    sid: string,
    keys: readonly string[],
    missing: readonly string[],
    role?: RoleCondition,
  ): void => {
    policy.addStatements(
      new iam.PolicyStatement({
        sid,
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions: ['s3:PutObject'],
        resources: keys.map((key) => bucket.arnForObjects(key)),
        conditions: {
          // `Null` is true if the header is missing.
          Null: Object.fromEntries(missing.map((header) => [`s3:${header}`, 'true'])),
          // The parts of a multipart upload carry no condition header; the request that completes it does.
          Bool: { 's3:ObjectCreationOperation': 'true' },
          ...role,
        },
      }),
    );
  };
  deny('WriteOnce', [...APPENDED.map((name) => `${PREFIX[name]}*`), ERASURE_REQUESTS], ['if-none-match']);
  deny(
    'WriteOnceOrForget',
    FORGOTTEN.map((name) => `${PREFIX[name]}*`),
    ['if-none-match'],
    { ArnNotEquals: { 'aws:PrincipalArn': forgetRoleArn } },
  );
  deny('MoveByCondition', MOVING, ['if-none-match', 'if-match']);
  // Forget replaces what it has read, and nothing that another wrote since.
  deny('ForgetByCondition', ['*'], ['if-none-match', 'if-match'], {
    ArnEquals: { 'aws:PrincipalArn': forgetRoleArn },
  });
}
