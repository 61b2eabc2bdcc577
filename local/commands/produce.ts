import { KafkaClient } from '@aws-sdk/client-kafka';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { sendRecords } from '../../lambdas/produce/produce.ts';
import { counted } from '../../lambdas/shared/contract/numbers.ts';
import { iamKafka } from '../../lambdas/shared/platform/iam-kafka.ts';
import { replay } from '../input/replay.ts';
import { countRecords, produceRecords } from '../pipeline/produce-records.ts';
import { json } from '../shop/broken.ts';
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
import {
  isGiven,
  type NpmEnvironment,
  commandLine as npmCommandLine,
  parseCommandLine,
  refuseTogether,
} from '../terminal/command-line.ts';
import { stackOption, text, wholeNumber } from '../terminal/options.ts';
import { reportInput } from './check-options.ts';
import {
  checkSalesOptions,
  countOption,
  encodingOption,
  INTEGER_IDS,
  inputOption,
  inputOptionsOf,
  mapOption,
  seedOption,
  skipOption,
  timeFormatOption,
} from './sales-options.ts';
import { sendInput } from './send-input.ts';

const DAY_MS = 86_400_000;
const DEFAULT_COUNT = 1_000;

export const commandLine = () =>
  npmCommandLine('produce', 'put more sales on the topic')
    .addOption(countOption(DEFAULT_COUNT))
    .addOption(seedOption('seed of the simulated shop, the same as for npm start'))
    .addOption(text('--user <ID>', 'this user buys --product, instead of a simulation'))
    .addOption(text('--product <ID>', 'the product that --user buys'))
    .addOption(wholeNumber('--quantity <N>', 'units per purchase', { least: 1 }).default(1))
    .addOption(wholeNumber('--times <N>', 'number of purchases', { least: 1, most: 1000 }).default(1))
    .addOption(inputOption())
    .addOption(mapOption())
    .addOption(encodingOption())
    .addOption(timeFormatOption())
    .option(...INTEGER_IDS)
    .addOption(skipOption())
    .addOption(stackOption())
    .option('--direct', 'with --stack: connect to its brokers from here, which needs access to its VPC')
    .addOption(text('--bootstrap <HOST:PORT>', 'connect to these brokers; with --stack, sign in by IAM'))
    .addOption(text('--topic <NAME>', 'with --bootstrap and without --stack: the topic (default: sales)'));
export type ProduceOptions = Readonly<ReturnType<ReturnType<typeof commandLine>['opts']>>;

const ONE_SOURCE = 'either one user buys, or a file is replayed';

/** @throws {Error} If an option is invalid, one is missing, or two contradict each other. */
export function parseProduceOptions(args: readonly string[], npm?: NpmEnvironment): ProduceOptions {
  const command = parseCommandLine(commandLine(), args, npm);
  const options = command.opts();
  checkSalesOptions(command);
  refuseTogether(command, 'input', {
    user: ONE_SOURCE,
    product: ONE_SOURCE,
    quantity: ONE_SOURCE,
    times: ONE_SOURCE,
  });
  if (options.user !== undefined && options.product === undefined)
    throw new Error('--user needs --product: the product that the user buys');
  for (const name of ['product', 'quantity', 'times'] as const)
    if (isGiven(command, name) && options.user === undefined)
      throw new Error(`--${name} needs --user: the user who buys`);
  refuseTogether(command, 'user', {
    count: '--times is the number of purchases',
    seed: 'nothing is simulated',
  });
  if (options.direct && options.stack === undefined)
    throw new Error('--direct needs --stack: it looks up the brokers of a stack');
  refuseTogether(command, 'direct', { bootstrap: '--direct looks up the brokers that --bootstrap names' });
  if (options.topic !== undefined && (options.stack !== undefined || options.bootstrap === undefined))
    throw new Error(
      '--topic needs --bootstrap and excludes --stack: a stack and a running pipeline have their own topic',
    );
  return options;
}

