import { fileURLToPath } from 'node:url';
import { AssetHashType, type Duration, type RemovalPolicy } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Helper, RequestStage, Stage } from '../lambdas/shared/contract/stages.ts';
import { acknowledge, managed, wildcard } from './acknowledge.ts';
import { bundle, type Program } from './bundle.ts';

/** How long the logs of the Lambdas are kept, and whether they are deleted with the stack. */
export interface LogKeeping {
  readonly retention: logs.RetentionDays;
  readonly removalPolicy: RemovalPolicy;
}

/** A location in a VPC for a Lambda. */
export interface Inside {
  readonly vpc: ec2.IVpc;
  readonly subnets: ec2.SubnetSelection;
  readonly securityGroup: ec2.ISecurityGroup;
}

export interface StageFunctionProps {
  readonly memoryMb: number;
  readonly timeout: Duration;
  readonly logKeeping: LogKeeping;
  /** Files to put next to the code, by name. */
  readonly extraFiles?: Program['extraFiles'];
  /** The VPC location of a Lambda that connects to the brokers. If undefined, the Lambda is outside any VPC. */
  readonly inside?: Inside;
}

/** A Lambda, and the log group that its alarms read. */
export interface StageFunction {
  readonly fn: lambda.Function;
  readonly logGroup: logs.LogGroup;
}

const RUNTIME = lambda.Runtime.NODEJS_24_X;
const LAMBDAS = fileURLToPath(new URL('../lambdas/', import.meta.url));

/**
 * Creates the Lambda of a stage from `lambdas/NAME/handler.ts`, with its log group and role.
 *
 * The bundle includes the AWS SDK, because the version in the Lambda runtime changes without notice.
 */
export function stageFunction(
  scope: Construct,
  name: Stage | RequestStage | Helper,
  { memoryMb, timeout, logKeeping, extraFiles, inside }: StageFunctionProps,
): StageFunction {
  const logGroup = new logs.LogGroup(scope, 'Logs', logKeeping);
  const fn = new lambda.Function(scope, 'Function', {
    code: bundled(`${LAMBDAS}${name}`, extraFiles),
    handler: 'index.handler',
    runtime: RUNTIME,
    architecture: lambda.Architecture.ARM_64,
    memorySize: memoryMb,
    timeout,
    logGroup,
    role: functionRole(scope, logGroup, inside !== undefined),
    tracing: lambda.Tracing.ACTIVE,
    // DEP0169: the local emulator's wrapper of Node functions calls url.parse(); no bundle of ours does.
    environment: { NODE_OPTIONS: '--enable-source-maps --disable-warning=DEP0169' },
    ...(inside && { vpc: inside.vpc, vpcSubnets: inside.subnets, securityGroups: [inside.securityGroup] }),
  });
  acknowledge(fn, {
    'Serverless-LambdaDLQ':
      'The Lambda is never invoked asynchronously, so its dead-letter queue would always be empty: it is invoked by a queue, which has a dead-letter queue, by pollers, which retry, or by a caller that waits for the response.',
  });
  return { fn, logGroup };
}

/** Returns the memory of a Lambda in MB, which decides what its time costs. */
export function memoryMbOf(fn: lambda.Function): number {
  const resource = fn.node.defaultChild;
  const memory = resource instanceof lambda.CfnFunction ? resource.memorySize : undefined;
  if (memory === undefined) throw new Error(`Cannot price ${fn.node.path}: its memory is not set`);
  return memory;
}

/** Bundles the directory of a stage. The asset hash is the hash of the bundle, so that only changed code is deployed. */
const bundled = (directory: string, extraFiles: Program['extraFiles']): lambda.Code =>
  lambda.Code.fromAsset(directory, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      local: {
        tryBundle(outputDirectory) {
          bundle({ entry: `${directory}/handler.ts`, ...(extraFiles && { extraFiles }) }, outputDirectory);
          return true;
        },
      },
      // CDK requires an image but never pulls it: local bundling either succeeds or throws.
      image: RUNTIME.bundlingImage,
    },
  });

/** A role that may write to its own log group and send traces. Stages add further permissions. */
function functionRole(scope: Construct, logGroup: logs.LogGroup, isInside: boolean): iam.Role {
  const role = new iam.Role(scope, 'FunctionRole', {
    assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
  });
  logGroup.grantWrite(role);
  acknowledge(role, {
    [wildcard('*')]: 'X-Ray actions do not support resource-level permissions; these only send traces.',
  });
  if (isInside)
    addManaged(
      role,
      'AWSLambdaVPCAccessExecutionRole',
      'Lambda creates and deletes the network interfaces of a function with its role, and their ids are not known in advance; AWS maintains this policy for that purpose.',
    );
  return role;
}

/** Adds an AWS managed policy to a role, and acknowledges the finding of cdk-nag with the reason. */
export function addManaged(role: iam.Role, policy: string, reason: string): void {
  role.addManagedPolicy(iam.ManagedPolicy.fromAwsManagedPolicyName(`service-role/${policy}`));
  acknowledge(role, { [managed(policy)]: reason });
}
