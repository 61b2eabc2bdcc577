import { KafkaClient } from '@aws-sdk/client-kafka';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { sendRecords } from '../../lambdas/produce/produce.ts';
import { iamKafka } from '../../lambdas/shared/platform/iam-kafka.ts';
import { countRecords, produceRecords } from '../pipeline/produce-records.ts';
import { json } from '../shop/broken.ts';
import { replay } from '../shop/replay.ts';
import { plantShop } from '../shop/shop.ts';
import {
  type OutgoingRecord,
  SIMULATION_END_MS,
  STEP_MS,
  simulate,
  simulationFrom,
} from '../shop/simulate.ts';
import { findBootstrapBrokers } from '../stack/bootstrap-brokers.ts';
import { readEndpoints } from '../stack/endpoints.ts';
import { produceByLambda } from '../stack/produce-by-lambda.ts';
import { readStack, type StackTarget } from '../stack/target.ts';
import { callerPath } from '../terminal/caller-path.ts';
import { command } from '../terminal/command.ts';
import {
  DEFAULT_SEED,
  helpText,
  PRODUCE_OPTIONS,
  type ProduceOptions,
  parseProduceOptions,
} from './options.ts';

const DAY_MS = 86_400_000;
const DEFAULT_COUNT = 1_000;

/** `npm run produce`: more sales on the topic of the running pipeline. */
await command(async (args) => {
  const options = parseProduceOptions(args);
  if (options.help) return console.log(helpText('npm run produce: more sales', PRODUCE_OPTIONS));
  const { sent, topic, where } =
    options.stack === undefined
      ? await toBroker(options)
      : await toStack(await readStack(options.stack), options);
  console.log(`Sent ${sent.toLocaleString('en-US')} records to ${topic} at ${where}`);
});

interface Sent {
  readonly sent: number;
  readonly topic: string;
  readonly where: string;
}

async function toBroker(options: ProduceOptions): Promise<Sent> {
  const { bootstrap, topic } =
    options.bootstrap === undefined
      ? readEndpoints()
      : { bootstrap: options.bootstrap, topic: options.topic ?? 'sales' };
  const before = await countRecords({ bootstrap, topic });
  const moment: Moment = {
    startMs: SIMULATION_END_MS + before * STEP_MS,
    simulation: (seed, count) => simulationFrom({ seed, count, before }),
  };
  const sent = await produceRecords({ bootstrap, topic }, recordsOf(options, moment));
  return { sent, topic, where: bootstrap };
}

async function toStack(target: StackTarget, options: ProduceOptions): Promise<Sent> {
  const topic = target.output('Topic');
  const records = sentNow(recordsOf(options, momentNow(options)));
  const functionName = target.output('ProduceFunction');
  const brokers =
    options.bootstrap ??
    (options.direct
      ? await findBootstrapBrokers(target.output('ClusterArn'), new KafkaClient(target.client))
      : undefined);
  if (brokers === undefined) {
    const client = new LambdaClient({ ...target.client, maxAttempts: 1 });
    const sent = await produceByLambda(records, { client, functionName });
    return { sent, topic, where: `stack ${target.stack}` };
  }
  const region = await new KafkaClient(target.client).config.region();
  const producer = iamKafka({ brokers, region }).producer({ allowAutoTopicCreation: false });
  try {
    await producer.connect();
    return { sent: await sendRecords({ sender: producer, topic }, records), topic, where: brokers };
  } finally {
    await producer.disconnect();
  }
}

/** When the first record is sold, and what the simulated shop sells then: others than at an earlier call. */
interface Moment {
  readonly startMs: number;
  readonly simulation: (seed: number, count: number) => Iterable<OutgoingRecord>;
}

/** The last sale is now, by this machine's clock: a stack's shop is open, the simulated one stands still. */
function momentNow({ count = DEFAULT_COUNT, times = 1, user }: ProduceOptions): Moment {
  const nowMs = Date.now();
  const salt = Math.floor(nowMs / 1000) % 2 ** 30;
  return {
    startMs: nowMs - (user === undefined ? count : times) * STEP_MS,
    simulation: (seed, wanted) =>
      simulate({
        shop: plantShop(seed),
        seed: seed + salt,
        count: wanted,
        endMs: nowMs,
        days: (wanted * STEP_MS) / DAY_MS,
      }),
  };
}

/** The brokers stamp the records: retention goes by that time, and old records would be gone before they are read. */
async function* sentNow(
  records: Iterable<OutgoingRecord> | AsyncIterable<OutgoingRecord>,
): AsyncGenerator<OutgoingRecord> {
  for await (const record of records) yield { ...record, timestampMs: undefined };
}

function recordsOf(
  options: ProduceOptions,
  { startMs, simulation }: Moment,
): Iterable<OutgoingRecord> | AsyncIterable<OutgoingRecord> {
  const { user, product, input, map = {}, count = DEFAULT_COUNT, seed = DEFAULT_SEED } = options;
  if (input !== undefined) return replay(callerPath(input), map);
  if (user === undefined || product === undefined) return simulation(seed, count);
  const { quantity = 1, times = 1 } = options;
  return Array.from({ length: times }, (_, index): OutgoingRecord => {
    const timestampMs = startMs + index * STEP_MS;
    const sale = {
      userId: user,
      productId: product,
      quantity,
      timestamp: new Date(timestampMs).toISOString(),
    };
    return { key: user, value: json(sale), timestampMs };
  });
}
