import { createCatalogueReader } from '../lambdas/serve/catalogue/reader.ts';
import { createForgotten } from '../lambdas/serve/forgotten.ts';
import { loadRun } from '../lambdas/serve/load-run.ts';
import { createModelEngine } from '../lambdas/serve/model-engine.ts';
import { createPatientRecent } from '../lambdas/serve/patient-recent.ts';
import { createServeRoutes } from '../lambdas/serve/routes.ts';
import { createServedRun } from '../lambdas/serve/served-run.ts';
import { createRouter, type Router } from '../lambdas/shared/http/router.ts';
import type { Log } from '../lambdas/shared/platform/log.ts';
import { PLAIN_IDS } from '../lambdas/shared/privacy/person-ids.ts';
import { type Answer, startApi } from '../local/api/server.ts';
import { directoryLake } from '../local/lake/directory-lake.ts';
import { directoryRunObjects } from '../local/lake/directory-run-objects.ts';
import { memoryRecentSales } from './realtime-recent.ts';

/**
 * The API in a process of its own, with serve, and with collect and remember if there is a broker. Runs are read from a directory, and
 * recent sales are in memory. Arguments: the directory, then perhaps the broker and the topic. Sends its address when it listens.
 */
const [lake = '', bootstrap, topic] = process.argv.slice(2);

const ignore = (): void => undefined;
const log: Log = {
  info: ignore,
  warn: (message, fields) => process.send?.({ failure: `${message}: ${JSON.stringify(fields)}` }),
  error: (message, fields) => process.send?.({ failure: `${message}: ${String(fields?.error)}` }),
  measure: ignore,
};
const nowMs = Date.now;
/** There are no tombstones. */
const noKey = () => Promise.reject(new Error('there is no key'));
const objects = directoryRunObjects(lake);
const recent = memoryRecentSales();
const authorisation = { auth: 'none' } as const;
const answer =
  (router: Router): Answer =>
  (event) =>
    router(event, { log, authorisation });

const served = createServedRun({
  objects,
  load: (run) => loadRun(run, { objects, createEngine: createModelEngine }),
  log,
  nowMs,
});
const routes = createServeRoutes(
  {
    served,
    recent: createPatientRecent({ recent, log, nowMs }),
    catalogue: createCatalogueReader({ lake: directoryLake(lake), log, nowMs, maxAgeSeconds: 60 }),
    forgotten: createForgotten({ lake: directoryLake(lake), key: noKey, log, nowMs }),
    persons: async () => PLAIN_IDS,
    log,
    nowMs,
  },
  authorisation.auth,
);
// serve alone does not load a client of Kafka.
const sales =
  bootstrap === undefined || topic === undefined
    ? undefined
    : await (await import('./realtime-sales.ts')).startSales({ bootstrap, topic, recent, log, nowMs });
await served.get();
const api = await startApi({
  stages: {
    serve: answer(createRouter(routes)),
    ...(sales && { collect: answer(createRouter(sales.routes)) }),
  },
});
process.once('disconnect', () => process.exit());
process.send?.({ url: api.url });
