import * as z from 'zod';
import { accumulate } from '../../lambdas/accumulate/accumulate.ts';
import { measureServed } from '../../lambdas/publish/measure.ts';
import { publish } from '../../lambdas/publish/publish.ts';
import type { RunData } from '../../lambdas/render/charts/chart.ts';
import { CHART_NAMES } from '../../lambdas/render/charts/registry.ts';
import { type Parts as RenderParts, renderDecided, sweep, type Write } from '../../lambdas/render/render.ts';
import { PREFIX, parseNumberedKey } from '../../lambdas/shared/contract/keys.ts';
import { Model } from '../../lambdas/shared/contract/model.ts';
import { answerMessages, type Notice } from '../../lambdas/shared/platform/answer-messages.ts';
import type { Lake } from '../../lambdas/shared/platform/lake.ts';
import type { Log } from '../../lambdas/shared/platform/log.ts';
import { parseQueueEvent, type QueueMessage } from '../../lambdas/shared/platform/messages.ts';
import { PLAIN_IDS } from '../../lambdas/shared/privacy/person-ids.ts';
import { throwFailures } from '../../lambdas/shared/sales/partial-batch.ts';
import { createSaleParser } from '../../lambdas/shared/sales/sale.ts';
import { lookFor } from '../../lambdas/threshold/look-for.ts';
import { Threshold } from '../../lambdas/threshold/settings.ts';
import { threshold } from '../../lambdas/threshold/threshold.ts';
import type { Jobs } from '../../lambdas/train/jobs.ts';
import { Launch } from '../../lambdas/train/settings.ts';
import { train } from '../../lambdas/train/train.ts';
import type { Usage } from '../../lambdas/train/usage.ts';

/** What a stage is called with. */
export interface World {
  readonly lake: Lake;
  readonly jobs: Jobs;
  readonly log: Log;
  readonly nowMs: () => number;
}

type Stage = (event: unknown, world: World) => Promise<unknown>;

const NO_REQUEST = z.never();

const parseSale = createSaleParser({});
/** Small numbers, so that a schedule of a few hours has several windows and full sweeps. */
const settings = Threshold.parse({ threshold: 40, maxWaitSeconds: 1800, fullSweepHours: 1 });
const model = Model.parse({});
const launch = Launch.parse({
  applicationId: '00f1application',
  executionRoleArn: 'arn:aws:iam::000000000000:role/job',
  entryPoint: 's3://assets/job.jar',
  sparkSubmitParameters: '--class cartograph.TrainJob',
  logUri: 's3://lake/logs/',
  attempts: 3,
  deadlineMinutes: 10,
  workers: { architecture: 'ARM64', vcpu: 16, memoryGb: 56, storageGb: 0 },
});
/** Nothing is measured, because these are functions, not Lambdas. */
const usage: Usage = { measure: async () => ({}) };

/** The stages, called as their handlers call them, which read their settings from the environment. */
export const STAGES = {
  threshold: (event, { lake, log, nowMs }) =>
    onNotices(event, log, (notices) => threshold(lookFor(notices), { lake, log, settings, model, nowMs })),
  train: (event, { lake, jobs, log, nowMs }) =>
    onNotices(event, log, () =>
      train({ lake, jobs, log, bucket: 'lake', launch, region: undefined, usage, nowMs }),
    ),
  publish: (event, { lake, log, nowMs }) =>
    onNotices(event, log, async (notices) => {
      await publish(
        { lake, log },
        notices.some(({ kind }) => kind === 'sweep'),
      );
      await measureServed({ lake, log, nowMs });
    }),
  render: async (event, { lake, log }) => {
    const batchItemFailures: { itemIdentifier: string }[] = [];
    for (const message of parseQueueEvent(event, log))
      try {
        await render({ lake, log, draw: drawNothing }, message);
      } catch {
        batchItemFailures.push({ itemIdentifier: message.messageId });
      }
    return { batchItemFailures };
  },
} satisfies Record<string, Stage>;
export type StageName = keyof typeof STAGES;
export const STAGE_NAMES = Object.keys(STAGES) as readonly StageName[];

/** @param isPartial Whether the poller reads partial answers. */
export const accumulateStage =
  (isPartial: boolean): Stage =>
  async (event, { lake, log }) => {
    const answer = await accumulate(event, { lake, log, parseSale, ids: PLAIN_IDS });
    if (!isPartial) throwFailures(answer);
    return answer;
  };

const onNotices = (event: unknown, log: Log, work: (notices: readonly Notice[]) => Promise<unknown>) =>
  answerMessages<never, unknown>(event, {
    ...{ log, failure: 'Cannot answer', request: NO_REQUEST, answer: async () => undefined },
    work,
  });

async function render(parts: RenderParts, message: QueueMessage): Promise<void> {
  if (message.kind === 'sweep') return sweep(parts);
  if (message.kind !== 'object') throw new TypeError(`Cannot render: the message is ${message.kind}`);
  const publication = parseNumberedKey(PREFIX.publications, message.key);
  if (publication !== undefined) await renderDecided(parts, publication);
}

/** Writes the files of the pictures without drawing them. */
async function drawNothing(_: RunData, write: Write): Promise<[]> {
  for (const name of CHART_NAMES)
    for (const end of ['.json', '.svg', '.png']) await write(`${name}${end}`, '-', 'text/plain');
  return [];
}
