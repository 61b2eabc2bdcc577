import { setTimeout as sleep } from 'node:timers/promises';
import { LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import {
  CURRENT_KEY,
  manifestKey,
  PREFIX,
  parseNumberedKey,
  windowKey,
} from '../../lambdas/shared/contract/keys.ts';
import { counted, grouped, highest } from '../../lambdas/shared/contract/numbers.ts';
import { Current, Manifest, Window } from '../../lambdas/shared/contract/schemas.ts';
import { type Lake, readJson, s3Lake } from '../../lambdas/shared/platform/lake.ts';
import { listCharts } from '../results/copy-charts.ts';
import { readDecisions } from '../results/decisions.ts';
import { readLists } from '../results/read-lists.ts';
import { countStored, findWrongCounts, REFUSED_CODE, refusedSentence, verdictOn } from '../results/smoke.ts';
import { Watch, watchUntil } from '../results/watch.ts';
import { userIdOf } from '../shop/shop.ts';
import { readPersonIds } from '../stack/person-key.ts';
import { resolveTarget, type Target } from '../stack/target.ts';
import { commandLine as npmCommandLine, parseCommandLine } from '../terminal/command-line.ts';
import { stackOption, wholeNumber } from '../terminal/options.ts';
import { run as flush } from './flush.ts';
import { run as produce } from './produce.ts';

const CHECK_EVERY_MS = 5_000;
/** Each of three attempts to train may take an hour. */
const RUN_TIMEOUT_SECONDS = 4 * 3600;

export const commandLine = () =>
  npmCommandLine('smoke', 'check a pipeline from end to end: sales in, a run, charts and lists out')
    .addOption(wholeNumber('--count <N>', 'number of simulated sales', { least: 100 }).default(2_000))
    .addOption(
      wholeNumber('--timeout <N>', 'seconds until the sales must be stored', { least: 1 }).default(900),
    )
    .option('--anyway', 'send them to a stack that has sales already')
    .addOption(stackOption());

/**
 * `npm run smoke`: sends simulated sales, waits until they are stored, cuts a window, waits for its run, and checks that the
 * pointer, the charts, the lists and the numbers agree. It works on a stack, or on the pipeline that runs on this machine.
 *
 * The sales stay in the bucket and are trained on, so use it before a stack has sales that matter, or on a stack for tests.
 * The exit code is {@link REFUSED_CODE} if all works, but the gate refuses the run of the sent sales.
 *
 * @throws {Error} At the first check that fails, or if a stack has sales and `--anyway` is not given.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { stack, count, timeout, anyway } = parseCommandLine(commandLine(), args).opts();
  const target = await resolveTarget(stack);
  const lake = s3Lake(target.bucket, new S3Client(target.client));
  const ofStack = stack === undefined ? [] : ['--stack', stack];
  if (!target.isLocal) passed(await checkPollers(target));

  const before = await countStored(lake);
  if (stack !== undefined && before.rows > 0 && !anyway)
    throw new Error(
      `Cannot check stack ${stack}: it has ${counted(before.rows, 'sale')} already, and the simulated ones would stay among them and be trained on; add --anyway if that is wanted`,
    );
  await produce(['--count', String(count), ...ofStack]);
  const deadlineMs = performance.now() + timeout * 1000;
  for (;;) {
    const arrived = (await countStored(lake)).records - before.records;
    if (arrived >= count) break;
    if (performance.now() > deadlineMs)
      throw new Error(
        `Cannot see the sales in the bucket: ${arrived} of ${count} are stored after ${timeout} s; docs/runbook.md, accumulate-silent, says what to check`,
      );
    await sleep(Math.min(CHECK_EVERY_MS, timeout * 200));
  }
  passed(`${counted(count, 'sale')} sent and stored`);

  // A run in flight may be without the sent sales, and no window can be cut until it is done.
  await untilSettled(lake);
  await flush(ofStack);
  await untilSettled(lake);
  const { newest, verdict } = await checkRun(lake);
  const { run, keys } = await listCharts({ client: new S3Client(target.client), bucket: target.bucket });
  passed(`run ${run} is served, with ${counted(keys.length, 'page and picture', 'pages and pictures')}`);
  const [window, manifest] = await Promise.all([
    readJson(lake, windowKey(newest), Window),
    readJson(lake, manifestKey(newest), Manifest),
  ]);
  if (!window || !manifest) throw new Error(`Cannot read the window and the manifest of run ${newest}`);
  const problems = findWrongCounts(await countStored(lake), window, manifest);
  if (problems.length > 0) throw new Error(`Cannot make the numbers add up: ${problems.join('; ')}`);
  passed(
    `the numbers of run ${newest} add up: ${grouped(manifest.inputs.interactions)} distinct sales of ${grouped(manifest.counts.users)} users`,
  );
  passed(await checkLists(target));
  if (verdict !== 'refused') return;
  console.log(refusedSentence(newest, run));
  process.exitCode = REFUSED_CODE;
}

const passed = (text: string): void => console.log(`✓ ${text}`);

/** Waits until no run is in flight. */
async function untilSettled(lake: Lake): Promise<void> {
  const watch = new Watch(lake, () => undefined);
  await watchUntil(watch, () => watch.isSettled, {
    task: 'the runs in flight',
    timeoutSeconds: RUN_TIMEOUT_SECONDS,
    everyMs: CHECK_EVERY_MS,
    signal: new AbortController().signal,
  });
}

/** Checks that the run of the newest window, which has the sent sales, is served or refused. */
async function checkRun(
  lake: Lake,
): Promise<{ readonly newest: number; readonly verdict: 'served' | 'refused' }> {
  const windows: number[] = [];
  for await (const { key } of lake.list(PREFIX.windows)) {
    const number = parseNumberedKey(PREFIX.windows, key);
    if (number !== undefined) windows.push(number);
  }
  const decisions = await readDecisions(lake);
  const refused = decisions.filter(({ decision }) => decision === 'refused').map(({ run }) => run);
  const newest = highest(windows, 0);
  const served = (await readJson(lake, CURRENT_KEY, Current))?.run ?? undefined;
  const verdict = verdictOn(newest, served, new Set(refused));
  passed(`run ${newest} has the sent sales, and is ${verdict}`);
  return { newest, verdict };
}

/** Checks that Lambda polls the topic. @throws {Error} With the state and the fault that Lambda reports. */
async function checkPollers({ client, functions }: Target): Promise<string> {
  const { EventSourceMappings = [] } = await new LambdaClient(client).send(
    new ListEventSourceMappingsCommand({ FunctionName: functions.accumulate }),
  );
  const mapping = EventSourceMappings.find(({ Topics = [] }) => Topics.length > 0);
  const { State, LastProcessingResult = 'no result yet' } = mapping ?? {};
  if (State !== 'Enabled' || LastProcessingResult.startsWith('PROBLEM'))
    throw new Error(
      `Cannot read the topic: the pollers are ${State ?? 'missing'}, should be Enabled; ${LastProcessingResult}`,
    );
  return `the pollers are enabled (${LastProcessingResult})`;
}

/** Users of the simulated shop. Each has lists, unless it bought nothing. */
const SIMULATED_USERS = Array.from({ length: 50 }, (_, index) => userIdOf(index));

async function checkLists(target: Target): Promise<string> {
  const persons = await readPersonIds(target);
  let problem: unknown;
  for (const user of SIMULATED_USERS)
    try {
      const { lists } = await readLists(target, user, persons);
      return `${user} has ${counted(lists.length, 'recommendation')}`;
    } catch (error) {
      problem = error;
    }
  throw new Error('Cannot find lists of a simulated user', { cause: problem });
}
