import { setTimeout as sleep } from 'node:timers/promises';
import { S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { s3Lake } from '../lambdas/shared/lake.ts';
import { command } from './command.ts';
import { awsClient } from './emulator.ts';
import { readEndpoints } from './endpoints.ts';
import { committedLag } from './lag.ts';
import { FLUSH_OPTIONS, helpText, parseOptions } from './options.ts';
import { invokeFunction } from './stack.ts';
import { Watch, watchUntil } from './watch.ts';

const Answer = z.object({ cut: z.int().optional(), reason: z.string() });

/** Nothing of it takes longer on one machine; it would be stuck. */
const TIMEOUT_SECONDS = 1800;
const LOOK_EVERY_MS = 250;

/**
 * `npm run flush`: cuts a window of whatever is new, what was just produced included, without waiting for the threshold,
 * and waits for its run.
 */
await command(async (args) => {
  const { help } = parseOptions(FLUSH_OPTIONS, args);
  if (help) return console.log(helpText('npm run flush: a window now, of whatever is new', FLUSH_OPTIONS));
  const { endpoint, bucket, functions, ...stream } = readEndpoints();
  await untilStored(stream);
  const { cut, reason } = Answer.parse(await invokeFunction(endpoint, functions.threshold, { flush: true }));
  if (cut === undefined) return console.log(`No window is cut: ${reason}`);
  console.log(`Window ${cut} is cut: ${reason}`);
  const watch = new Watch(s3Lake(bucket, new S3Client(awsClient(endpoint))), () => undefined);
  await watchUntil(watch, () => watch.isSettled, {
    what: `window ${cut}`,
    timeoutSeconds: TIMEOUT_SECONDS,
    signal: new AbortController().signal,
  });
  if (!watch.sightings.get(cut)?.has('trained'))
    throw new Error(`Cannot train window ${cut}: its attempts are used up; npm start says why`);
  const charts = watch.undrawn.includes(cut) ? 'could not be drawn' : 'are drawn';
  console.log(`Run ${cut} is served, and its charts ${charts}`);
});

/** Waits until the poller has committed every record of the topic: a window holds only what is stored. */
async function untilStored(progress: Parameters<typeof committedLag>[0]): Promise<void> {
  const deadlineMs = performance.now() + TIMEOUT_SECONDS * 1000;
  for (let lag = await committedLag(progress); lag > 0; lag = await committedLag(progress)) {
    if (performance.now() > deadlineMs)
      throw new Error(`Cannot flush: ${lag} records are not stored after ${TIMEOUT_SECONDS} s, should be 0`);
    await sleep(LOOK_EVERY_MS);
  }
}
