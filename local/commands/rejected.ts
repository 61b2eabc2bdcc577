import { S3Client } from '@aws-sdk/client-s3';
import { counted, grouped } from '../../lambdas/shared/contract/numbers.ts';
import { s3Lake } from '../../lambdas/shared/platform/lake.ts';
import { reasonKind } from '../../lambdas/shared/sales/reason.ts';
import { type ListedRejects, listRejects, type RejectedLine, withAddress } from '../results/rejects.ts';
import { resolveTarget } from '../stack/target.ts';
import { commandLine as npmCommandLine, parseCommandLine } from '../terminal/command-line.ts';
import { stackOption, text, wholeNumber } from '../terminal/options.ts';
import { printable } from '../terminal/printable.ts';

export const commandLine = () =>
  npmCommandLine('rejected', 'show records that could not be read as sales, with the reasons')
    .addOption(text('--kind <NAME>', 'only this kind: a field such as timestamp, or "not JSON" …'))
    .addOption(wholeNumber('--count <N>', 'number of records that are shown', { least: 1 }).default(20))
    .addOption(stackOption());

/** `npm run rejected`: prints the newest rejected records with their addresses, reasons and contents. */
export async function run(args: readonly string[]): Promise<void> {
  const { kind, count, stack } = parseCommandLine(commandLine(), args).opts();
  const { client, bucket } = await resolveTarget(stack);
  const rejects = await listRejects(s3Lake(bucket, new S3Client(client)));
  for (const line of await describeRejects(rejects, { kind, count })) console.log(line);
}

const MAX_REASON = 300;
const MAX_VALUE = 200;

/**
 * Describes rejected records: two lines for each, newest first, then how many there are, and the kinds of those that were
 * read. It reads no more of them than it needs.
 *
 * @param kind Only this kind; all of them if undefined.
 * @param count Largest number of records that are shown.
 */
export async function describeRejects(
  { total, newestFirst }: ListedRejects,
  { kind, count }: { readonly kind: string | undefined; readonly count: number },
): Promise<string[]> {
  const kinds = new Map<string, number>();
  const lines: string[] = [];
  let shown = 0;
  for await (const reject of newestFirst) {
    const itsKind = reasonKind(reject.reason);
    kinds.set(itsKind, (kinds.get(itsKind) ?? 0) + 1);
    if (kind !== undefined && itsKind !== kind) continue;
    lines.push(printable(withAddress(reject), MAX_REASON), `  ${describeContent(reject)}`);
    shown += 1;
    if (shown === count) break;
  }
  const read = [...kinds]
    .sort(([, a], [, b]) => b - a)
    .map(([name, number]) => `${printable(name)} ${grouped(number)}`)
    .join(', ');
  const ofKind = kind === undefined ? '' : ` of kind ${printable(kind)}`;
  return [
    ...lines,
    `${counted(shown, 'record')}${ofKind} of ${counted(total, 'rejected record')}, newest first${read === '' ? '' : `; read: ${read}`}`,
  ];
}

/** Describes what is kept of a record. Bytes that may hold ids of people are not kept. */
function describeContent({ value, sizeBytes, hash }: RejectedLine): string {
  if (value != null) return printable(Buffer.from(value, 'base64').toString(), MAX_VALUE);
  if (sizeBytes == null) return 'a tombstone';
  return `${counted(sizeBytes, 'byte')}, not kept${hash == null ? '' : `; keyed hash ${printable(hash, MAX_VALUE)}`}`;
}
