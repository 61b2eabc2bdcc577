import { Aws } from 'aws-cdk-lib';
import type * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct, type IConstruct } from 'constructs';
import { PROGRESS_KEY } from '../lambdas/shared/contract/erasure.ts';
import {
  CURRENT_KEY,
  INDEX_KEY,
  PREFIX,
  PRIVACY_KEY,
  SHOWN_PREFIXES,
} from '../lambdas/shared/contract/keys.ts';
import { ENV } from '../lambdas/shared/platform/env.ts';
import { acknowledge, attribute, wildcard } from './acknowledge.ts';
import type { Config } from './config.ts';
import { createBucket, EIGHT_DIGITS, ERASURE_REQUESTS, enforceConditions, policyOf } from './lake-bucket.ts';
import type { LogKeeping } from './stage-function.ts';

type PrefixName = keyof typeof PREFIX;

export interface LakeProps {
  readonly retention: Config['retention'];
  readonly encryption: Config['encryption'];
  readonly config: Config['lake'];
  readonly logKeeping: LogKeeping;
}

/** The files that serve answers from, of all runs and attempts. They contain every user's sales, with prices. */
const MODEL_FILES = `${PREFIX.runs}*/model/*`;
/** The files that the explorer looks users and products up in. */
const EXPLORER_FILES = `${PREFIX.runs}*/explorer/*`;

/** The objects that may hold a user. */
const REWRITTEN = [
  ...(['interactions', 'rejected', 'runs', 'manifests', 'charts', 'logs'] as const).map(
    (name) => `${PREFIX[name]}*`,
  ),
  `${PREFIX.attempts}*/failed.json`,
];

/** The bucket: the only state of the pipeline. Each `grant` method also gives a Lambda the name of the bucket in its environment. */
export class Lake extends Construct {
  readonly bucket: s3.IBucket;
  private readonly key: kms.IKey | undefined;
  private readonly policy: iam.PolicyDocument;

  constructor(scope: Construct, id: string, props: LakeProps) {
    super(scope, id);
    const { keyArn } = props.encryption;
    this.key = keyArn ? kms.Key.fromKeyArn(this, 'Key', keyArn) : undefined;
    const { bucketName } = props.config;
    this.bucket = bucketName
      ? s3.Bucket.fromBucketName(this, 'Kept', bucketName)
      : createBucket(this, { ...props, key: this.key });
    this.policy = policyOf(this, this.bucket);
  }

  /** Lets `fn` add batches and rejected records, which it can neither read nor delete, and say how ids are stored. */
  grantAppendInteractions(fn: lambda.Function): void {
    this.put(fn, `${PREFIX.interactions}*`, `${PREFIX.rejected}*`, PRIVACY_KEY);
    this.grantCheckPrivacy(fn);
  }

  /** Lets `fn` read how ids are stored in the bucket, and see whether there are sales; it cannot read them. */
  grantCheckPrivacy(fn: lambda.Function): void {
    this.get(fn, PRIVACY_KEY);
    // Without the permission for the key itself S3 answers 403 instead of 404 while the object does not exist yet.
    this.listPrefixes(fn, [PRIVACY_KEY, `${PREFIX.interactions}*`]);
  }

  /** Lets `fn` list batches, also those of the catalogue, and tombstones, read the state of all windows, and add windows. */
  grantCutWindows(fn: lambda.Function): void {
    this.list(fn, 'interactions', 'windows', 'manifests', 'attempts', 'catalogue', 'tombstones');
    this.get(fn, `${PREFIX.windows}*`, `${PREFIX.manifests}*`, `${PREFIX.attempts}*`);
    this.put(fn, `${PREFIX.windows}*`);
  }

  /** Lets `fn` read windows, manifests, attempts and receipts, and write attempts and receipts. */
  grantLaunch(fn: lambda.Function): void {
    this.list(fn, 'windows', 'manifests', 'attempts', 'receipts');
    this.get(fn, `${PREFIX.windows}*`, `${PREFIX.manifests}*`, `${PREFIX.attempts}*`, `${PREFIX.receipts}*`);
    this.put(fn, `${PREFIX.attempts}*`, `${PREFIX.receipts}*`);
  }

  /**
   * Lets the job's role read windows, their batches of sales and of the catalogue, tombstones, earlier runs and `current.json`,
   * and write runs, manifests and its logs.
   */
  grantTrain(role: iam.IRole): void {
    this.list(role, 'interactions', 'windows', 'catalogue', 'tombstones', 'runs', 'manifests', 'logs');
    this.get(
      role,
      `${PREFIX.interactions}*`,
      `${PREFIX.windows}*`,
      `${PREFIX.catalogue}*`,
      `${PREFIX.tombstones}*`,
      `${PREFIX.runs}*`,
      `${PREFIX.manifests}*`,
      `${PREFIX.logs}*`,
      CURRENT_KEY,
    );
    // Without this permission S3 answers 403 instead of 404 while the pointer does not exist yet.
    this.listPrefixes(role, [CURRENT_KEY]);
    this.put(role, `${PREFIX.runs}*`, `${PREFIX.manifests}*`, `${PREFIX.logs}*`);
    // For the temporary files of an attempt: Hadoop's committers rename, which on S3 means copy and delete.
    for (const action of ['s3:DeleteObject', 's3:AbortMultipartUpload'])
      this.allow(role, action, [`${PREFIX.runs}*`]);
  }

