import { setTimeout as sleep } from 'node:timers/promises';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { z } from 'zod';
import {
  ErasureForecast,
  ErasureReceipt,
  MOST_FORGOTTEN_USERS,
} from '../../lambdas/shared/contract/erasure.ts';
import { counted, sum } from '../../lambdas/shared/contract/numbers.ts';
import {
  describeForecast,
  describeReceipt,
  type ErasureProgress,
  progressLine,
} from '../results/erasure-report.ts';
import { MAX_ID_LENGTH, readUserList } from '../results/user-list.ts';
import { callFunction } from '../stack/call-function.ts';
import { resolveTarget } from '../stack/target.ts';
import { commandLine as npmCommandLine, parseCommandLine } from '../terminal/command-line.ts';
import { stackOption, text } from '../terminal/options.ts';

export const commandLine = () =>
  npmCommandLine('forget', 'remove users from everything that is stored, and show the receipt')
    .addOption(text('--user <ID>', 'the user; --user=--x for an id that begins with dashes'))
    .addOption(
      text(
        '--users <FILE>',
        'a file with one user per line, or CSV with a column userId; they are forgotten in one pass',
      ),
    )
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
 * @throws {Error} If the work does not end in time; it continues on its own.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { user, users: file, dryRun = false, stack } = parseCommandLine(commandLine(), args).opts();
  const users = await usersOf(user, file);
  warnOfBlanks(users);
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
          `Cannot wait any longer for erasure ${erasure}: it is not finished after ${timeoutSeconds} s. It continues on its own; its receipt will be erasures/${String(erasure).padStart(8, '0')}.json`,
        );
      await sleep(isLocal ? CHECK_EVERY_MS : STACK_CHECK_EVERY_MS);
    }
}

/**
 * Returns the users that are named, each once, in the order of the file.
 *
 * @throws {Error} If no user is named, an id is too long, or the file cannot be read. The message shows no id.
 */
export async function usersOf(user: string | undefined, file: string | undefined): Promise<string[]> {
  if (user !== undefined && file !== undefined) throw new Error('--user and --users cannot be used together');
  if (user !== undefined && user.length > MAX_ID_LENGTH)
    throw new Error(`--user has ${user.length} characters, should be an id of at most ${MAX_ID_LENGTH}`);
  if (user !== undefined) return [user];
  if (file === undefined)
    throw new Error('--user is missing: it names the user to forget; --users names a file with many');
  return [...new Set(await readUserList(file))];
}

/** A list that was edited by hand may have blanks around ids; they are not part of the ids. */
function warnOfBlanks(users: readonly string[]): void {
  const padded = users.filter((user) => user !== user.trim()).length;
  if (padded > 0)
    console.warn(
      `! ${counted(padded, 'id')} ${padded === 1 ? 'begins or ends' : 'begin or end'} with a blank, which counts as part of the id`,
    );
}

/** Divides users into requests; the worker handles all of them in the same passes. */
export function requestsOf(users: readonly string[]): string[][] {
  const requests: string[][] = [];
  let current: string[] = [];
  let bytes = 0;
  for (const user of users) {
    const size = sum([Buffer.byteLength(JSON.stringify(user)), 1]);
    if (current.length > 0 && (current.length >= MOST_FORGOTTEN_USERS || bytes + size > MOST_BYTES)) {
      requests.push(current);
      current = [];
      bytes = 0;
    }
    current.push(user);
    bytes += size;
  }
  return current.length > 0 ? [...requests, current] : requests;
}
