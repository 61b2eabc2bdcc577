import type { Context } from 'aws-lambda';
import { z } from 'zod';
import { ENV, readEnvironment } from '../shared/env.ts';
import { s3Lake } from '../shared/lake.ts';
import { createLog } from '../shared/log.ts';
import { parseQueueEvent } from '../shared/messages.ts';
import { measureServed } from './measure.ts';
import { publish } from './publish.ts';

const environment = readEnvironment(z.object({ [ENV.lakeBucket]: z.string().min(1) }));
const lake = s3Lake(environment[ENV.lakeBucket]);

/** Whatever the message, everything undecided is decided; on failure all messages come again. */
export async function handler(event: unknown, context: Context): Promise<void> {
  const log = createLog('publish', {
    requestId: context.awsRequestId,
    functionName: context.functionName,
  });
  try {
    await publish(
      { lake, log },
      parseQueueEvent(event, log).some(({ kind }) => kind === 'sweep'),
    );
    await measureServed({ lake, log, nowMs: Date.now });
  } catch (error) {
    log.error('Cannot publish; the message comes again', { error });
    throw error;
  }
}
