import { createCollectRoutes } from '../lambdas/collect/routes.ts';
import { COLLECT_PATIENCE, kafkaSalesTopic } from '../lambdas/collect/sales-topic.ts';
import { remember } from '../lambdas/remember/remember.ts';
import type { StageRoutes } from '../lambdas/shared/contract/api/operation.ts';
import type { Log } from '../lambdas/shared/platform/log.ts';
import type { RecentSales } from '../lambdas/shared/platform/recent.ts';
import { PLAIN_IDS } from '../lambdas/shared/privacy/person-ids.ts';
import { createSaleParser } from '../lambdas/shared/sales/sale.ts';
import { kafkaClient } from '../local/pipeline/broker.ts';
import { startPoller } from '../local/pipeline/poller.ts';

export interface SalesOptions {
  readonly bootstrap: string;
  readonly topic: string;
  readonly recent: RecentSales;
  readonly log: Log;
  readonly nowMs: () => number;
}

const DAYS = 90;
const noTombstones = { current: async () => ({ through: 0, erasureOf: () => undefined }) };

/** Starts what takes sales in: collect, and the poller that passes what is on the topic to remember. */
export async function startSales(
  options: SalesOptions,
): Promise<{ readonly routes: StageRoutes<'collect'> }> {
  const { bootstrap, topic, recent, log, nowMs } = options;
  const parts = { recent, tombstones: noTombstones, days: DAYS, log, nowMs };
  const parseSale = createSaleParser({});
  await startPoller({
    bootstrap,
    topic,
    groupId: 'remember',
    eventSourceArn: 'arn:aws:kafka:us-east-1:000000000000:cluster/bench/1',
    isImmediate: true,
    invoke: (event) => remember(event, { ...parts, parseSale, ids: PLAIN_IDS }),
    onFailure: (error) => log.error('The poller failed', { error }),
  });
  const kafka = kafkaClient(bootstrap, COLLECT_PATIENCE);
  return { routes: createCollectRoutes({ topic: kafkaSalesTopic(kafka, topic), fieldMap: {}, log, nowMs }) };
}