  /** Lets `fn` read runs, decisions and receipts, and add charts. Only publish writes the index page. */
  grantRender(fn: lambda.Function): void {
    this.list(fn, 'manifests', 'publications', 'charts', 'receipts');
    this.get(
      fn,
      `${PREFIX.manifests}*`,
      `${PREFIX.publications}*`,
      `${PREFIX.runs}*`,
      `${PREFIX.charts}*`,
      `${PREFIX.receipts}*`,
    );
    this.put(fn, `${PREFIX.charts}0*`);
  }

  /**
   * Lets `fn` read manifests and receipts, list attempts, write decisions, and replace the pointer and the index page, which
   * shows what runs cost and which windows wait.
   */
  grantPublish(fn: lambda.Function): void {
    this.list(fn, 'manifests', 'publications', 'runs', 'receipts', 'attempts');
    this.get(
      fn,
      `${PREFIX.manifests}*`,
      `${PREFIX.publications}*`,
      `${PREFIX.receipts}*`,
      CURRENT_KEY,
      INDEX_KEY,
    );
    this.put(fn, `${PREFIX.publications}*`, CURRENT_KEY, INDEX_KEY);
    // Without this permission S3 answers 403 instead of 404 while the two objects do not exist yet.
    this.listPrefixes(fn, [CURRENT_KEY, INDEX_KEY]);
  }

  /** Lets `fn` read what the served run answers from, and the catalogue. It may write nothing. */
  grantServe(fn: lambda.Function): void {
    // Without this permission S3 answers 403 instead of 404 for an object that does not exist, or not any more.
    this.listPrefixes(fn, [CURRENT_KEY, PRIVACY_KEY]);
    this.list(fn, 'manifests', 'runs', 'catalogue');
    this.get(
      fn,
      CURRENT_KEY,
      PRIVACY_KEY,
      `${PREFIX.manifests}*`,
      MODEL_FILES,
      EXPLORER_FILES,
      `${PREFIX.catalogue}*`,
    );
    this.grantTombstones(fn);
  }

  /** Lets `fn` read which users are forgotten, as keyed hashes. */
  grantTombstones(fn: lambda.Function): void {
    this.list(fn, 'tombstones');
    this.get(fn, `${PREFIX.tombstones}*`);
  }

  /**
   * Lets `fn` create requests to forget users and their tombstones, of which the bucket refuses to replace any, and read them, the
   * progress and the receipts.
   */
  grantErasures(fn: lambda.Function): void {
    this.grantTombstones(fn);
    this.grantCheckPrivacy(fn);
    // Without this permission S3 answers 403 instead of 404 for a request or a receipt that does not exist.
    this.list(fn, 'erasures');
    this.get(fn, ERASURE_REQUESTS, `${PREFIX.erasures}${EIGHT_DIGITS}.json`, PROGRESS_KEY);
    this.put(fn, ERASURE_REQUESTS, `${PREFIX.tombstones}${EIGHT_DIGITS}.json`);
  }

  /** Lets `fn` read and add batches of the catalogue, and nothing else. */
  grantCatalogue(fn: lambda.Function): void {
    this.list(fn, 'catalogue');
    this.get(fn, `${PREFIX.catalogue}*`);
    this.put(fn, `${PREFIX.catalogue}*`);
  }

  /**
   * Lets `fn` read everything and all versions of it, replace objects that may hold a user, and delete versions of them. All others
   * may write the objects of most of these prefixes only once. Call it once: it completes the policy of the bucket.
   */
  grantForget(fn: lambda.Function): void {
    this.listPrefixes(fn, ['*']);
    this.listVersions(fn);
    this.get(fn, '*');
    this.allow(fn, 's3:GetObjectVersion', ['*']);
    this.put(fn, ...REWRITTEN, `${PREFIX.tombstones}*`, `${PREFIX.erasures}*`);
    this.allow(fn, 's3:DeleteObjectVersion', [...REWRITTEN, `${PREFIX.erasures}*`]);
    enforceConditions(this.policy, this.bucket, fn.role?.roleArn ?? '');
  }