/** `npm run produce`: puts more sales on the topic of the running pipeline, of a stack, or of the given brokers. */
export async function run(args: readonly string[]): Promise<void> {
  const options = parseProduceOptions(args);
  if (options.input !== undefined)
    await reportInput(callerPath(options.input), {
      ...inputOptionsOf(options),
      hasDefaultFields: options.stack === undefined && options.bootstrap === undefined,
    });
  const { sent, topic, destination } = await sendInput(options, async (onSent) =>
    options.stack === undefined
      ? sendToBroker(options, onSent)
      : sendToStack(await readStack(options.stack), options, onSent),
  );
  console.log(`Sent ${counted(sent, 'record')} to ${topic} at ${destination}`);
}

interface Sent {
  readonly sent: number;
  readonly topic: string;
  readonly destination: string;
}

type OnSent = (sent: number) => void;

async function sendToBroker(options: ProduceOptions, onSent: OnSent): Promise<Sent> {
  const { bootstrap, topic } =
    options.bootstrap === undefined
      ? readEndpoints()
      : { bootstrap: options.bootstrap, topic: options.topic ?? 'sales' };
  const before = await countRecords({ bootstrap, topic });
  const sent = await produceRecords({ bootstrap, topic }, recordsForBroker(options, before), onSent);
  return { sent, topic, destination: bootstrap };
}

/**
 * Makes the records for a topic of the pipeline on this machine.
 *
 * @param before Number of records on the topic.
 * @returns The sales are of the simulated shop's time, and those of a file of their own. Records of simulated sales have no
 *   timestamp, so they get that of now: remember would find older ones too old to keep.
 */
export function recordsForBroker(
  options: ProduceOptions,
  before: number,
): Iterable<OutgoingRecord> | AsyncIterable<OutgoingRecord> {
  const records = recordsToSend(options, {
    startMs: SIMULATION_END_MS + before * STEP_MS,
    simulation: (seed, count) => simulationFrom({ seed, count, before }),
  });
  return options.input === undefined ? withoutTimestamps(records) : records;
}

async function sendToStack(target: StackTarget, options: ProduceOptions, onSent: OnSent): Promise<Sent> {
  const topic = target.output('Topic');
  const records = withoutTimestamps(recordsToSend(options, timingNow(options)));
  const functionName = target.output('ProduceFunction');
  const brokers =
    options.bootstrap ??
    (options.direct
      ? await findBootstrapBrokers(target.output('ClusterArn'), new KafkaClient(target.client))
      : undefined);
  if (brokers === undefined) {
    const client = new LambdaClient({ ...target.client, maxAttempts: 1 });
    const sent = await produceByLambda(records, { client, functionName, onProgress: onSent });
    return { sent, topic, destination: `stack ${target.stack}` };
  }
  const region = await new KafkaClient(target.client).config.region();
  const producer = iamKafka({ brokers, region }).producer({ allowAutoTopicCreation: false });
  try {
    await producer.connect();
    return {
      sent: await sendRecords({ sender: producer, topic }, records, onSent),
      topic,
      destination: brokers,
    };
  } finally {
    await producer.disconnect();
  }
}

/** When the first sale happens, and the simulated sales from then on, which differ from those of an earlier call. */
interface Timing {
  readonly startMs: number;
  readonly simulation: (seed: number, count: number) => Iterable<OutgoingRecord>;
}

/**
 * For a stack the last sale is now, by this machine's clock, because other sales of the stack are made now. On this
 * machine, the simulated shop has its own time.
 */
function timingNow({ count, times, user }: ProduceOptions): Timing {
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

/**
 * Leaves the Kafka timestamps to the brokers. Retention counts from these timestamps: records with old ones could be deleted
 * before they are read.
 */
async function* withoutTimestamps(
  records: Iterable<OutgoingRecord> | AsyncIterable<OutgoingRecord>,
): AsyncGenerator<OutgoingRecord> {
  for await (const record of records) yield { ...record, timestampMs: undefined };
}

function recordsToSend(
  options: ProduceOptions,
  { startMs, simulation }: Timing,
): Iterable<OutgoingRecord> | AsyncIterable<OutgoingRecord> {
  const { user, product, input, count, seed } = options;
  if (input !== undefined) return replay(callerPath(input), inputOptionsOf(options));
  if (user === undefined || product === undefined) return simulation(seed, count);
  const { quantity, times } = options;
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
