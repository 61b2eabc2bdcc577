import { S3Client } from '@aws-sdk/client-s3';
import { reasonKind } from '../../lambdas/accumulate/reason.ts';
import { counted, grouped } from '../../lambdas/shared/contract/numbers.ts';
import { s3Lake } from '../../lambdas/shared/platform/lake.ts';
import { type RejectedLine, readRejects, withAddress } from '../results/rejects.ts';
import { resolveTarget } from '../stack/target.ts';
import { commandLine as npmCommandLine, parseCommandLine } from '../terminal/command-line.ts';
import { stackOption, text, wholeNumber } from '../terminal/options.ts';
import { printable } from '../terminal/printable.ts';

export const commandLine = () =>
  npmCommandLine('rejected', 'show records that could not be read as sales, with the reasons')
    .addOption(text('--kind <NAME>', 'only this kind: a field such as timestamp, or "not JSON" …'))
    .addOption(wholeNumber('--count <N>', 'number of records that are shown', { least: 1 }).default(20))
    .addOption(stackOption());

/** `npm run rejected`: prints rejected records with their addresses, reasons and contents. */
export async function run(args: readonly string[]): Promise<void> {
  const { kind, count, stack } = parseCommandLine(commandLine(), args).opts();
  const { client, bucket } = await resolveTarget(stack);
  const rejects = await readRejects(s3Lake(bucket, new S3Client(client)));
  for (const line of describeRejects(rejects, { kind, count })) console.log(line);
}

const MAX_REASON = 300;
const MAX_VALUE = 200;

/**
 * Describes rejected records: two lines for each, then the counts by kind.
 *
 * @param kind Only this kind; all of them if undefined.
 * @param count Number of records that are shown.
 */
export function describeRejects(
  rejects: readonly RejectedLine[],
  { kind, count }: { readonly kind: string | undefined; readonly count: number },
): string[] {
  const byKind = Map.groupBy(rejects, ({ reason }) => reasonKind(reason));
  const chosen = kind === undefined ? rejects : (byKind.get(kind) ?? []);
  const kinds = [...byKind]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([name, { length }]) => `${printable(name)} ${grouped(length)}`)
    .join(', ');
  const shown = chosen.slice(0, count);
  return [
    ...shown.flatMap((reject) => [
      printable(withAddress(reject), MAX_REASON),
      `  ${reject.value == null ? 'a tombstone' : printable(Buffer.from(reject.value, 'base64').toString(), MAX_VALUE)}`,
    ]),
    `${grouped(shown.length)} of ${counted(chosen.length, 'rejected record')}${kind === undefined ? '' : ` of kind ${printable(kind)}`}${kinds === '' ? '' : `; all: ${kinds}`}`,
  ];
}