  /**
   * Lets a CloudFront distribution read the pages, the decisions and the files of runs, but not the stored sales with their
   * orders and prices. What each user bought is still visible, in the explorer and the graph.
   */
  grantShow(distributionArn: string): void {
    const state = (effect: iam.Effect, keys: readonly string[]): void => {
      this.policy.addStatements(
        new iam.PolicyStatement({
          sid: effect === iam.Effect.ALLOW ? 'ShowPages' : 'HideSales',
          effect,
          principals: [new iam.ServicePrincipal('cloudfront.amazonaws.com')],
          actions: ['s3:GetObject'],
          resources: keys.map((key) => this.bucket.arnForObjects(key)),
          conditions: { StringEquals: { 'aws:SourceArn': distributionArn } },
        }),
      );
    };
    state(iam.Effect.ALLOW, [...SHOWN_PREFIXES.map((prefix) => `${prefix}*`), CURRENT_KEY]);
    state(iam.Effect.DENY, [`${PREFIX.runs}*/compacted/*`, MODEL_FILES]);
  }

  /** The event pattern of a rule that matches when an object is created under the prefix. */
  createdBelow(prefix: PrefixName): events.EventPattern {
    return {
      source: ['aws.s3'],
      detailType: ['Object Created'],
      detail: { bucket: { name: [this.bucket.bucketName] }, object: { key: [{ prefix: PREFIX[prefix] }] } },
    };
  }

  /** Returns the S3 URL of a prefix, such as `s3://bucket/logs/`. */
  url(prefix: PrefixName): string {
    return this.bucket.s3UrlForObject(PREFIX[prefix]);
  }

  private get(grantee: lambda.Function | iam.IRole, ...keys: readonly string[]): void {
    this.allow(grantee, 's3:GetObject', keys);
    this.allowKey(grantee, 'kms:Decrypt');
  }

  private put(grantee: lambda.Function | iam.IRole, ...keys: readonly string[]): void {
    this.allow(grantee, 's3:PutObject', keys);
    this.allowKey(grantee, 'kms:GenerateDataKey');
  }

  /** Lets the grantee use the key that encrypts the bucket, if there is one, through S3 only. It gives no access to an object by itself. */
  private allowKey(
    grantee: lambda.Function | iam.IRole,
    action: 'kms:Decrypt' | 'kms:GenerateDataKey',
  ): void {
    if (this.key)
      grantee.grantPrincipal.addToPrincipalPolicy(
        new iam.PolicyStatement({
          actions: [action],
          resources: [this.key.keyArn],
          conditions: { StringEquals: { 'kms:ViaService': `s3.${Aws.REGION}.${Aws.URL_SUFFIX}` } },
        }),
      );
  }

  private allow(grantee: lambda.Function | iam.IRole, action: string, keys: readonly string[]): void {
    this.addBucketName(grantee);
    grantee.grantPrincipal.addToPrincipalPolicy(
      new iam.PolicyStatement({
        actions: [action],
        resources: keys.map((key) => this.bucket.arnForObjects(key)),
      }),
    );
    for (const key of keys.filter((name) => name.includes('*')))
      acknowledge(roleOf(grantee), {
        [wildcard(`${arnInRules(this.bucket)}/${key}`)]:
          `All of ${key}: the keys contain offsets and numbers that are not known at deployment.`,
      });
  }

  private list(grantee: lambda.Function | iam.IRole, ...prefixes: readonly PrefixName[]): void {
    this.listPrefixes(
      grantee,
      prefixes.map((prefix) => `${PREFIX[prefix]}*`),
    );
  }

  private listPrefixes(grantee: lambda.Function | iam.IRole, prefixes: readonly string[]): void {
    this.addBucketName(grantee);
    grantee.grantPrincipal.addToPrincipalPolicy(
      new iam.PolicyStatement({
        actions: ['s3:ListBucket'],
        resources: [this.bucket.bucketArn],
        conditions: { StringLike: { 's3:prefix': prefixes } },
      }),
    );
  }

  private listVersions(fn: lambda.Function): void {
    fn.grantPrincipal.addToPrincipalPolicy(
      new iam.PolicyStatement({
        actions: ['s3:ListBucketVersions'],
        resources: [this.bucket.bucketArn],
      }),
    );
  }

  private addBucketName(grantee: lambda.Function | iam.IRole): void {
    if ('addEnvironment' in grantee) grantee.addEnvironment(ENV.lakeBucket, this.bucket.bucketName);
  }
}

/** The ARN of the bucket, as cdk-nag writes it in the names of its rules. */
const arnInRules = (bucket: s3.IBucket): string =>
  bucket instanceof s3.Bucket ? attribute(bucket, 'Arn') : `arn:<AWS::Partition>:s3:::${bucket.bucketName}`;

const roleOf = (grantee: lambda.Function | iam.IRole): IConstruct =>
  'addEnvironment' in grantee && grantee.role ? grantee.role : grantee;
