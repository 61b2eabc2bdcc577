import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { z } from 'zod';
import { awsClient } from './emulator.ts';
import { type Endpoints, readEndpoints } from './endpoints.ts';

/** Configuration of an SDK client. If it is empty, the SDK finds region and credentials as every AWS tool does. */
export type ClientConfig = Partial<ReturnType<typeof awsClient>>;

/** The pipeline that a command works on: the one that runs on this machine, or a stack in an account. */
export interface Target {
  readonly bucket: string;
  readonly functions: Endpoints['functions'];
  readonly client: ClientConfig;
  /** True for the pipeline on this machine, where requests cost nothing. */
  readonly isLocal: boolean;
  /** ARN of the secret of personal ids; undefined on this machine, where it is a file, and for stacks without one. */
  readonly personSecret?: string | undefined;
}

/** A stack in an account, with its outputs. */
export interface StackTarget extends Target {
  readonly stack: string;
  /** @throws {Error} If the stack has no output of this name; the message lists those that it has. */
  output(name: string): string;
}

/**
 * Finds the pipeline that a command works on.
 *
 * @param stack Name of a CloudFormation stack; if undefined, the pipeline that runs on this machine.
 * @throws {Error} If there is no such pipeline.
 */
export async function resolveTarget(stack: string | undefined): Promise<Target> {
  if (stack !== undefined) return readStack(stack);
  const { endpoint, bucket, functions } = readEndpoints();
  return { bucket, functions, client: awsClient(endpoint), isLocal: true };
}

const Stacks = z.object({
  Stacks: z.tuple([
    z.object({
      StackStatus: z.string(),
      Outputs: z.array(z.object({ OutputKey: z.string(), OutputValue: z.string() })).default([]),
    }),
  ]),
});

/**
 * Reads a stack's outputs.
 *
 * @param client Configuration of the SDK clients; only tests pass one.
 * @throws {Error} If the stack does not exist, cannot be read, or was not made by this project.
 */
export async function readStack(stack: string, client: ClientConfig = {}): Promise<StackTarget> {
  const { StackStatus: status, Outputs: outputs } = await describe(stack, client);
  const byName = new Map(outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
  const output = (name: string): string => {
    const value = byName.get(name);
    if (value !== undefined) return value;
    const names = [...byName.keys()].join(', ') || 'none';
    throw new Error(
      `Cannot use stack ${stack} (${status}): it has no output ${name}; its outputs are: ${names}`,
    );
  };
  const functions = {
    accumulate: output('accumulateFunction'),
    threshold: output('thresholdFunction'),
    train: output('trainFunction'),
    render: output('renderFunction'),
    publish: output('publishFunction'),
    forget: byName.get('forgetFunction'),
  };
  const personSecret = byName.get('PersonSecret');
  return { stack, output, functions, bucket: output('LakeBucket'), personSecret, client, isLocal: false };
}

async function describe(stack: string, client: ClientConfig): Promise<z.infer<typeof Stacks>['Stacks'][0]> {
  try {
    const answer = await new CloudFormationClient(client).send(
      new DescribeStacksCommand({ StackName: stack }),
    );
    return Stacks.parse(answer).Stacks[0];
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : cause;
    throw new Error(
      `Cannot find stack ${stack}: ${reason}. AWS_REGION and AWS_PROFILE set the region and the account, as for the AWS CLI`,
      { cause },
    );
  }
}
