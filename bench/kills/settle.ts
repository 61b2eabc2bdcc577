import { setTimeout as sleep } from 'node:timers/promises';
import { S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { s3Lake } from '../../lambdas/shared/platform/lake.ts';
import { committedLag } from '../../local/pipeline/lag.ts';
import { Watch } from '../../local/results/watch.ts';
import { invokeFunction } from '../../local/stack/call-function.ts';
import { awsClient } from '../../local/stack/emulator.ts';
import type { Endpoints } from './messages.ts';
import type { PipelineOwner } from './owner.ts';

/** On a busy machine a window takes minutes. */
const SETTLE_MS = 600_000;
const LOOK_EVERY_MS = 500;

const ThresholdAnswer = z.object({ newInteractions: z.int(), inFlight: z.boolean() });

/**
 * Waits until everything on the topic is stored, cut, trained, decided and drawn. A flush cuts what is below the threshold, and the
 * sweeps of the attendance bring home what events have lost.
 *
 * @returns A sentence if that takes too long; otherwise nothing.
 */
export async function settle(owner: PipelineOwner): Promise<string[]> {
  const deadlineMs = performance.now() + SETTLE_MS;
  let left = 'nothing was read';
  while (performance.now() < deadlineMs) {
    try {
      left = await whatIsLeft(await owner.ready());
    } catch (error) {
      left = error instanceof Error ? error.message : String(error);
    }
    if (left === '') return [];
    await sleep(LOOK_EVERY_MS);
  }
  return [`not everything was processed after ${SETTLE_MS / 1000} s: ${left}`];
}

/** Returns what is not processed yet; empty if nothing is left. */
async function whatIsLeft({
  endpoint,
  bootstrap,
  topic,
  groupId,
  bucket,
  functions,
}: Endpoints): Promise<string> {
  const lag = await committedLag({ bootstrap, topic, groupId });
  if (lag > 0) return `${lag} records are not committed`;
  const answer = await invokeFunction(endpoint, functions.threshold, { flush: true });
  const { newInteractions, inFlight } = ThresholdAnswer.parse(answer);
  if (newInteractions > 0) return `${newInteractions} sales are in no window`;
  if (inFlight) return 'a window is in flight';
  const watch = new Watch(s3Lake(bucket, new S3Client(awsClient(endpoint))), () => undefined);
  await watch.refresh();
  return watch.isSettled ? '' : 'a run is not decided or not drawn';
}
