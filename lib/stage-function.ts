import { fileURLToPath } from 'node:url';
import type { Duration } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { type BundlingOptions, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Stage } from '../lambdas/shared/log.ts';

export interface StageFunctionProps {
  readonly memoryMb: number;
  readonly timeout: Duration;
  /** What this stage's bundle needs beyond the others'. */
  readonly bundling?: BundlingOptions;
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * The Lambda of a stage, from `lambdas/STAGE/handler.ts`: one minified module with the AWS SDK in it, for the runtime's
 * own SDK changes without notice.
 */
export function stageFunction(scope: Construct, stage: Stage, props: StageFunctionProps): lambda.Function {
  return new NodejsFunction(scope, 'Function', {
    entry: `${ROOT}lambdas/${stage}/handler.ts`,
    projectRoot: ROOT,
    depsLockFilePath: `${ROOT}package-lock.json`,
    runtime: lambda.Runtime.NODEJS_24_X,
    architecture: lambda.Architecture.ARM_64,
    memorySize: props.memoryMb,
    timeout: props.timeout,
    logGroup: new logs.LogGroup(scope, 'Logs', { retention: logs.RetentionDays.THREE_MONTHS }),
    bundling: {
      format: OutputFormat.ESM,
      target: 'node24',
      mainFields: ['module', 'main'],
      minify: true,
      bundleAwsSDK: true,
      externalModules: [],
      // Some dependencies are CommonJS and call require().
      banner: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
      ...props.bundling,
    },
  });
}
