import { setTimeout as sleep } from 'node:timers/promises';
import { LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { manifestKey, windowKey } from '../../lambdas/shared/contract/keys.ts';
import { counted, grouped } from '../../lambdas/shared/contract/numbers.ts';
import { Manifest, Window } from '../../lambdas/shared/contract/schemas.ts';
import { readJson, s3Lake } from '../../lambdas/shared/platform/lake.ts';
import { listCharts } from '../results/copy-charts.ts';
import { readLists } from '../results/read-lists.ts';
import { countStored, findWrongCounts } from '../results/smoke.ts';
import { resolveTarget, type Target } from '../stack/target.ts';
import { commandLine as npmCommandLine, parseCommandLine } from '../terminal/command-line.ts';
import { stackOption, wholeNumber } from '../terminal/options.ts';
import { run as flush } from './flush.ts';
import { run as produce } from './produce.ts';

const CHECK_EVERY_MS = 5_000;

export const commandLine = () =>
  npmCommandLine('smoke', 'check a pipeline from end to end: sales in, a run, charts and lists out')
    .addOption(wholeNumber('--count <N>', 'number of simulated sales', { least: 100 }).default(2_000))
    .addOption(
      wholeNumber('--timeout <N>', 'seconds until the sales must be stored', { least: 1 }).default(900),
    )
    .addOption(stackOption());

/**
 * `npm run smoke`: sends simulated sales, waits until they are stored, cuts a window, waits for its run, and checks that the
 * pointer, the charts, the lists and the numbers agree. It works on a stack, or on the pipeline that runs on this machine.
 *
 * The sales stay in the bucket, so use it before a stack has sales that matter, or on a stack for tests.
 *
 * @throws {Error} At the first check that fails.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { stack, count, timeout } = parseCommandLine(commandLine(), args).opts();
  const target = await resolveTarget(stack);
  const lake = s3Lake(target.bucket, new S3Client(target.client));
  const ofStack = stack === undefined ? [] : ['--stack', stack];
  if (!target.isLocal) passed(await checkPollers(target));

  const before = await countStored(lake);
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

  await flush(ofStack);
  const { run, keys } = await listCharts({ client: new S3Client(target.client), bucket: target.bucket });
  passed(`run ${run} is served, with ${counted(keys.length, 'page and picture', 'pages and pictures')}`);
  const [window, manifest] = await Promise.all([
    readJson(lake, windowKey(run), Window),
    readJson(lake, manifestKey(run), Manifest),
  ]);
  if (!window || !manifest) throw new Error(`Cannot read the window and the manifest of run ${run}`);
  const problems = findWrongCounts(await countStored(lake), window, manifest);
  if (problems.length > 0) throw new Error(`Cannot make the numbers add up: ${problems.join('; ')}`);
  passed(
    `the numbers add up: ${grouped(manifest.inputs.interactions)} distinct sales of ${grouped(manifest.counts.users)} users`,
  );
  passed(await checkLists(target));
}

const passed = (text: string): void => console.log(`✓ ${text}`);

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
const SIMULATED_USERS = Array.from({ length: 50 }, (_, index) => `u${String(index + 1).padStart(4, '0')}`);

async function checkLists(target: Target): Promise<string> {
  let problem: unknown;
  for (const user of SIMULATED_USERS)
    try {
      const { lists } = await readLists(target, user);
      return `${user} has ${counted(lists.length, 'recommendation')}`;
    } catch (error) {
      problem = error;
    }
  throw new Error('Cannot find lists of a simulated user', { cause: problem });
}
