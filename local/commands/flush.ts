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
import { command } from '../terminal/command.ts';
import { printable } from '../terminal/printable.ts';
import { FLUSH_OPTIONS, helpText, parseOptions } from './options.ts';

const Answer = z.object({ cut: z.int().optional(), reason: z.string() });

/** Nothing of it takes longer on one machine; it would be stuck. */
const LOCAL_TIMEOUT_SECONDS = 1800;
const LOOK_EVERY_MS = 250;
/** A cluster starts in minutes, and three attempts may take an hour each. */
const STACK_TIMEOUT_SECONDS = 4 * 3600;
/** Each look is a handful of requests that cost money. */
const STACK_LOOK_EVERY_MS = 5_000;

/**
 * `npm run flush`: cuts a window of whatever is new, what was just produced here included, without waiting for the
 * threshold, and waits for its run.
 */
await command(async (args) => {
  const { stack, help } = parseOptions(FLUSH_OPTIONS, args);
  if (help) return console.log(helpText('npm run flush: a window now, of whatever is new', FLUSH_OPTIONS));
  const { client, bucket, functions, isLocal } = await resolveTarget(stack);
  if (isLocal) await untilStored(readEndpoints());
  const { cut, reason } = Answer.parse(
    await callFunction(new LambdaClient(client), functions.threshold, { flush: true }),
  );
  if (cut === undefined) return console.log(`No window is cut: ${reason}`);
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
  const charts = watch.undrawn.includes(cut) ? 'could not be drawn' : 'are drawn';
  const decision = decisionOn(cut, await readDecisions(lake));
  const verdict =
    decision?.decision === 'refused' ? `is not served: ${printable(decision.reason)}` : 'is served';
  console.log(`Run ${cut} ${verdict}, and its charts ${charts}`);
});

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
