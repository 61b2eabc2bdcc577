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
import { acknowledge, attribute, wildcard } from './acknowledge.ts';
import type { Config } from './config.ts';
import type { Lake } from './lake.ts';
import { type LogKeeping, stageFunction } from './stage-function.ts';
import { StageQueue } from './stage-queue.ts';
import { executorsOf, takenGb } from './train-config.ts';

export interface TrainProps {
  readonly lake: Lake;
  readonly config: Config['train'];
  readonly sweepMinutes: number;
  readonly logKeeping: LogKeeping;
  /** The job, built by Maven from `spark/`. */
  readonly jarPath: string;
}

const MAIN_CLASS = 'cartograph.TrainJob';
/** What EMR Serverless starts with, if there is room. */
const FIRST_EXECUTORS = 3;

/** `windows/N.json` → the Spark job on EMR Serverless → `runs/N/K/` and `manifests/N.json`. */
export class Train extends Construct {
  readonly fn: lambda.Function;
  readonly logGroup: logs.LogGroup;
  readonly queue: StageQueue;

  constructor(scope: Construct, id: string, { lake, config, sweepMinutes, logKeeping, jarPath }: TrainProps) {
    super(scope, id);
    if (!existsSync(jarPath))
      throw new Error(`Cannot synthesize: ${jarPath} is missing; build it with mvn -f spark/pom.xml package`);
    const jar = new assets.Asset(this, 'Jar', { path: jarPath });
    const application = new emr.CfnApplication(this, 'Application', {
      type: 'Spark',
      releaseLabel: config.releaseLabel,
      architecture: config.architecture,
      // The only spending limit that the service has.
      maximumCapacity: { cpu: `${config.maximumVcpu} vCPU`, memory: `${config.maximumMemoryGb} GB` },
      ...initialCapacity(config),
      autoStartConfiguration: { enabled: true },
      autoStopConfiguration: { enabled: true, idleTimeoutMinutes: config.idleMinutes },
    });
    const role = new iam.Role(this, 'JobRole', {
      // Without the condition the service could be talked into using the role for others (confused deputy).
      assumedBy: new iam.ServicePrincipal('emr-serverless.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    });
    lake.grantTrain(role);
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['s3:GetObject'],
        resources: [jar.bucket.arnForObjects(jar.s3ObjectKey)],
      }),
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
      sparkSubmitParameters: sparkSubmitParameters(config, Stack.of(this).region),
      logUri: lake.url('logs'),
      attempts: config.attempts,
      deadlineMinutes: config.deadlineMinutes,
    };
    this.fn.addEnvironment(ENV.launch, Stack.of(this).toJsonString(launch));
    lake.grantLaunch(this.fn);
    this.grantJobs(application, role);

    this.queue = new StageQueue(this, 'Events', { fn: this.fn, reportsFailures: true });
    this.queue.on('Windows', lake.createdBelow('windows'));
    this.queue.on('JobEnded', {
      source: ['aws.emr-serverless'],
      detailType: ['EMR Serverless Job Run State Change'],
      detail: { applicationId: [application.attrApplicationId], state: ['FAILED', 'CANCELLED', 'SUCCESS'] },
    });
    this.queue.sweepEvery(sweepMinutes);
  }

  /** Lets the launcher start, watch and cancel jobs of this application, in this role and no other. */
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
        'Job runs of the one application; they get their names when they start.',
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

/** Workers that are kept warm; they must be of the size that the job asks for, or it starts others. */
function initialCapacity({ preInitialisedExecutors, driver, executor }: Config['train']) {
  if (preInitialisedExecutors === 0) return {};
  const workers = (key: string, workerCount: number, { vcpu, memoryGb, diskGb }: typeof driver) => ({
    key,
    value: {
      workerCount,
      workerConfiguration: { cpu: `${vcpu} vCPU`, memory: `${takenGb(memoryGb)} GB`, disk: `${diskGb} GB` },
    },
  });
  return {
    initialCapacity: [workers('Driver', 1, driver), workers('Executor', preInitialisedExecutors, executor)],
  };
}

/** As the tests run it (`spark/pom.xml`): plans of many steps are walked by recursion. */
const STACK_SIZE = '-Xss16m';

/**
 * Driver and executors together stay below the application's maximum capacity.
 *
 * The region is for the job's own S3 client, which knows nothing of EMR's settings: by Hadoop's key, which it reads, and by
 * the variable of the SDK: https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/jobs-spark.html
 *
 * `extraJavaOptions` leave EMR's own options as they are: those are `defaultJavaOptions` in its images, which Spark puts in
 * front: https://spark.apache.org/docs/latest/configuration.html#runtime-environment. Not seen in an account. Values must
 * hold no spaces.
 */
function sparkSubmitParameters(config: Config['train'], region: string): string {
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
  };
  const flags = Object.entries(conf).map(([name, value]) => `--conf ${name}=${value}`);
  return [`--class ${MAIN_CLASS}`, ...flags].join(' ');
}
