import { appendFileSync } from 'node:fs';
import { startPoller } from '../../../local/pipeline/poller.ts';

/**
 * A poller of its own process whose function makes one batch durable and is killed before it can answer, so that the
 * offsets are never committed. Arguments: the broker, and the file that the records' offsets go to.
 */
const [bootstrap = '', durable = ''] = process.argv.slice(2);

interface Event {
  readonly records: Readonly<Record<string, readonly { partition: number; offset: number }[]>>;
}

await startPoller({
  bootstrap,
  topic: 'killed',
  groupId: 'accumulate',
  eventSourceArn: 'arn:aws:kafka:us-east-1:000000000000:cluster/local/test',
  invoke: async (event) => {
    for (const { partition, offset } of Object.values((event as Event).records).flat())
      appendFileSync(durable, `${partition} ${offset}\n`);
    process.kill(process.pid, 'SIGKILL');
  },
});
