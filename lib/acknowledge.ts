import { type CfnElement, Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Acknowledges findings of cdk-nag, next to the resource that they concern. `test/cloud` runs the rules.
 *
 * @param scope The construct that the reasons apply to, with everything below it.
 * @param reasons Why each finding is acceptable, by the rule's name, such as `AwsSolutions-IAM4[Policy::…]`.
 */
export function acknowledge(scope: IConstruct, reasons: Readonly<Record<string, string>>): void {
  Validations.of(scope).acknowledge(...Object.entries(reasons).map(([id, reason]) => ({ id, reason })));
}

/** The name of the cdk-nag rule about a permission whose resource has a wildcard. */
export const wildcard = (resource: string): string => `AwsSolutions-IAM5[Resource::${resource}]`;

/** The name of the cdk-nag rule about a role with an AWS managed policy. */
export const managed = (policy: string): string =>
  `AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/${policy}]`;

/** An attribute of a resource, as cdk-nag writes it in the names of its rules. */
export const attribute = (resource: IConstruct, name: string): string =>
  `<${Stack.of(resource).getLogicalId((resource.node.defaultChild ?? resource) as CfnElement)}.${name}>`;

/** The reasons for a Lambda that CDK adds to the stack. It runs only during a deployment. */
export const CDK_LAMBDA = {
  [managed('AWSLambdaBasicExecutionRole')]:
    'CDK creates the role of its own Lambda; this stack adds only the one permission that the Lambda needs.',
  'AwsSolutions-L1': 'CDK chooses the runtime of its own Lambda.',
  'Serverless-LambdaLatestVersion': 'CDK chooses the runtime of its own Lambda.',
  'Serverless-LambdaDLQ': 'CloudFormation waits for its response, and a failure fails the deployment.',
  'Serverless-LambdaTracing':
    'CDK has no option for tracing this Lambda, which runs only during a deployment.',
  'Serverless-LambdaDefaultMemorySize': 'The Lambda makes a single API call.',
} as const;
