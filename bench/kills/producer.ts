import { setTimeout as sleep } from 'node:timers/promises';
import type { Producer as KafkaProducer } from 'kafkajs';
import { kafkaClient } from '../../local/pipeline/broker.ts';
import { withTimeout } from '../../local/process/abort.ts';
import type { OutgoingRecord } from '../../local/shop/simulate.ts';
import type { Endpoints } from './messages.ts';

/** The header with the number of a record, by which it is found again on the topic. */
export const NUMBER_HEADER = 'number';

const RECORDS_PER_REQUEST = 25;
const PAUSE_MS = 100;
const RETRY_MS = 300;
const REQUEST_SECONDS = 15;
const PATIENCE = { retry: { retries: 0 }, connectionTimeout: 1_000, requestTimeout: 5_000 };

/**
 * Puts numbered records on the topic, a few in a request. A request that fails is sent again, so a record whose acknowledgement
 * was lost is on the topic twice, at two addresses.
 */
export class NumberedProducer {
  /** Numbers of the records that the broker has acknowledged. */
  readonly acknowledged = new Set<number>();
  private readonly ready: () => Promise<Endpoints>;
  private connection: { readonly bootstrap: string; readonly client: KafkaProducer } | undefined;

  /** @param ready Waits for the running pipeline, whose broker has another port after each start. */
  constructor(ready: () => Promise<Endpoints>) {
    this.ready = ready;
  }

  /** Sends records until all are acknowledged. @throws {Error} If the pipeline does not start any more. */
  async send(records: readonly (readonly [number: number, record: OutgoingRecord])[]): Promise<void> {
    for (let at = 0; at < records.length; at += RECORDS_PER_REQUEST) {
      await this.sendRequest(records.slice(at, at + RECORDS_PER_REQUEST));
      await sleep(PAUSE_MS);
    }
  }

  /** Closes the connection, without waiting: to a broker that was killed, that may never end. */
  stop(): void {
    const { connection } = this;
    this.connection = undefined;
    connection?.client.disconnect().catch(() => undefined);
  }

  private async sendRequest(
    records: readonly (readonly [number: number, record: OutgoingRecord])[],
  ): Promise<void> {
    const messages = records.map(([number, { key, value, timestampMs }]) => ({
      ...{ key, value, headers: { [NUMBER_HEADER]: String(number) } },
      ...(timestampMs === undefined ? {} : { timestamp: String(timestampMs) }),
    }));
    for (;;) {
      const { bootstrap, topic } = await this.ready();
      try {
        const client = await this.clientOf(bootstrap);
        await withTimeout(
          REQUEST_SECONDS,
          'The broker does not answer',
          client.send({ topic, messages, acks: -1 }),
        );
        for (const [number] of records) this.acknowledged.add(number);
        return;
      } catch {
        this.stop();
        await sleep(RETRY_MS);
      }
    }
  }

  private async clientOf(bootstrap: string): Promise<KafkaProducer> {
    if (this.connection?.bootstrap === bootstrap) return this.connection.client;
    this.stop();
    const client = kafkaClient(bootstrap, PATIENCE).producer({ allowAutoTopicCreation: false });
    await withTimeout(REQUEST_SECONDS, 'The broker does not answer', client.connect());
    this.connection = { bootstrap, client };
    return client;
  }
}
