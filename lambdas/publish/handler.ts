import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { ENV, readEnvironment } from '../shared/platform/env.ts';
import { s3Lake } from '../shared/platform/lake.ts';
import { createLog } from '../shared/platform/log.ts';
import { parseQueueEvent } from '../shared/platform/messages.ts';
import { measureServed } from './measure.ts';
import { publish } from './publish.ts';
import { rollback } from './rollback.ts';

const environment = readEnvironment(z.object({ [ENV.lakeBucket]: z.string().min(1) }));
const lake = s3Lake(environment[ENV.lakeBucket]);

const RollbackRequest = z.strictObject({ rollback: z.union([z.literal(true), z.int().min(1)]) });

/**
 * Whatever the message, everything undecided is decided; on failure all messages come again. A request `{rollback: N}`, or
 * `true` for the run that was served before, is answered in words; nothing is decided then.
 */
export async function handler(event: unknown, context: Context): Promise<string | undefined> {
  const log = createLog('publish', {
    requestId: context.awsRequestId,
    functionName: context.functionName,
  });
  try {
    const messages = parseQueueEvent(event, log);
    const [request] = messages.flatMap((message) => (message.kind === 'request' ? [message.body] : []));
    if (request) return await rollback({ lake, log }, runOf(request));
    await publish(
      { lake, log },
      messages.some(({ kind }) => kind === 'sweep'),
    );
    await measureServed({ lake, log, nowMs: Date.now });
  } catch (error) {
    log.error('Cannot publish; the message comes again', { error });
    throw error;
  }
  return undefined;
}

/** @throws {z.ZodError} If the request asks for something else than a rollback. */
function runOf(request: unknown): number | undefined {
  const { rollback: to } = RollbackRequest.parse(request);
  return to === true ? undefined : to;
}
