import { type ICustomPartitioner, type Kafka, type Message, Partitioners, type Producer } from 'kafkajs';
import { SALE_ID_HEADER } from '../shared/sales/sale-id.ts';
import type { OutgoingSale } from './sale-of-request.ts';

/** Where a sale is on the topic. */
export interface TopicAddress {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export interface SalesTopic {
  /**
   * Puts sales on the topic, those of a user in their order, and waits until all in-sync replicas have them.
   *
   * @param timestampMs Kafka timestamp of the records, epoch ms.
   * @returns One address per sale, in the order of the sales. It is undefined for a sale that the brokers did not acknowledge;
   *   it may be on the topic nevertheless. `error` is the reason for the first of them.
   */
  put(
    sales: readonly OutgoingSale[],
    timestampMs: number,
  ): Promise<{ readonly addresses: readonly (TopicAddress | undefined)[]; readonly error: unknown }>;
  /** Closes the connection. */
  close(): Promise<void>;
}

/** Well below the broker's limit of about 1 MB, which a send to one partition must not exceed. */
const MAX_SEND_BYTES = 512 * 1024;
/** The caller of a Lambda behind an HTTP API waits for 30 seconds at most. */
const DEADLINE_MS = 20_000;
/** A client for these waits, which are shorter than those of kafkajs: a broker that does not answer soon is asked again. */
export const COLLECT_PATIENCE = {
  connectionTimeout: 3_000,
  requestTimeout: 8_000,
  retry: { retries: 4, initialRetryTime: 100, maxRetryTime: 2_000 },
} as const;

/**
 * The topic, behind one connection of this process, which is opened by the first sale and used again.
 *
 * @param deadlineMs How long `put` waits for the brokers at most.
 */
export function kafkaSalesTopic(kafka: Kafka, topic: string, deadlineMs = DEADLINE_MS): SalesTopic {
  const chosen = new WeakMap<Message, number>();
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: recording(chosen),
    retry: COLLECT_PATIENCE.retry,
  });
  let connecting: Promise<void> | undefined;
  // Returns at once while connected. After a pause a Lambda has to connect again.
  const connect = (): Promise<void> => {
    connecting ??= producer.connect().finally(() => {
      connecting = undefined;
    });
    return connecting;
  };
  return {
    async put(sales, timestampMs) {
      const addresses = new Array<TopicAddress | undefined>(sales.length).fill(undefined);
      const send = async (): Promise<void> => {
        await connect();
        let first = 0;
        for (const part of partsOf(sales)) {
          const messages = part.map((sale) => toMessage(sale, timestampMs));
          const sent = await producer.send({ topic, messages, acks: -1 });
          for (const [index, address] of addressesOf(messages, sent, { topic, chosen }).entries())
            addresses[first + index] = address;
          first += part.length;
        }
      };
      const error = await failureOf(send(), deadlineMs);
      // A send that ends after the deadline changes nothing in an answer.
      return { addresses: [...addresses], error };
    },
    close: () => producer.disconnect(),
  };
}

/** Partitions as Kafka's other producers do, and remembers the choice, which kafkajs does not return. */
const recording =
  (chosen: WeakMap<Message, number>): ICustomPartitioner =>
  () => {
    const choose = Partitioners.DefaultPartitioner();
    return (args) => {
      const partition = choose(args);
      chosen.set(args.message, partition);
      return partition;
    };
  };

const toMessage = ({ key, value, id }: OutgoingSale, timestampMs: number): Message => ({
  key,
  value,
  timestamp: String(timestampMs),
  ...(id === undefined ? {} : { headers: { [SALE_ID_HEADER]: id } }),
});

function* partsOf(sales: readonly OutgoingSale[]): Generator<readonly OutgoingSale[]> {
  let part: OutgoingSale[] = [];
  let bytes = 0;
  for (const sale of sales) {
    const sizeBytes =
      100 + sale.value.length + Buffer.byteLength(sale.key) + Buffer.byteLength(sale.id ?? '');
    if (part.length > 0 && bytes + sizeBytes > MAX_SEND_BYTES) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(sale);
    bytes += sizeBytes;
  }
  if (part.length > 0) yield part;
}

/** The records of a send to one partition have consecutive offsets, in the order of the messages. */
function addressesOf(
  messages: readonly Message[],
  sent: Awaited<ReturnType<Producer['send']>>,
  { topic, chosen }: { readonly topic: string; readonly chosen: WeakMap<Message, number> },
): (TopicAddress | undefined)[] {
  const next = new Map(sent.map(({ partition, baseOffset }) => [partition, Number(baseOffset)]));
  return messages.map((message) => {
    const partition = chosen.get(message);
    const offset = partition === undefined ? undefined : next.get(partition);
    if (partition === undefined || offset === undefined || !Number.isSafeInteger(offset)) return undefined;
    next.set(partition, offset + 1);
    return { topic, partition, offset };
  });
}

/** @returns Why the work failed or was not done in time; undefined if it is done. */
async function failureOf(work: Promise<void>, deadlineMs: number): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Error>((resolve) => {
    timer = setTimeout(
      () =>
        resolve(new Error(`Cannot send sales: the brokers did not acknowledge them within ${deadlineMs} ms`)),
      deadlineMs,
    );
  });
  try {
    return await Promise.race([
      work.then(
        () => undefined,
        (error: unknown) => error ?? new Error(),
      ),
      late,
    ]);
  } finally {
    clearTimeout(timer);
  }
}
