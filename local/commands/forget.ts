import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { z } from 'zod';
import { ErasureForecast, ErasureReceipt, MOST_ERASED_USERS } from '../../lambdas/shared/contract/erasure.ts';
import { counted, sum } from '../../lambdas/shared/contract/numbers.ts';
import {
  describeForecast,
  describeReceipt,
  type ErasureProgress,
  progressLine,
} from '../results/erasure-report.ts';
import { callFunction } from '../stack/call-function.ts';
import { resolveTarget } from '../stack/target.ts';
import { commandLine as npmCommandLine, parseCommandLine } from '../terminal/command-line.ts';
import { stackOption, text } from '../terminal/options.ts';

export const commandLine = () =>
  npmCommandLine('forget', 'remove users from everything that is stored, and show the receipt')
    .addOption(text('--user <ID>', 'the user; --user=--x for an id that begins with dashes'))
    .addOption(text('--users <FILE>', 'a file with one user per line, who are forgotten in one pass'))
    .option('--dry-run', 'only show how much it would read, how long it would take, and what it would cost')
    .addOption(stackOption());

/** On one machine, an erasure that takes longer is stuck; it may wait for a run. */
const LOCAL_TIMEOUT_SECONDS = 1800;
const STACK_TIMEOUT_SECONDS = 4 * 3600;
const CHECK_EVERY_MS = 1_000;
const STACK_CHECK_EVERY_MS = 10_000;

/** A payload of a Lambda has at most 6 MB. */
const MOST_BYTES = 4_000_000;

/**
 * `npm run forget`: shows what forgetting the users will take, does it, follows the work, and shows the receipt.
 *
 * @throws {Error} If the work does not end; it goes on by itself.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { user, users: file, dryRun = false, stack } = parseCommandLine(commandLine(), args).opts();
  const users = usersOf(user, file);
  const { client, functions, isLocal } = await resolveTarget(stack);
  const name = functions.forget;
  if (name === undefined)
    throw new Error('Cannot forget: the stack has no output forgetFunction; deploy it again');
  // No repeats by the SDK: if the first answer is lost, the erasure is stored, and a second request would be another one.
  const lambda = new LambdaClient({ ...client, maxAttempts: 1 });
  const call = (event: unknown): Promise<unknown> => callFunction(lambda, name, event);
  const requests = requestsOf(users);
  const forecasts = await Promise.all(
    requests.map(async (some) =>
      ErasureForecast.parse(await call({ forget: { users: some, dryRun: true } })),
    ),
  );
  for (const line of describeForecast(forecasts[0], users.length)) console.log(line);
  if (dryRun) return console.log('Nothing was changed, because this is a dry run');
  const requestedBy = isLocal ? 'this machine, by npm run forget' : 'npm run forget';
  const erasures: number[] = [];
  for (const some of requests)
    erasures.push(Answer.parse(await call({ forget: { users: some, requestedBy } })).erasure);
  console.log(`${counted(users.length, 'user')} will be forgotten: erasure ${erasures.join(', ')}`);
  await follow(erasures, { call, isLocal });
}

/** The answer of forget to a person. */
const Answer = z.object({
  erasure: z.int(),
  progress: z.object({ step: z.string(), pass: z.int(), done: z.int(), total: z.int() }).nullable(),
  receipt: ErasureReceipt.nullable(),
});

async function follow(
  erasures: readonly number[],
  { call, isLocal }: { readonly call: (event: unknown) => Promise<unknown>; readonly isLocal: boolean },
): Promise<void> {
  const timeoutSeconds = isLocal ? LOCAL_TIMEOUT_SECONDS : STACK_TIMEOUT_SECONDS;
  const deadlineMs = performance.now() + timeoutSeconds * 1000;
  let shown = '';
  for (const erasure of erasures)
    for (;;) {
      const { receipt, progress } = Answer.parse(await call({ erasure }));
      if (receipt) {
        for (const line of describeReceipt(receipt)) console.log(line);
        if (receipt.scan.found.length > 0) process.exitCode = 1;
        break;
      }
      const line = progressLine(progress satisfies ErasureProgress | null);
      if (line !== shown) console.log(line);
      shown = line;
      if (performance.now() > deadlineMs)
        throw new Error(
          `Cannot wait any longer for erasure ${erasure}: it is not finished after ${timeoutSeconds} s. It goes on by itself; its receipt will be erasures/${String(erasure).padStart(8, '0')}.json`,
        );
      await sleep(isLocal ? CHECK_EVERY_MS : STACK_CHECK_EVERY_MS);
    }
}

/** @throws {Error} If no user is named, or the file cannot be read. */
function usersOf(user: string | undefined, file: string | undefined): string[] {
  if (user !== undefined && file !== undefined) throw new Error('--user and --users cannot be used together');
  if (user !== undefined) return [user];
  if (file === undefined)
    throw new Error('--user is missing: it names the user to forget; --users names a file with many');
  const users = parseUsers(readFileSync(file));
  if (users.length === 0) throw new Error(`${file} names no user, should have one per line`);
  return users;
}

/**
 * Reads a list of users: UTF-8, one per line. Empty lines count for nothing.
 *
 * @returns Each user once, in the order of the file.
 * @throws {Error} If a line is too long for an id, or the bytes are not UTF-8.
 * @example parseUsers(Buffer.from('ann\r\nbob\n')) // ['ann', 'bob']
 */
export function parseUsers(bytes: Uint8Array): string[] {
  let content: string;
  try {
    content = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Error('Cannot read the list of users: it is not UTF-8', { cause });
  }
  const users = new Set<string>();
  for (const [index, line] of content.split(/\r?\n/).entries()) {
    if (line.length > 256)
      throw new Error(
        `Cannot read the list of users: line ${index + 1} has ${line.length} characters, should be an id of at most 256`,
      );
    if (line !== '') users.add(line);
  }
  return [...users];
}

/** Divides users into requests; the worker handles all of them in the same passes. */
export function requestsOf(users: readonly string[]): string[][] {
  const requests: string[][] = [];
  let current: string[] = [];
  let bytes = 0;
  for (const user of users) {
    const size = sum([Buffer.byteLength(JSON.stringify(user)), 1]);
    if (current.length > 0 && (current.length >= MOST_ERASED_USERS || bytes + size > MOST_BYTES)) {
      requests.push(current);
      current = [];
      bytes = 0;
    }
    current.push(user);
    bytes += size;
  }
  return current.length > 0 ? [...requests, current] : requests;
}
