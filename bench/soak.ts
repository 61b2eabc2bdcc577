import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { grouped } from '../lambdas/shared/contract/numbers.ts';
import { createTopic, kafkaClient, startBroker } from '../local/pipeline/broker.ts';
import { defaultSales } from '../local/shop/simulate.ts';
import type { Benchmark, Figure } from './benchmark.ts';
import { Memory } from './soak-memory.ts';
import { countStored, type StoredCounts } from './soak-result.ts';

const MINUTES = Number(process.env.SOAK_MINUTES ?? 30);
const TOPIC = 'sales';
const PARTITIONS = 3;
/** Sales that are sent again and again. */
const POOL = 20_000;
const SALES_PER_REQUEST = 1_000;
/** Time at full rate, and the part of it that is not measured because programs are not yet compiled. */
const FULL_RATE_SECONDS = 40;
const WARM_UP_SECONDS = 15;
const SAMPLE_MS = 5_000;
const DRAIN_SECONDS = 120;
/** The broker deletes what was read long before, or a soak fills the disk. */
const RETENTION = {
  'log.retention.bytes': 256 * 2 ** 20,
  'log.segment.bytes': 64 * 2 ** 20,
  'log.retention.check.interval.ms': 30_000,
};

/** Half the highest rate of this machine through Kafka, poller and accumulate, for half an hour. */
export const soak: Benchmark = {
  title: `${MINUTES} min (SOAK_MINUTES) at half of this machine's highest rate through Kafka, poller and accumulate`,
  runsOnlyByName: true,
  async run(report) {
    if (!(MINUTES > 0))
      throw new RangeError(`Cannot soak: SOAK_MINUTES is ${process.env.SOAK_MINUTES}, should be above 0`);
    const directory = mkdtempSync(join(tmpdir(), 'cartograph-soak-'));
    const broker = await startBroker(join(directory, 'kafka'), { properties: RETENTION });
    try {
      await createTopic(broker.bootstrap, TOPIC, PARTITIONS);
      return await soakWith(broker.bootstrap, directory, report);
    } finally {
      await broker.stop();
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

async function soakWith(
  bootstrap: string,
  directory: string,
  report: (line: string) => void,
): Promise<readonly Figure[]> {
  const lake = join(directory, 'lake');
  mkdirSync(lake);
  const worker = new Worker(bootstrap, lake);
  const producer = await Producer.start(bootstrap);
  try {
    const highest = await highestRate(producer, worker);
    report(`highest rate: ${grouped(Math.round(highest))} sales a second`);
    await worker.drained();
    const pids = { broker: brokerPid(directory), 'poller and accumulate': worker.pid, producer: process.pid };
    const memory = new Memory(pids);
    const soaked = await soakAt(highest / 2, { producer, worker, memory, report });
    await worker.drained();
    const counts = await countStored(lake);
    return figuresOf({ highest, soaked, counts, sent: producer.sent, memory, worker });
  } finally {
    await producer.stop();
    worker.stop();
  }
}

/** Sends as fast as the broker takes sales, and measures how fast they are stored. */
async function highestRate(producer: Producer, worker: Worker): Promise<number> {
  let isOver = false;
  const sending = (async () => {
    while (!isOver) {
      // More would only fill the broker.
      if (worker.lag < 20 * SALES_PER_REQUEST) await producer.send();
      else await sleep(20);
    }
  })();
  await sleep(WARM_UP_SECONDS * 1000);
  const [sent, lag, startMs] = [producer.sent, worker.lag, performance.now()];
  await sleep((FULL_RATE_SECONDS - WARM_UP_SECONDS) * 1000);
  const stored = producer.sent - worker.lag - (sent - lag);
  const seconds = (performance.now() - startMs) / 1000;
  isOver = true;
  await sending;
  return stored / seconds;
}

interface Soaked {
  readonly seconds: number;
  readonly sales: number;
  readonly worstLag: number;
}

async function soakAt(
  rate: number,
  {
    producer,
    worker,
    memory,
    report,
  }: {
    readonly producer: Producer;
    readonly worker: Worker;
    readonly memory: Memory;
    readonly report: (line: string) => void;
  },
): Promise<Soaked> {
  const before = producer.sent;
  const startMs = performance.now();
  const elapsed = (): number => (performance.now() - startMs) / 1000;
  let [nextSampleMs, worstLag, minute] = [0, 0, 0];
  while (elapsed() < MINUTES * 60) {
    if (producer.sent - before < elapsed() * rate) await producer.send();
    else await sleep(10);
    worstLag = Math.max(worstLag, worker.lag);
    if (elapsed() * 1000 >= nextSampleMs) {
      memory.sample();
      nextSampleMs += SAMPLE_MS;
    }
    if (elapsed() / 60 >= minute + 1)
      report(
        `minute ${++minute}: ${grouped(producer.sent - before)} sales, ${grouped(worker.lag)} waiting, ${memory.now()}`,
      );
  }
  return { seconds: elapsed(), sales: producer.sent - before, worstLag };
}

/** Sends a pool of sales in turn. */
class Producer {
  sent = 0;
  private readonly client: ReturnType<ReturnType<typeof kafkaClient>['producer']>;
  private readonly values: readonly (Buffer | null)[];

  private constructor(client: Producer['client'], values: readonly (Buffer | null)[]) {
    this.client = client;
    this.values = values;
  }

  static async start(bootstrap: string): Promise<Producer> {
    const client = kafkaClient(bootstrap).producer({ allowAutoTopicCreation: false });
    await client.connect();
    return new Producer(
      client,
      [...defaultSales({ seed: 1, count: POOL })].map(({ value }) => value),
    );
  }

  async send(): Promise<void> {
    const messages = Array.from({ length: SALES_PER_REQUEST }, (_, index) => ({
      value: this.values[(this.sent + index) % POOL] ?? null,
      partition: (this.sent / SALES_PER_REQUEST) % PARTITIONS,
    }));
    await this.client.send({ topic: TOPIC, messages });
    this.sent += SALES_PER_REQUEST;
  }

  stop(): Promise<void> {
    return this.client.disconnect();
  }
}

/** The process of poller and accumulate. */
class Worker {
  lag = 0;
  failures = 0;
  private reports = 0;
  private readonly child: ChildProcess;

  constructor(bootstrap: string, lake: string) {
    this.child = fork(join(import.meta.dirname, 'soak-worker.ts'), [bootstrap, TOPIC, lake]);
    this.child.on('message', (message: { readonly lag?: number }) => {
      if (message.lag === undefined) this.failures++;
      else [this.lag, this.reports] = [message.lag, this.reports + 1];
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Waits until every record is committed. */
  async drained(): Promise<void> {
    const from = this.reports;
    for (let waited = 0; waited < DRAIN_SECONDS; waited++) {
      if (this.reports > from + 1 && this.lag === 0) return;
      await sleep(1000);
    }
    throw new Error(`Cannot drain: ${this.lag} records still wait after ${DRAIN_SECONDS} s`);
  }

  stop(): void {
    this.child.kill('SIGKILL');
  }
}

const brokerPid = (directory: string): number =>
  Number(/"pid":(\d+)/.exec(readFileSync(join(directory, 'kafka', 'broker.pid'), 'utf8'))?.[1]);

function figuresOf({
  highest,
  soaked: { seconds, sales, worstLag },
  counts: { stored, rejected, missing, repeated },
  sent,
  memory,
  worker,
}: {
  readonly highest: number;
  readonly soaked: Soaked;
  readonly counts: StoredCounts;
  readonly sent: number;
  readonly memory: Memory;
  readonly worker: Worker;
}): Figure[] {
  const lost = sent - stored - rejected;
  return [
    {
      subject: `soak, ${(seconds / 60).toFixed(0)} min at half of the highest rate (${grouped(Math.round(highest))} sales/s)`,
      target: 'nothing lost',
      measured: `${grouped(sales)} sales at ${grouped(Math.round(sales / seconds))}/s, at most ${grouped(worstLag)} waiting; of all ${grouped(sent)}: ${grouped(stored)} stored, ${grouped(rejected)} rejected, ${grouped(lost)} lost, ${grouped(missing)} offsets missing, ${grouped(repeated)} repeated; ${worker.failures} failures of the poller; load ${(loadavg()[0] ?? 0).toFixed(1)}`,
    },
    { subject: '… resident memory', target: 'flat', measured: memory.describe().join('; ') },
  ];
}
