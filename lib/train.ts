import { existsSync } from 'node:fs';
import { Duration, Stack } from 'aws-cdk-lib';
import * as emr from 'aws-cdk-lib/aws-emrserverless';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as assets from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { ENV } from '../lambdas/shared/env.ts';
import type { Launch } from '../lambdas/train/settings.ts';
import type { Config } from './config.ts';
import type { Lake } from './lake.ts';
import { stageFunction } from './stage-function.ts';
import { StageQueue } from './stage-queue.ts';

export interface TrainProps {
  readonly lake: Lake;
  readonly config: Config['train'];
  readonly sweepMinutes: number;
  /** The job, built by Maven from `spark/`. */
  readonly jarPath: string;
}

const MAIN_CLASS = 'cartograph.TrainJob';
const DRIVER = { vcpu: 4, memoryGb: 12 };
const EXECUTOR = { vcpu: 4, memoryGb: 12 };

/** `windows/N.json` → the Spark job on EMR Serverless → `runs/N/K/` and `manifests/N.json`. */
export class Train extends Construct {
  readonly fn: lambda.Function;

  constructor(scope: Construct, id: string, { lake, config, sweepMinutes, jarPath }: TrainProps) {
    super(scope, id);
    if (!existsSync(jarPath))
      throw new Error(`Cannot synthesize: ${jarPath} is missing; build it with mvn -f spark/pom.xml package`);
    const jar = new assets.Asset(this, 'Jar', { path: jarPath });
    const application = new emr.CfnApplication(this, 'Application', {
      type: 'Spark',
      releaseLabel: config.releaseLabel,
      architecture: config.architecture,
      maximumCapacity: { cpu: `${config.maximumVcpu} vCPU`, memory: `${config.maximumMemoryGb} GB` },
      autoStartConfiguration: { enabled: true },
      autoStopConfiguration: { enabled: true, idleTimeoutMinutes: 1 },
    });
    const role = new iam.Role(this, 'JobRole', {
      assumedBy: new iam.ServicePrincipal('emr-serverless.amazonaws.com'),
    });
    lake.grantTrain(role);
    jar.grantRead(role);

    this.fn = stageFunction(this, 'train', { memoryMb: 512, timeout: Duration.minutes(1) });
    const launch: Launch = {
      applicationId: application.attrApplicationId,
      executionRoleArn: role.roleArn,
      entryPoint: jar.s3ObjectUrl,
      sparkSubmitParameters: sparkSubmitParameters(config),
      logUri: lake.url('logs'),
      attempts: config.attempts,
      deadlineMinutes: config.deadlineMinutes,
    };
    this.fn.addEnvironment(ENV.launch, Stack.of(this).toJsonString(launch));
    lake.grantLaunch(this.fn);
    this.grantJobs(application, role);

    const queue = new StageQueue(this, 'Events', { fn: this.fn, reportsFailures: false });
    queue.on('Windows', lake.createdBelow('windows'));
    queue.on('JobEnded', {
      source: ['aws.emr-serverless'],
      detailType: ['EMR Serverless Job Run State Change'],
      detail: { applicationId: [application.attrApplicationId], state: ['FAILED', 'CANCELLED', 'SUCCESS'] },
    });
    queue.sweepEvery(sweepMinutes);
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
    this.fn.addToRolePolicy(
      new iam.PolicyStatement({
        actions: ['iam:PassRole'],
        resources: [role.roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 'emr-serverless.amazonaws.com' } },
      }),
    );
  }
}

/**
 * What a worker takes of the capacity: Spark adds a tenth to its memory, and the service rounds up to whole GB.
 *
 * https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/app-behavior.html
 */
const takenGb = ({ memoryGb }: typeof DRIVER): number => Math.ceil(memoryGb * 1.1);

/**
 * Driver and executors together stay below the application's maximum capacity.
 *
 * @throws {RangeError} If it does not hold the driver and one executor: the job would wait for ever.
 */
function sparkSubmitParameters({ maximumVcpu, maximumMemoryGb }: Config['train']): string {
  const executors = Math.floor(
    Math.min(
      (maximumVcpu - DRIVER.vcpu) / EXECUTOR.vcpu,
      (maximumMemoryGb - takenGb(DRIVER)) / takenGb(EXECUTOR),
    ),
  );
  if (executors < 1)
    throw new RangeError(
      `Cannot configure the stack: cartograph.train.maximumVcpu is ${maximumVcpu} and cartograph.train.maximumMemoryGb is ${maximumMemoryGb}, should hold the driver and one executor: at least ${DRIVER.vcpu + EXECUTOR.vcpu} and ${takenGb(DRIVER) + takenGb(EXECUTOR)}`,
    );
  const conf = {
    'spark.driver.cores': DRIVER.vcpu,
    'spark.driver.memory': `${DRIVER.memoryGb}g`,
    'spark.executor.cores': EXECUTOR.vcpu,
    'spark.executor.memory': `${EXECUTOR.memoryGb}g`,
    'spark.dynamicAllocation.maxExecutors': executors,
  };
  const flags = Object.entries(conf).map(([name, value]) => `--conf ${name}=${value}`);
  return [`--class ${MAIN_CLASS}`, ...flags].join(' ');
}
