import { setTimeout as sleep } from 'node:timers/promises';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { s3Lake } from '../../lambdas/shared/platform/lake.ts';
import { committedLag } from '../pipeline/lag.ts';
import { decisionOn, readDecisions } from '../results/decisions.ts';
import { Watch, watchUntil } from '../results/watch.ts';
import { callFunction } from '../stack/call-function.ts';
import { readEndpoints } from '../stack/endpoints.ts';
import { resolveTarget } from '../stack/target.ts';
import { commandLine as npmCommandLine, parseCommandLine } from '../terminal/command-line.ts';
import { stackOption } from '../terminal/options.ts';
import { printable } from '../terminal/printable.ts';

const Answer = z.object({
  cut: z.int().optional(),
  reason: z.string(),
  newInteractions: z.int().optional(),
  inFlight: z.boolean().optional(),
});

/** Nothing of it takes longer on one machine; it would be stuck. */
const LOCAL_TIMEOUT_SECONDS = 1800;
const LOOK_EVERY_MS = 250;
/** A cluster starts in minutes, and three attempts may take an hour each. */
const STACK_TIMEOUT_SECONDS = 4 * 3600;
/** Each look is a handful of requests that cost money. */
const STACK_LOOK_EVERY_MS = 5_000;

export const commandLine = () =>
  npmCommandLine('flush', 'a window now, of whatever is new').addOption(stackOption());

/**
 * `npm run flush`: cuts a window of whatever is new, what was just produced here included, without waiting for the
 * threshold, and waits for its run.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { stack } = parseCommandLine(commandLine(), args).opts();
  const { client, bucket, functions, isLocal } = await resolveTarget(stack);
  if (isLocal) await untilStored(readEndpoints());
  const answer = Answer.parse(
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
    what: `window ${cut}`,
    timeoutSeconds: isLocal ? LOCAL_TIMEOUT_SECONDS : STACK_TIMEOUT_SECONDS,
    ...(isLocal ? {} : { everyMs: STACK_LOOK_EVERY_MS }),
    signal: new AbortController().signal,
  });
  if (!watch.sightings.get(cut)?.has('trained'))
    throw new Error(`Cannot train window ${cut}: its attempts are used up; the log of train says why`);
  const isDrawn = !watch.undrawn.includes(cut);
  const decision = decisionOn(cut, await readDecisions(lake));
  const verdict =
    decision?.decision === 'refused' ? `is not served: ${printable(decision.reason)}` : 'is served';
  console.log(`Run ${cut} ${verdict}, and its charts ${isDrawn ? 'are drawn' : 'could not be drawn'}`);
  if (!isDrawn) process.exitCode = 1;
}

/** Waits until the poller has committed every record of the topic: a window holds only what is stored. */
async function untilStored(progress: Parameters<typeof committedLag>[0]): Promise<void> {
  const deadlineMs = performance.now() + LOCAL_TIMEOUT_SECONDS * 1000;
  for (let lag = await committedLag(progress); lag > 0; lag = await committedLag(progress)) {
    if (performance.now() > deadlineMs)
      throw new Error(
        `Cannot flush: ${lag} records are not stored after ${LOCAL_TIMEOUT_SECONDS} s, should be 0`,
      );
    await sleep(LOOK_EVERY_MS);
  }
}
