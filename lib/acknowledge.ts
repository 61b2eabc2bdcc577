import { type CfnElement, Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Says why findings of cdk-nag are no faults, beside the resource that they are about. `test/cloud` runs the rules.
 *
 * @param reasons By the rule's name, such as `AwsSolutions-IAM4[Policy::…]`; they hold for all that stands below `scope`.
 */
export function acknowledge(scope: IConstruct, reasons: Readonly<Record<string, string>>): void {
  Validations.of(scope).acknowledge(...Object.entries(reasons).map(([id, reason]) => ({ id, reason })));
}

/** The rule's name for a permission on a resource with a wildcard. */
export const wildcard = (resource: string): string => `AwsSolutions-IAM5[Resource::${resource}]`;

/** The rule's name for a managed policy of AWS. */
export const managed = (policy: string): string =>
  `AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/${policy}]`;

/** How cdk-nag writes an attribute of a resource. */
export const attribute = (resource: IConstruct, name: string): string =>
  `<${Stack.of(resource).getLogicalId((resource.node.defaultChild ?? resource) as CfnElement)}.${name}>`;

/** For a Lambda that CDK brings along, and runs only while a stack is deployed. */
export const CDK_LAMBDA = {
  [managed('AWSLambdaBasicExecutionRole')]:
    'CDK makes the role of its own Lambda; besides it has the right that is ours to give.',
  'AwsSolutions-L1': 'CDK chooses the runtime of its own Lambda.',
  'Serverless-LambdaLatestVersion': 'CDK chooses the runtime of its own Lambda.',
  'Serverless-LambdaDLQ': 'CloudFormation waits for its answer, and a failure fails the deployment.',
  'Serverless-LambdaTracing': 'CDK has no switch for it; it runs while a stack is deployed.',
  'Serverless-LambdaDefaultMemorySize': 'It makes a single call.',
} as const;
