import {
  CloudFormationClient,
  CloudFormationServiceException,
  GetTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { z } from 'zod';

/** Where a stack is deployed. */
export interface Place {
  readonly stack: string;
  /** Name of the file with its template, in the cloud assembly. */
  readonly templateFile: string;
  /** The 12 digits; undefined if it is the account of the credentials. */
  readonly account: string | undefined;
  /** Undefined if it is the region that the SDK finds for the profile. */
  readonly region: string | undefined;
}

/** https://docs.aws.amazon.com/cdk/api/v2/docs/@aws-cdk_cloud-assembly-schema.AssemblyManifest.html */
const AssemblyManifest = z.object({
  artifacts: z.record(
    z.string(),
    z.object({
      type: z.string(),
      environment: z.string().optional(),
      properties: z
        .looseObject({ templateFile: z.string().optional(), stackName: z.string().optional() })
        .optional(),
    }),
  ),
});

/**
 * Reads where the one stack of a cloud assembly is deployed.
 *
 * @param manifest The content of its manifest.json.
 * @param region The region of the command line, for a stack that names none.
 * @param env The environment variables; only tests pass them.
 * @throws {Error} If the assembly has no stack.
 */
export function placeOf(
  manifest: unknown,
  { region, env = process.env }: { readonly region: string | undefined; readonly env?: NodeJS.ProcessEnv },
): Place {
  const stacks = Object.entries(AssemblyManifest.parse(manifest).artifacts);
  const [id, artifact] = stacks.find(([, { type }]) => type === 'aws:cloudformation:stack') ?? [];
  if (id === undefined || artifact?.properties?.templateFile === undefined)
    throw new Error('Cannot deploy: there is no stack in the cloud assembly');
  const [, account, ownRegion] = /^aws:\/\/([^/]+)\/(.+)$/.exec(artifact.environment ?? '') ?? [];
  return {
    stack: artifact.properties.stackName ?? id,
    templateFile: artifact.properties.templateFile,
    account: account === 'unknown-account' ? undefined : account,
    region:
      ownRegion === undefined || ownRegion === 'unknown-region'
        ? // As the CDK CLI does; the SDK reads only the first variable.
          (region ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION || undefined))
        : ownRegion,
  };
}

/** A client of CloudFormation, with the region and the account that it works on. */
export interface StackReader {
  readonly send: (command: GetTemplateCommand) => Promise<{ readonly TemplateBody?: string | undefined }>;
  readonly config: {
    readonly region: () => Promise<string>;
    readonly credentials: () => Promise<{ readonly accountId?: string | undefined }>;
  };
}

export interface DeployedOptions {
  /** The profile of the credentials; if undefined, the SDK finds them as every AWS tool does. */
  readonly profile: string | undefined;
  /** Only tests pass one. */
  readonly connect?: (config: { readonly region?: string; readonly profile?: string }) => StackReader;
}

/**
 * Reads the template of a deployed stack, in the account and the region in which CDK deploys it.
 *
 * @returns The template, undefined if there is no such stack; and where it was looked for, such as `123456789012/eu-west-1`.
 * @throws {Error} If it cannot be read, or the credentials are of another account.
 */
export async function readDeployed(
  { stack, account, region }: Place,
  { profile, connect = (config) => new CloudFormationClient(config) }: DeployedOptions,
): Promise<{ readonly template: unknown; readonly where: string }> {
  const client = connect({ ...(region && { region }), ...(profile && { profile }) });
  const { accountId } = await client.config.credentials();
  if (account !== undefined && accountId !== undefined && account !== accountId)
    throw new Error(
      `Cannot compare with the deployed stack ${stack}: the credentials are of account ${accountId}, should be of ${account}`,
    );
  const where = `${account ?? accountId ?? 'the account of the credentials'}/${await client.config.region()}`;
  return { template: await readTemplate(client, stack), where };
}

async function readTemplate(client: StackReader, stack: string): Promise<unknown> {
  try {
    const { TemplateBody } = await client.send(new GetTemplateCommand({ StackName: stack }));
    return TemplateBody === undefined ? undefined : JSON.parse(TemplateBody);
  } catch (error) {
    if (error instanceof CloudFormationServiceException && error.message.includes('does not exist'))
      return undefined;
    throw error;
  }
}
