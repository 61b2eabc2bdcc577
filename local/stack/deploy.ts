import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  type Stack,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { z } from 'zod';
import type { Config } from '../../lib/config.ts';
import { FEATURE_FLAGS } from '../../lib/feature-flags.ts';
import { rejectOnAbort } from '../process/abort.ts';
import { startChild, tail } from '../process/child.ts';
import { NODE_BIN, ROOT } from '../process/paths.ts';
import { withoutCloudOnly } from './cloud-only.ts';
import { ACCOUNT, awsClient, REGION } from './emulator.ts';
import { zipDirectory } from './zip.ts';

/** The emulator of `npm start` takes seconds; LocalStack starts a container for some of the resources. */
const DEPLOY_SECONDS = 600;

/** The CDK app's configuration, before its defaults. */
export type ConfigInput = z.input<typeof Config>;

/**
 * Runs the CDK app, as `cdk synth` does.
 *
 * @param directory Receives the cloud assembly.
 * @param signal Stops the app, and the bundlers that it has started, when it is aborted.
 * @throws {Error} If the app fails; the message contains the end of its log.
 */
export async function synthesize(
  config: ConfigInput,
  directory: string,
  signal = new AbortController().signal,
): Promise<void> {
  const app = startChild({
    name: 'the CDK app',
    command: join(NODE_BIN, 'node'),
    args: ['bin/app.ts'],
    logPath: `${directory}.log`,
    cwd: ROOT,
    env: {
      ...process.env,
      PATH: `${NODE_BIN}:${process.env.PATH}`,
      CDK_OUTDIR: directory,
      CDK_DEFAULT_ACCOUNT: ACCOUNT,
      CDK_DEFAULT_REGION: REGION,
      CDK_CONTEXT_JSON: JSON.stringify({
        ...FEATURE_FLAGS,
        cartograph: config,
        'aws:cdk:bundling-stacks': ['**'],
      }),
    },
  });
  try {
    const sentence = await rejectOnAbort(app.ended, signal);
    if (app.process.exitCode !== 0) throw new Error(`Cannot synthesize: ${sentence}\n${tail(app.logPath)}`);
  } finally {
    await app.stop();
  }
}

/** https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.cloud_assembly_schema.FileAsset.html */
const Assets = z.object({
  files: z.record(
    z.string(),
    z.object({
      source: z.object({ path: z.string(), packaging: z.enum(['file', 'zip']) }),
      destinations: z.record(z.string(), z.object({ bucketName: z.string(), objectKey: z.string() })),
    }),
  ),
});

/**
 * Deploys a synthesized stack to the emulator, without the resources that only the cloud has. An existing stack is
 * updated.
 *
 * @param directory The cloud assembly that `synthesize` has written.
 * @returns The stack's outputs by name; empty if it has none.
 * @throws {Error} If the stack cannot be created or updated; the message contains the first failure.
 */
export async function deploy(
  endpoint: string,
  stackName: string,
  directory: string,
): Promise<ReadonlyMap<string, string>> {
  const template = withoutCloudOnly(
    JSON.parse(await readFile(join(directory, `${stackName}.template.json`), 'utf8')),
  );
  await uploadAssets(endpoint, stackName, directory);
  const ssm = new SSMClient(awsClient(endpoint));
  await ssm.send(
    new PutParameterCommand({
      Name: '/cdk-bootstrap/hnb659fds/version',
      Value: '99',
      Type: 'String',
      Overwrite: true,
    }),
  );
  const client = new CloudFormationClient(awsClient(endpoint));
  const existing = await describe(client, stackName);
  const command = {
    StackName: stackName,
    TemplateURL: await uploadTemplate(endpoint, stackName, JSON.stringify(template)),
    Capabilities: ['CAPABILITY_IAM' as const, 'CAPABILITY_NAMED_IAM' as const],
  };
  try {
    await client.send(existing ? new UpdateStackCommand(command) : new CreateStackCommand(command));
  } catch (error) {
    if (!(error instanceof Error && error.message.includes('No updates'))) throw error;
  }
  const stack = await waitUntilDeployed(client, stackName);
  return new Map(
    (stack.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey ?? '', OutputValue ?? '']),
  );
}

/**
 * Puts the template beside the assets: a template in the request itself may have at most 51,200 bytes.
 *
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
 *
 * @returns Its URL.
 */
async function uploadTemplate(endpoint: string, stackName: string, template: string): Promise<string> {
  const client = new S3Client(awsClient(endpoint));
  const [Bucket, Key] = [`cdk-hnb659fds-assets-${ACCOUNT}-${REGION}`, `${stackName}.template.json`];
  await client.send(new CreateBucketCommand({ Bucket })).catch(() => undefined);
  await client.send(new PutObjectCommand({ Bucket, Key, Body: template }));
  return `${endpoint}/${Bucket}/${Key}`;
}

async function describe(client: CloudFormationClient, stackName: string): Promise<Stack | undefined> {
  try {
    return (await client.send(new DescribeStacksCommand({ StackName: stackName }))).Stacks?.[0];
  } catch {
    return undefined;
  }
}

async function waitUntilDeployed(client: CloudFormationClient, stackName: string): Promise<Stack> {
  const deadlineMs = performance.now() + DEPLOY_SECONDS * 1000;
  while (performance.now() < deadlineMs) {
    const stack = await describe(client, stackName);
    if (stack?.StackStatus === 'CREATE_COMPLETE' || stack?.StackStatus === 'UPDATE_COMPLETE') return stack;
    if (stack && /FAILED|ROLLBACK/.test(stack.StackStatus ?? '')) {
      const { StackEvents } = await client.send(new DescribeStackEventsCommand({ StackName: stackName }));
      const failed = StackEvents?.findLast(({ ResourceStatus }) => ResourceStatus?.endsWith('FAILED'));
      throw new Error(
        `Cannot deploy ${stackName}: ${failed?.LogicalResourceId ?? stack.StackStatus}: ${failed?.ResourceStatusReason ?? stack.StackStatusReason}`,
      );
    }
    await sleep(100);
  }
  throw new Error(`Cannot deploy ${stackName}: it is not ready after ${DEPLOY_SECONDS} s`);
}

async function uploadAssets(endpoint: string, stackName: string, directory: string): Promise<void> {
  const client = new S3Client(awsClient(endpoint));
  const { files } = Assets.parse(
    JSON.parse(readFileSync(join(directory, `${stackName}.assets.json`), 'utf8')),
  );
  for (const { source, destinations } of Object.values(files)) {
    if (source.path.endsWith('.template.json')) continue;
    const path = join(directory, source.path);
    const body = source.packaging === 'zip' ? await zipDirectory(path) : await readFile(path);
    for (const { bucketName, objectKey } of Object.values(destinations)) {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own placeholders
      const Bucket = bucketName.replace('${AWS::AccountId}', ACCOUNT).replace('${AWS::Region}', REGION);
      await client.send(new CreateBucketCommand({ Bucket })).catch(() => undefined);
      await client.send(new PutObjectCommand({ Bucket, Key: objectKey, Body: body }));
    }
  }
}
