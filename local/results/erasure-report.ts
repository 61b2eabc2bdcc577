import type { ErasureForecast, ErasureReceipt } from '../../lambdas/shared/contract/erasure.ts';
import { counted, grouped, sum } from '../../lambdas/shared/contract/numbers.ts';

/** The progress of an erasure. */
export interface ErasureProgress {
  readonly step: string;
  readonly pass: number;
  readonly done: number;
  readonly total: number;
}

const MB = 1_000_000;

/**
 * Describes the estimate of forgetting. Estimate, progress and receipt count different objects, so each says which.
 *
 * @param users Of all requests; the forecast is of one.
 */
export function describeForecast(forecast: ErasureForecast | undefined, users: number): string[] {
  if (!forecast) return [];
  const { objects, bytes, seconds, dollars } = forecast;
  return [
    `To forget ${counted(users, 'user')}, ${counted(objects, 'object or older version', 'objects and older versions')} that may hold users (${megabytes(bytes)}) are read twice: to remove the users, and to search for them afterwards`,
    `That takes about ${timeOf(seconds)} and costs about $${dollars < 0.01 ? dollars.toFixed(4) : dollars.toFixed(2)} in an account`,
  ];
}

const megabytes = (bytes: number): string => `${(bytes / MB).toFixed(bytes < 10 * MB ? 1 : 0)} MB`;

const timeOf = (seconds: number): string =>
  seconds < 120 ? counted(Math.round(seconds), 'second') : counted(Math.round(seconds / 60), 'minute');

const STEPS: Readonly<Record<string, string>> = {
  users: 'looking for forgotten users that were stored again',
  bucket: 'removing the users from the bucket',
  waiting: 'waiting for a run that began before the request',
  outside: 'searching the table, the queues and the logs',
  scan: 'searching everything for the users',
  settle: 'waiting until nothing stores their recent sales any more',
  receipt: 'writing the receipt',
};

/** Describes the progress of the work, in one line. @param progress Null if it has not begun. */
export function progressLine(progress: ErasureProgress | null): string {
  if (!progress) return '  waiting for the worker';
  const { step, pass, done, total } = progress;
  const of =
    step === 'bucket' && pass === 1 ? `: ${grouped(done)} of ${counted(total, 'object')} of all kinds` : '';
  return `  ${STEPS[step] ?? step}${of}`;
}

/** Describes a receipt in plain sentences. */
export function describeReceipt(receipt: ErasureReceipt): string[] {
  const { erasure, users, objects, outside, scan, together, requestedAtMs, finishedAtMs, passes, parts } =
    receipt;
  const others =
    together.length > 1 ? `, together with ${counted(together.length - 1, 'other erasure')}` : '';
  return [
    `Erasure ${erasure}: ${counted(users.length, 'user')} forgotten in ${timeOf((finishedAtMs - requestedAtMs) / 1000)} and ${counted(passes, 'pass', 'passes')}${others}`,
    `  bucket    ${counted(objects.read, 'object')} that may hold users read, ${grouped(objects.changed)} changed, ${grouped(objects.deleted)} deleted, ${counted(objects.versionsDeleted, 'older version')} deleted`,
    ...(objects.changed + objects.deleted === 0
      ? ['            nothing in the bucket was of these users']
      : []),
    `  outside   ${outsideText(outside)}`,
    ...scanLines(scan),
    `  receipt   erasures/${String(erasure).padStart(8, '0')}.json${parts.length > 0 ? `, with every object in ${parts[0]}${parts.length > 1 ? ' and others' : ''}` : ''}`,
    'Not reached:',
    ...receipt.notReached.map((sentence) => `  - ${sentence}`),
  ];
}

function outsideText({ isAtLeast, tableItems, queues, logs }: ErasureReceipt['outside']): string {
  const messages = sum(queues.map(({ deleted }) => deleted));
  const streams = sum(logs.map(({ streamsDeleted }) => streamsDeleted));
  const deleted = [
    tableItems === null ? 'no table of recent sales' : `${counted(tableItems, 'recent sale')} deleted`,
    `${counted(messages, 'message')} in ${counted(queues.length, 'queue')} deleted`,
    `${counted(streams, 'log stream')} deleted`,
  ].join(', ');
  return isAtLeast ? `at least: ${deleted}` : deleted;
}

function scanLines({ objects, versions, found, possible }: ErasureReceipt['scan']): string[] {
  const searched = `${counted(objects, 'object')} of all kinds and ${counted(versions, 'older version')} searched afterwards`;
  if (found.length > 0) return [`  search    ${searched}: ✗ still found in ${found.join(', ')}`];
  const words =
    possible.length === 0
      ? []
      : [
          `            a word that is spelled like a user is in ${firstOf(possible)}: a product may have the same id`,
        ];
  return [`  search    ${searched}: nothing found`, ...words];
}

/** The receipt has all of them. */
const MOST_SHOWN = 3;

const firstOf = (keys: readonly string[]): string =>
  keys.length <= MOST_SHOWN
    ? keys.join(', ')
    : `${keys.slice(0, MOST_SHOWN).join(', ')} and ${keys.length - MOST_SHOWN} more`;
