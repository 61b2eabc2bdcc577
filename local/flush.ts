import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { s3Lake } from '../lambdas/shared/lake.ts';
import { command } from './command.ts';
import { FLUSH_OPTIONS, helpText, parseOptions } from './options.ts';
import { callFunction } from './stack.ts';
import { resolveTarget } from './target.ts';
import { Watch, watchUntil } from './watch.ts';

const Answer = z.object({ cut: z.int().optional(), reason: z.string() });

/** A cluster starts in minutes, and three attempts may take an hour each. */
const STACK_TIMEOUT_SECONDS = 4 * 3600;
/** Each look is a handful of requests that cost money. */
const STACK_LOOK_EVERY_MS = 5_000;

/** `npm run flush`: cuts a window of whatever is new, without waiting for the threshold, and waits for its run. */
await command(async (args) => {
  const { stack, help } = parseOptions(FLUSH_OPTIONS, args);
  if (help) return console.log(helpText('npm run flush: a window now, of whatever is new', FLUSH_OPTIONS));
  const { client, bucket, functions, isLocal } = await resolveTarget(stack);
  const { cut, reason } = Answer.parse(
    await callFunction(new LambdaClient(client), functions.threshold, { flush: true }),
  );
  if (cut === undefined) return console.log(`No window is cut: ${reason}`);
  console.log(`Window ${cut} is cut: ${reason}`);
  const watch = new Watch(s3Lake(bucket, new S3Client(client)), () => undefined);
  await watchUntil(watch, () => watch.isSettled, {
    what: `window ${cut}`,
    timeoutSeconds: isLocal ? 1800 : STACK_TIMEOUT_SECONDS,
    ...(isLocal ? {} : { everyMs: STACK_LOOK_EVERY_MS }),
    signal: new AbortController().signal,
  });
  console.log(`Run ${cut} is served, and its charts are drawn`);
});
