import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { s3Lake } from '../../lambdas/shared/platform/lake.ts';
import { loadPersonKey } from '../../lambdas/shared/privacy/load-key.ts';
import { NODE_BIN, ROOT } from '../process/paths.ts';
import { bucketSecretOf, secretProblem } from '../stack/bucket-secret.ts';
import { type Place, placeOf, readDeployed } from '../stack/deployed.ts';
import { findPrivacyChanges } from '../stack/privacy-changes.ts';
import { findReplacements } from '../stack/replacements.ts';
import { type ClientConfig, readStack } from '../stack/target.ts';

/** Options of the CDK CLI that its command synth needs as well; each has a value. */
const FOR_SYNTH = ['-c', '--context', '--profile', '--region'];
const REPLACE = '--replace';

/**
 * `npm run deploy`: synthesizes the stack, shows the difference to the deployed one, and deploys it with the CDK CLI that this
 * project pins. Unless `--replace` is given, it refuses to remove or replace the cluster, the topic, the bucket or the consumer group,
 * to store ids of people in another way than before, and to use a bucket with another secret than the one of its pseudonyms and of its
 * forgotten users. All other arguments go to `cdk deploy`.
 *
 * @throws {Error} If the deployment would lose data, or a step fails.
 */
export async function run(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) {
    console.log(
      `npm run deploy -- ${REPLACE} allows replacing the cluster, the topic, the bucket or the consumer group, and another privacy.userIds.\n`,
    );
    return cdk('deploy', '--help');
  }
  const { isAllowed, forSynth, forDeploy } = splitArguments(args);
  const assembly = join(ROOT, '.cartograph', 'deploy');
  rmSync(assembly, { recursive: true, force: true });
  await cdk('synth', '--quiet', '--output', assembly, ...forSynth);
  const manifest: unknown = JSON.parse(readFileSync(join(assembly, 'manifest.json'), 'utf8'));
  const place = placeOf(manifest, { region: optionOf(forSynth, '--region') });
  const { stack, templateFile } = place;
  const profile = optionOf(forSynth, '--profile');
  const deployed = await readDeployed(place, { profile });
  const next: unknown = JSON.parse(readFileSync(join(assembly, templateFile), 'utf8'));
  if (deployed.template === undefined)
    console.log(`There is no stack ${stack} in ${deployed.where}: this is its first deployment`);
  else await cdk('diff', '--app', assembly, ...forSynth);
  const problem = isAllowed
    ? undefined
    : (problemOf(deployed.template, next) ??
      (await problemOfSecret(next, { place, profile, isDeployed: deployed.template !== undefined })));
  if (problem !== undefined) throw new Error(`Cannot deploy ${stack}: ${problem}`);
  await cdk('deploy', '--app', assembly, ...forDeploy);
}

/**
 * Says why a template should not replace the deployed one.
 *
 * @param deployed The deployed template; undefined if there is no such stack.
 * @returns undefined if it may.
 */
export function problemOf(deployed: unknown, next: unknown): string | undefined {
  if (deployed === undefined) return undefined;
  const changes = findPrivacyChanges(deployed, next);
  if (changes.length > 0)
    return `${changes.join('; ')}. New sales and forgotten users would not match the stored ones, so stages would refuse to work. Deploy a new stack with another stackName (docs/privacy.md); only if the bucket has neither sales nor forgotten users yet, add ${REPLACE}`;
  const replacements = findReplacements(deployed, next);
  if (replacements.length > 0)
    return `${replacements.join('; ')}. Sales that are not read yet would be lost. Drain the topic first (docs/deploy.md), then add ${REPLACE}`;
  return undefined;
}

interface SecretOptions {
  readonly place: Place;
  readonly profile: string | undefined;
  readonly isDeployed: boolean;
}

/**
 * Says why the bucket of the stack cannot be used with its secret, as far as the caller may read both: deploying needs neither
 * permission. Otherwise it prints a warning.
 */
async function problemOfSecret(
  next: unknown,
  { place: { stack, region }, profile, isDeployed }: SecretOptions,
): Promise<string | undefined> {
  const client: ClientConfig = { ...(region && { region }), ...(profile && { profile }) };
  try {
    const target = isDeployed ? await readStack(stack, client) : undefined;
    const names = bucketSecretOf(next, target && { bucket: target.bucket, secret: target.personSecret });
    return await secretProblem(names, {
      lakeOf: (bucket) => s3Lake(bucket, new S3Client(client)),
      loadKey: (secret) => loadPersonKey(secret, new SecretsManagerClient(client)),
    });
  } catch (error) {
    console.warn(
      `! Cannot check that the secret of personal ids is the one of the bucket: ${error instanceof Error ? error.message : error}`,
    );
    return undefined;
  }
}

/**
 * Splits the arguments of the command.
 *
 * @returns Whether replacements are allowed, the arguments that all commands of the CLI take, and those of `cdk deploy`.
 *
 * @example
 * splitArguments(['--replace', '-c', 'environment=test', '--no-rollback'])
 * // { isAllowed: true, forSynth: ['-c', 'environment=test'], forDeploy: ['-c', 'environment=test', '--no-rollback'] }
 */
export function splitArguments(args: readonly string[]): {
  readonly isAllowed: boolean;
  readonly forSynth: readonly string[];
  readonly forDeploy: readonly string[];
} {
  const forDeploy = args.filter((word) => word !== REPLACE);
  const forSynth = forDeploy.flatMap((word, index) => {
    if (FOR_SYNTH.includes(word)) return [word, ...forDeploy.slice(index + 1, index + 2)];
    return FOR_SYNTH.some((name) => word.startsWith(`${name}=`)) ? [word] : [];
  });
  return { isAllowed: args.includes(REPLACE), forSynth, forDeploy };
}

/** Returns the value of an option that is given as `--name value` or `--name=value`; the last one counts. */
export function optionOf(args: readonly string[], name: string): string | undefined {
  const values = args.flatMap((word, index) =>
    word === name
      ? args.slice(index + 1, index + 2)
      : word.startsWith(`${name}=`)
        ? [word.slice(name.length + 1)]
        : [],
  );
  return values.at(-1);
}

/** Runs the CDK CLI. @throws {Error} If it fails; it has printed the reason. */
async function cdk(...args: readonly string[]): Promise<void> {
  const child = spawn(join(NODE_BIN, 'cdk'), args, { cwd: ROOT, stdio: 'inherit' });
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status) => resolve(status ?? 1));
  });
  if (code !== 0) throw new Error(`cdk ${args[0]} ended with exit code ${code}`);
}
