import { S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { s3Lake } from '../lambdas/shared/lake.ts';
import { command } from './command.ts';
import { awsClient } from './emulator.ts';
import { readEndpoints } from './endpoints.ts';
import { FLUSH_OPTIONS, helpText, parseOptions } from './options.ts';
import { invokeFunction } from './stack.ts';
import { Watch, watchUntil } from './watch.ts';

const Answer = z.object({ cut: z.int().optional(), reason: z.string() });

/** `npm run flush`: cuts a window of whatever is new, without waiting for the threshold, and waits for its run. */
await command(async (args) => {
  const { help } = parseOptions(FLUSH_OPTIONS, args);
  if (help) return console.log(helpText('npm run flush: a window now, of whatever is new', FLUSH_OPTIONS));
  const { endpoint, bucket, functions } = readEndpoints();
  const { cut, reason } = Answer.parse(await invokeFunction(endpoint, functions.threshold, { flush: true }));
  if (cut === undefined) return console.log(`No window is cut: ${reason}`);
  console.log(`Window ${cut} is cut: ${reason}`);
  const watch = new Watch(s3Lake(bucket, new S3Client(awsClient(endpoint))), () => undefined);
  await watchUntil(watch, () => watch.isSettled, {
    what: `window ${cut}`,
    timeoutSeconds: 1800,
    signal: new AbortController().signal,
  });
  console.log(`Run ${cut} is served, and its charts are drawn`);
});
