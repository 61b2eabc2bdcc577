import { setTimeout as sleep } from 'node:timers/promises';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { s3Lake } from '../../lambdas/shared/platform/lake.ts';
import { committedLag } from '../pipeline/lag.ts';
import { decisionOn, outcomeSentence, readDecisions } from '../results/decisions.ts';
import { Watch, watchUntil } from '../results/watch.ts';
import { callFunction } from '../stack/call-function.ts';
import { readEndpoints } from '../stack/endpoints.ts';
import { resolveTarget } from '../stack/target.ts';
import { commandLine as npmCommandLine, parseCommandLine } from '../terminal/command-line.ts';
import { stackOption } from '../terminal/options.ts';

/** The parts of threshold's answer that this command reads. */
const ThresholdAnswer = z.object({
  cut: z.int().optional(),
  reason: z.string(),
  newInteractions: z.int().optional(),
  inFlight: z.boolean().optional(),
});

/** On one machine, a step that takes longer is stuck. */
const LOCAL_TIMEOUT_SECONDS = 1800;
const CHECK_EVERY_MS = 250;
/** The Spark application starts in minutes, and each of three attempts may take an hour. */
const STACK_TIMEOUT_SECONDS = 4 * 3600;
/** Each check sends several requests, which cost money. */
const STACK_CHECK_EVERY_MS = 5_000;

export const commandLine = () =>
  npmCommandLine('flush', 'cut a window of all new sales now').addOption(stackOption());

/**
 * `npm run flush`: cuts a window of all new sales without waiting for the threshold, and waits for its run. On this machine
 * it first waits until the sales that were just produced are stored.
 *
 * @throws {Error} If there are new sales and no window can be cut, or all attempts to train on it failed.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { stack } = parseCommandLine(commandLine(), args).opts();
  const { client, bucket, functions, isLocal } = await resolveTarget(stack);
  if (isLocal) await untilStored(readEndpoints());
  const answer = ThresholdAnswer.parse(
    await callFunction(new LambdaClient(client), functions.threshold, { flush: true }),
  );
  const { cut, reason } = answer;
  if (cut === undefined) {
    const isNothingNew = answer.newInteractions === 0 && answer.inFlight === false;
    if (!isNothingNew) throw new Error(`Cannot cut a window: ${reason}`);
    return console.log(`No window is cut: ${reason}`);
  }
  console.log(`Window ${cut} is cut: ${reason}`);
  const lake = s3Lake(bucket, new S3Client(client));
  const watch = new Watch(lake, () => undefined);
  await watchUntil(watch, () => watch.isSettled, {
    task: `window ${cut}`,
    timeoutSeconds: isLocal ? LOCAL_TIMEOUT_SECONDS : STACK_TIMEOUT_SECONDS,
    ...(isLocal ? {} : { everyMs: STACK_CHECK_EVERY_MS }),
    signal: new AbortController().signal,
  });
  if (!watch.sightings.get(cut)?.has('trained'))
    throw new Error(`Cannot train on window ${cut}: all attempts failed; the log of train has the reasons`);
  const hasCharts = !watch.windowsWithoutCharts.includes(cut);
  const decision = decisionOn(cut, await readDecisions(lake));
  console.log(outcomeSentence(cut, decision, hasCharts));
  if (!hasCharts) process.exitCode = 1;
}

/** Waits until the poller has committed every record of the topic, because a window holds only stored sales. */
async function untilStored(progress: Parameters<typeof committedLag>[0]): Promise<void> {
  const deadlineMs = performance.now() + LOCAL_TIMEOUT_SECONDS * 1000;
  for (let lag = await committedLag(progress); lag > 0; lag = await committedLag(progress)) {
    if (performance.now() > deadlineMs)
      throw new Error(
        `Cannot flush: ${lag} records are still not stored after ${LOCAL_TIMEOUT_SECONDS} s, should be 0`,
      );
    await sleep(CHECK_EVERY_MS);
  }
}
