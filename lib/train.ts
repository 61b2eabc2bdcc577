import { existsSync } from 'node:fs';
import { Aws, Duration, Stack } from 'aws-cdk-lib';
import * as emr from 'aws-cdk-lib/aws-emrserverless';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import * as assets from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { ENV } from '../lambdas/shared/platform/env.ts';
import type { Launch } from '../lambdas/train/settings.ts';
import type { MeasuredFunctions } from '../lambdas/train/usage.ts';
import { acknowledge, attribute, wildcard } from './acknowledge.ts';
import type { Config } from './config.ts';
import type { Lake } from './lake.ts';
import type { Privacy } from './privacy.ts';
import { type LogKeeping, memoryMbOf, stageFunction } from './stage-function.ts';
import { StageQueue } from './stage-queue.ts';
import { executorsOf, FREE_DISK_GB, takenGb } from './train-config.ts';
import type { WatchedStage } from './watched-metrics.ts';

export interface TrainProps {
  readonly lake: Lake;
  /** The job reads its secret. */
  readonly privacy: Privacy;
  readonly config: Config['train'];
  readonly budget: Config['budget'];
  readonly encryption: Config['encryption'];
  readonly sweepMinutes: number;
  readonly logKeeping: LogKeeping;
  /** Path of the Spark job's jar, built by Maven from `spark/`. */
  readonly jarPath: string;
}

const MAIN_CLASS = 'cartograph.TrainJob';
/** The number of executors that a job starts with, if the capacity allows. */
const FIRST_EXECUTORS = 3;

/** Runs the Spark job on EMR Serverless for each `windows/N.json`; the job writes `runs/N/K/` and `manifests/N.json`. */
export class Train extends Construct {
  readonly fn: lambda.Function;
  readonly logGroup: logs.LogGroup;
  readonly queue: StageQueue;

  constructor(
    scope: Construct,
    id: string,
    { lake, privacy, config, budget, encryption, sweepMinutes, logKeeping, jarPath }: TrainProps,
  ) {
    super(scope, id);
    if (!existsSync(jarPath))
      throw new Error(`Cannot synthesize: ${jarPath} is missing; build it with mvn -f spark/pom.xml package`);
    const jar = new assets.Asset(this, 'Jar', { path: jarPath });
    const application = new emr.CfnApplication(this, 'Application', {
      type: 'Spark',
      releaseLabel: config.releaseLabel,
      architecture: config.architecture,
      // This is the only spending limit that EMR Serverless has.
      maximumCapacity: { cpu: `${config.maximumVcpu} vCPU`, memory: `${config.maximumMemoryGb} GB` },
      ...initialCapacity(config),
      autoStartConfiguration: { enabled: true },
      autoStopConfiguration: { enabled: true, idleTimeoutMinutes: config.idleMinutes },
    });
    const role = new iam.Role(this, 'JobRole', {
      // Without this condition another account could make the service use this role (the confused deputy problem).
      assumedBy: new iam.ServicePrincipal('emr-serverless.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    });
    lake.grantTrain(role);
    privacy.grantTo(role);
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['s3:GetObject'],
        resources: [jar.bucket.arnForObjects(jar.s3ObjectKey)],
      }),
    );
    if (encryption.assetsKeyArn)
      role.addToPolicy(
        new iam.PolicyStatement({ actions: ['kms:Decrypt'], resources: [encryption.assetsKeyArn] }),
      );

    const { fn, logGroup } = stageFunction(this, 'train', {
      memoryMb: 512,
      timeout: Duration.minutes(1),
      logKeeping,
    });
    this.fn = fn;
    this.logGroup = logGroup;
    const launch: Launch = {
      applicationId: application.attrApplicationId,
      executionRoleArn: role.roleArn,
      entryPoint: jar.s3ObjectUrl,
      sparkSubmitParameters: sparkSubmitParameters(config, {
        region: Stack.of(this).region,
        secretArn: privacy.secretArn,
      }),
      logUri: lake.url('logs'),
      attempts: config.attempts,
      deadlineMinutes: config.deadlineMinutes,
      workers: workersOf(config),
      ...(budget.monthlyTrainingUsd !== undefined && { monthlyTrainingUsd: budget.monthlyTrainingUsd }),
    };
    this.fn.addEnvironment(ENV.launch, Stack.of(this).toJsonString(launch));
    lake.grantLaunch(this.fn);
    this.grantJobs(application, role);

    this.queue = new StageQueue(this, 'Events', { fn: this.fn });
    this.queue.on('Windows', lake.createdBelow('windows'));
    this.queue.on('JobEnded', {
      source: ['aws.emr-serverless'],
      detailType: ['EMR Serverless Job Run State Change'],
      detail: { applicationId: [application.attrApplicationId], state: ['FAILED', 'CANCELLED', 'SUCCESS'] },
    });
    this.queue.sweepEvery(sweepMinutes);
  }

