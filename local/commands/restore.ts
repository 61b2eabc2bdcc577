import { S3Client } from '@aws-sdk/client-s3';
import { counted, grouped } from '../../lambdas/shared/contract/numbers.ts';
import { s3Lake } from '../../lambdas/shared/platform/lake.ts';
import { s3RestorableBucket } from '../lake/restorable-bucket.ts';
import { type Restored, restoreBelow } from '../lake/restore.ts';
import { resolveTarget } from '../stack/target.ts';
import { commandLine as npmCommandLine, parseCommandLine } from '../terminal/command-line.ts';
import { stackOption, text } from '../terminal/options.ts';

export const commandLine = () =>
  npmCommandLine('restore', 'bring back objects of the bucket that were deleted')
    .addOption(
      text('--below <KEYS>', 'the key of an object, or the beginning of keys, such as runs/00000003/'),
    )
    .option('--dry-run', 'only show what would be restored')
    .addOption(stackOption());

/**
 * `npm run restore`: brings back the newest version of every deleted object below a prefix. It needs the permissions of its caller to
 * list, read, write and remove versions; no Lambda takes part.
 *
 * @throws {Error} If none of the objects is deleted, or as `restoreBelow`.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { below, dryRun = false, stack } = parseCommandLine(commandLine(), args).opts();
  if (below === undefined)
    throw new Error('--below is missing: it names the objects to restore, such as runs/00000003/');
  const { bucket, client } = await resolveTarget(stack);
  const s3 = new S3Client(client);
  const parts = { lake: s3Lake(bucket, s3), bucket: s3RestorableBucket(bucket, s3), dryRun };
  const result = await restoreBelow(below, parts);
  if (result.restored.length + result.refused.length === 0)
    throw new Error(`Cannot restore: no object below ${below} is deleted`);
  for (const line of describeRestored(result, dryRun)) console.log(line);
  if (result.refused.length > 0) process.exitCode = 1;
}

/** Most objects that are shown by name, of each kind. */
const MOST_SHOWN = 20;
const MB = 1_000_000;

/** Returns the lines that show what was restored, and what was not. */
export function describeRestored({ restored, bytes, refused }: Restored, dryRun: boolean): string[] {
  const size = `${(bytes / MB).toFixed(bytes < 10 * MB ? 1 : 0)} MB`;
  return [
    ...shown(restored.map((key) => `  ${key}`)),
    `${dryRun ? '' : '✓ '}${counted(restored.length, 'object')} (${size}) ${dryRun ? 'would be restored; nothing was changed, because this is a dry run' : 'restored'}`,
    ...shown(refused.map(({ key, reason }) => `✗ ${key} is not restored: ${reason}`)),
  ];
}

const shown = (lines: readonly string[]): string[] =>
  lines.length <= MOST_SHOWN
    ? [...lines]
    : [...lines.slice(0, MOST_SHOWN), `  … and ${grouped(lines.length - MOST_SHOWN)} more`];
