import { appendFileSync } from 'node:fs';
import { startPoller } from '../../../local/pipeline/poller.ts';

/**
 * A poller in a separate process. Its function makes one batch durable and is killed before it answers, so that the offsets
 * are never committed. Arguments: the broker, and the file to which it writes the records' offsets.
 */
const [bootstrap = '', durableFile = ''] = process.argv.slice(2);

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
      appendFileSync(durableFile, `${partition} ${offset}\n`);
    process.kill(process.pid, 'SIGKILL');
  },
});
