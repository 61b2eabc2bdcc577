import { fileURLToPath } from 'node:url';
import { AssetHashType, type Duration, type RemovalPolicy } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Helper, Stage } from '../lambdas/shared/contract/stages.ts';
import { acknowledge, managed, wildcard } from './acknowledge.ts';
import { bundle, type Program } from './bundle.ts';

/** How long the logs of the Lambdas are kept, and what becomes of them with the stack. */
export interface LogKeeping {
  readonly retention: logs.RetentionDays;
  readonly removalPolicy: RemovalPolicy;
}

/** A place in a network. */
export interface Inside {
  readonly vpc: ec2.IVpc;
  readonly subnets: ec2.SubnetSelection;
  readonly securityGroup: ec2.ISecurityGroup;
}

export interface StageFunctionProps {
  readonly memoryMb: number;
  readonly timeout: Duration;
  readonly logKeeping: LogKeeping;
  /** What its code reads beside itself. */
  readonly beside?: Program['beside'];
  /** Where the Lambda must be to reach what it talks to; only the brokers ask that. */
  readonly inside?: Inside;
}

/** A Lambda, and the log group that its alarms read. */
export interface StageFunction {
  readonly fn: lambda.Function;
  readonly logGroup: logs.LogGroup;
}

const RUNTIME = lambda.Runtime.NODEJS_24_X;
const LAMBDAS = fileURLToPath(new URL('../lambdas/', import.meta.url));

/** The Lambda of a stage, from `lambdas/NAME/handler.ts`, with the AWS SDK in it, for the runtime's own changes without notice. */
export function stageFunction(
  scope: Construct,
  name: Stage | Helper,
  { memoryMb, timeout, logKeeping, beside, inside }: StageFunctionProps,
): StageFunction {
  const logGroup = new logs.LogGroup(scope, 'Logs', logKeeping);
  const fn = new lambda.Function(scope, 'Function', {
    code: bundled(`${LAMBDAS}${name}`, beside),
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
      'No event comes to it asynchronously, so nothing would ever arrive there: it is called by a queue, which has a dead-letter queue, by pollers, which try again, or by somebody who waits for its answer.',
  });
  return { fn, logGroup };
}

/** The bundle of a stage's directory; its hash is that of the bundle, so that only changed code is deployed. */
const bundled = (directory: string, beside: Program['beside']): lambda.Code =>
  lambda.Code.fromAsset(directory, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      local: {
        tryBundle(outputDirectory) {
          bundle({ entry: `${directory}/handler.ts`, ...(beside && { beside }) }, outputDirectory);
          return true;
        },
      },
      // Required, and never pulled: bundling on this machine either works or throws.
      image: RUNTIME.bundlingImage,
    },
  });

/** May write to its own log group and send traces, nothing else yet. */
function functionRole(scope: Construct, logGroup: logs.LogGroup, isInside: boolean): iam.Role {
  const role = new iam.Role(scope, 'FunctionRole', {
    assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
  });
  logGroup.grantWrite(role);
  acknowledge(role, {
    [wildcard('*')]: 'X-Ray has no resources to name; the actions are those that send traces.',
  });
  if (isInside)
    addManaged(
      role,
      'AWSLambdaVPCAccessExecutionRole',
      'Lambda makes and removes the network interfaces of a function by its role, and they have no names before they exist; the policy is the one that AWS keeps for it.',
    );
  return role;
}

/** Adds a policy that AWS keeps, and says why it is not one of our own. */
export function addManaged(role: iam.Role, policy: string, reason: string): void {
  role.addManagedPolicy(iam.ManagedPolicy.fromAwsManagedPolicyName(`service-role/${policy}`));
  acknowledge(role, { [managed(policy)]: reason });
}