  /** Lets the Lambda measure, for the receipts of runs, what these Lambdas used. */
  measure(functions: Readonly<Record<string, WatchedStage>>): void {
    const measured: MeasuredFunctions = {};
    for (const [stage, { fn, logGroup }] of Object.entries(functions)) {
      measured[stage] = { logGroup: logGroup.logGroupName, memoryMb: memoryMbOf(fn) };
      logGroup.grant(this.fn, 'logs:StartQuery');
    }
    this.fn.addEnvironment(ENV.usage, Stack.of(this).toJsonString(measured));
    this.fn.addToRolePolicy(new iam.PolicyStatement({ actions: ['logs:GetQueryResults'], resources: ['*'] }));
    acknowledge(this, {
      [wildcard('*')]:
        'Results of a query have no ARN. Only the logs of the measured Lambdas can be queried, and their lines name no user.',
    });
  }

  /** Lets the Lambda start, monitor and cancel jobs of this application only, and only with this role. */
  private grantJobs(application: emr.CfnApplication, role: iam.Role): void {
    this.fn.addToRolePolicy(
      new iam.PolicyStatement({
        actions: ['emr-serverless:StartJobRun'],
        resources: [application.attrArn],
      }),
    );
    this.fn.addToRolePolicy(
      new iam.PolicyStatement({
        actions: ['emr-serverless:GetJobRun', 'emr-serverless:CancelJobRun'],
        resources: [`${application.attrArn}/jobruns/*`],
      }),
    );
    acknowledge(this, {
      [wildcard(`${attribute(application, 'Arn')}/jobruns/*`)]:
        'All job runs of this one application; their ids are assigned when they start.',
    });
    this.fn.addToRolePolicy(
      new iam.PolicyStatement({
        actions: ['iam:PassRole'],
        resources: [role.roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 'emr-serverless.amazonaws.com' } },
      }),
    );
  }
}

/** Returns the most that a job takes from the application. */
function workersOf(config: Config['train']): Launch['workers'] {
  const { architecture, driver, executor } = config;
  const executors = executorsOf(config);
  return {
    architecture,
    vcpu: driver.vcpu + executors * executor.vcpu,
    memoryGb: takenGb(driver) + executors * takenGb(executor),
    storageGb: driver.diskGb - FREE_DISK_GB + executors * (executor.diskGb - FREE_DISK_GB),
  };
}

/** The workers that are kept started. A job uses them only if they have the size that it requests. */
function initialCapacity({ preInitialisedExecutors, driver, executor }: Config['train']) {
  if (preInitialisedExecutors === 0) return {};
  const workers = (key: string, workerCount: number, worker: typeof driver) => ({
    key,
    value: {
      workerCount,
      workerConfiguration: {
        cpu: `${worker.vcpu} vCPU`,
        memory: `${takenGb(worker)} GB`,
        disk: `${worker.diskGb} GB`,
      },
    },
  });
  return {
    initialCapacity: [workers('Driver', 1, driver), workers('Executor', preInitialisedExecutors, executor)],
  };
}

/** The setting that names the secret of personal ids, as `Tombstones.scala` reads it. */
const SECRET_SETTING = 'spark.cartograph.personSecret';

/** The size of thread stacks, the same as in the tests (`spark/pom.xml`). Spark processes long query plans recursively. */
const STACK_SIZE = '-Xss16m';

/**
 * Returns the `spark-submit` parameters of a job. Driver and executors together stay below the maximum capacity of the
 * application. Values must not contain spaces.
 *
 * The region is for the job's own S3 client, which does not see EMR's settings. It is set both by Hadoop's key, which the
 * job reads, and by the environment variable of the AWS SDK:
 * https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/jobs-spark.html
 *
 * The secret of personal ids is named by its ARN; the job reads it, if users were forgotten. Spark hides values of settings whose
 * names have "secret" in them.
 *
 * `extraJavaOptions` should not replace EMR's own options, because EMR's images set `defaultJavaOptions`, which Spark
 * prepends: https://spark.apache.org/docs/latest/configuration.html#runtime-environment. This has not been verified in an
 * account.
 */
function sparkSubmitParameters(
  config: Config['train'],
  { region, secretArn }: { readonly region: string; readonly secretArn: string },
): string {
  const { driver, executor } = config;
  const executors = executorsOf(config);
  const conf = {
    'spark.driver.cores': driver.vcpu,
    'spark.driver.memory': `${driver.memoryGb}g`,
    'spark.emr-serverless.driver.disk': `${driver.diskGb}g`,
    'spark.executor.cores': executor.vcpu,
    'spark.executor.memory': `${executor.memoryGb}g`,
    'spark.emr-serverless.executor.disk': `${executor.diskGb}g`,
    'spark.executor.instances': Math.min(FIRST_EXECUTORS, executors),
    'spark.dynamicAllocation.maxExecutors': executors,
    'spark.driver.extraJavaOptions': STACK_SIZE,
    'spark.executor.extraJavaOptions': STACK_SIZE,
    'spark.hadoop.fs.s3a.endpoint.region': region,
    'spark.emr-serverless.driverEnv.AWS_REGION': region,
    'spark.executorEnv.AWS_REGION': region,
    [SECRET_SETTING]: secretArn,
  };
  const flags = Object.entries(conf).map(([name, value]) => `--conf ${name}=${value}`);
  return [`--class ${MAIN_CLASS}`, ...flags].join(' ');
}
