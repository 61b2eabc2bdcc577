import { Aws, type RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { ENV } from '../lambdas/shared/platform/env.ts';
import type { Privacy as Settings } from '../lambdas/shared/privacy/settings.ts';
import { acknowledge } from './acknowledge.ts';
import type { Config } from './config.ts';

export interface PrivacyProps {
  readonly config: Config['privacy'];
  readonly encryption: Config['encryption'];
  readonly removalPolicy: RemovalPolicy;
}

/** Length of the secret: letters and digits, about 380 bits. */
const SECRET_CHARACTERS = 64;

/**
 * The mode of ids of people, and the secret that turns them into pseudonyms and recognises forgotten users. The secret exists
 * in both modes and is kept or deleted like the bucket, whose pseudonyms nothing else can compute. Permission, mode and the
 * secret's ARN reach a Lambda through one method.
 */
export class Privacy extends Construct {
  readonly secretArn: string;
  readonly settings: Settings;
  private readonly key: kms.IKey | undefined;

  constructor(scope: Construct, id: string, { config, encryption, removalPolicy }: PrivacyProps) {
    super(scope, id);
    const { secretArn, ...settings } = config;
    this.settings = settings;
    const { keyArn } = encryption;
    this.key = keyArn ? kms.Key.fromKeyArn(this, 'Key', keyArn) : undefined;
    this.secretArn = secretArn ?? this.createSecret(removalPolicy);
  }

  /** Lets `fn` read the secret, and gives it the mode. */
  grantKey(fn: lambda.Function): void {
    this.grantMode(fn);
    fn.addEnvironment(ENV.personSecret, this.secretArn);
    this.grantTo(fn);
  }

  /** Lets `fn` store ids of people: it gets the mode, and can read the secret only if ids are keyed. */
  grantStoring(fn: lambda.Function): void {
    if (this.settings.userIds === 'keyed') this.grantKey(fn);
    else this.grantMode(fn);
  }

  /** Gives `fn` the mode, without the secret. */
  grantMode(fn: lambda.Function): void {
    fn.addEnvironment(ENV.privacy, JSON.stringify(this.settings));
  }

  /**
   * Lets a role read the secret: for the Spark job, which reads it by its ARN with its own role. A job can reach Secrets Manager
   * without a VPC: https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/considerations.html
   *
   * A reference `EMR.secret@ARN` in the configuration of a job is no alternative: the service itself would read the secret, and
   * for that needs a customer managed key whose key policy names it:
   * https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/secrets-manager.html
   */
  grantTo({ grantPrincipal }: iam.IGrantable): void {
    grantPrincipal.addToPrincipalPolicy(
      new iam.PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [this.secretArn] }),
    );
    if (!this.key) return;
    const service = `secretsmanager.${Aws.REGION}.${Aws.URL_SUFFIX}`;
    grantPrincipal.addToPrincipalPolicy(
      new iam.PolicyStatement({
        actions: ['kms:Decrypt'],
        resources: [this.key.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': service } },
      }),
    );
  }

  private createSecret(removalPolicy: RemovalPolicy): string {
    const secret = new secretsmanager.Secret(this, 'Secret', {
      description: 'Turns ids of users, orders and sales into pseudonyms, and recognises forgotten users',
      generateSecretString: { passwordLength: SECRET_CHARACTERS, excludePunctuation: true },
      ...(this.key && { encryptionKey: this.key }),
      removalPolicy,
    });
    acknowledge(secret, {
      'AwsSolutions-SMG4':
        'The secret must never change: another one gives every user another pseudonym, so that stored sales no longer match new ones. accumulate refuses to start with a secret that differs from the one of the stored sales.',
    });
    const { defaultChild } = secret.node;
    // A `Ref` is the ARN too, but not in every emulator. The job takes the region from the ARN.
    return defaultChild instanceof secretsmanager.CfnSecret ? defaultChild.attrId : secret.secretArn;
  }
}
