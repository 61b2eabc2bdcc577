import { setTimeout as sleep } from 'node:timers/promises';
import { accumulate } from '../lambdas/accumulate/accumulate.ts';
import type { Log } from '../lambdas/shared/platform/log.ts';
import { PLAIN_IDS } from '../lambdas/shared/privacy/person-ids.ts';
import { createSaleParser } from '../lambdas/shared/sales/sale.ts';
import { directoryLake } from '../local/lake/directory-lake.ts';
import { startPoller } from '../local/pipeline/poller.ts';

/**
 * Poller and accumulate in a process of their own, which stores batches as files and reports every second how many records
 * wait. Arguments: the broker, the topic, and the directory of the files.
 */
const [bootstrap = '', topic = '', directory = ''] = process.argv.slice(2);

const ignore = (): void => undefined;
const log: Log = { info: ignore, warn: ignore, error: ignore, measure: ignore };
const lake = directoryLake(directory);
const parseSale = createSaleParser({});
const poller = await startPoller({
  bootstrap,
  topic,
  groupId: 'soak',
  eventSourceArn: 'arn:aws:kafka:us-east-1:000000000000:cluster/bench/1',
  invoke: (event) => accumulate(event, { lake, log, parseSale, ids: PLAIN_IDS }),
  onFailure: (error) => process.send?.({ failure: String(error) }),
});
process.once('disconnect', () => process.exit());
for (;;) {
  process.send?.({ lag: await poller.lag() });
  await sleep(1000);
}
