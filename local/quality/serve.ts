import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Partitioners } from 'kafkajs';
import { accumulate } from '../../lambdas/accumulate/accumulate.ts';
import { publish } from '../../lambdas/publish/publish.ts';
import { CURRENT_KEY, manifestKey } from '../../lambdas/shared/contract/keys.ts';
import type { Model } from '../../lambdas/shared/contract/model.ts';
import { Current, Manifest, type Publication } from '../../lambdas/shared/contract/schemas.ts';
import { type Lake, readJson } from '../../lambdas/shared/platform/lake.ts';
import { createLog } from '../../lambdas/shared/platform/log.ts';
import { listPublications } from '../../lambdas/shared/platform/publications.ts';
import { PLAIN_IDS } from '../../lambdas/shared/privacy/person-ids.ts';
import type { FieldMap } from '../../lambdas/shared/sales/field-map.ts';
import { createSaleParser } from '../../lambdas/shared/sales/sale.ts';
import type { Threshold } from '../../lambdas/threshold/settings.ts';
import { type Look, threshold } from '../../lambdas/threshold/threshold.ts';
import { directoryLake } from '../lake/directory-lake.ts';
import { type EventRecord, MAX_BATCH_RECORDS, toEventRecord, toMskEvent } from '../pipeline/msk-event.ts';
import type { OutgoingRecord } from '../shop/simulate.ts';
import { FileJobs } from '../spark/file-job.ts';

/** What the stages are configured with, as the deployed ones are. */
export interface Settings {
  readonly fieldMap: FieldMap;
  readonly threshold: Threshold;
  readonly model: Model;
  /** Partitions of the topic. */
  readonly partitions: number;
}

/** What users are shown after all records are processed. */
export interface Served {
  /** The texts of the served run's `recommendations.csv`, or of its parts, each with a header; empty if no run was promoted. */
  readonly csv: readonly string[];
  readonly manifest: Manifest | undefined;
  /** The decisions of the gate, oldest first. */
  readonly decisions: readonly Publication[];
}

/** Uses what is served while its files still exist. @param lake A directory that has the layout of the bucket. */
export type Use = (lake: string, served: Served) => Promise<void>;

/** Trains a window of a lake, as the stage train does with the Spark job. */
export type Train = (lake: string, window: number) => Promise<void>;

const SOURCE = {
  eventSourceArn: 'arn:aws:kafka:us-east-1:000000000000:cluster/quality/1',
  bootstrapServers: '',
};
const TOPIC = 'sales';

/**
 * Processes records with the stages accumulate, threshold, train and publish, as `npm start -- --once` does, but without
 * Kafka and AWS: records become the events of MSK's mapping, and the bucket is a directory.
 *
 * A file is stored faster than a job trains. So the first window is cut as soon as there are enough sales, and everything that
 * is stored while its job runs is flushed into the second one.
 *
 * @param records In the order in which they are produced. Those without a timestamp get `nowMs`, as a broker would set it.
 * @param options.train Replaces the Spark job in tests.
 * @param options.use Called once, before the files are deleted.
 */
export async function serve(
  records: AsyncIterable<OutgoingRecord> | Iterable<OutgoingRecord>,
  { fieldMap, threshold: settings, model, partitions }: Settings,
  { nowMs, train, use }: { nowMs: number; train?: Train; use?: Use },
): Promise<Served> {
  const directory = mkdtempSync(join(tmpdir(), 'cartograph-quality-'));
  const jobs = new FileJobs(directory);
  const run: Train = train ?? (async (lake, window) => void (await jobs.run({ lake, directory, window })));
  try {
    mkdirSync(join(directory, 'lake'));
    const lake = directoryLake(join(directory, 'lake'));
    const log = createLog('publish', {}, () => undefined);
    const parseSale = createSaleParser(fieldMap);
    const cut = async (look: Look) =>
      (await threshold(look, { lake, log, settings, model, nowMs: () => nowMs })).cut;
    let window: number | undefined;
    for await (const poll of polls(records, partitions, nowMs)) {
      await accumulate(toMskEvent(poll, SOURCE), { lake, log, parseSale, ids: PLAIN_IDS });
      window ??= await cut({ how: 'sweep' });
    }
    for (window ??= await cut({ how: 'flush' }); window !== undefined; window = await cut({ how: 'flush' })) {
      await run(join(directory, 'lake'), window);
      await publish({ lake, log }, false);
    }
    const served = await readServed(lake);
    await use?.(join(directory, 'lake'), served);
    return served;
  } finally {
    await jobs.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Gathers records into polls, partition by partition, each of up to as many records as Lambda's pollers take. */
async function* polls(
  records: AsyncIterable<OutgoingRecord> | Iterable<OutgoingRecord>,
  partitions: number,
  nowMs: number,
): AsyncGenerator<EventRecord[]> {
  const choose = Partitioners.DefaultPartitioner();
  const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 0,
    replicas: [],
    isr: [],
  }));
  const next = Array.from({ length: partitions }, () => 0);
  let poll: EventRecord[] = [];
  for await (const { key, value, timestampMs = nowMs } of records) {
    // A record without a key may be in any partition; here it is in the first, so that every measurement is the same.
    const partition =
      key === null ? 0 : choose({ topic: TOPIC, partitionMetadata, message: { key, value: value ?? null } });
    const offset = next[partition] ?? 0;
    next[partition] = offset + 1;
    poll.push(
      toEventRecord(TOPIC, partition, {
        key: key === null ? null : Buffer.from(key),
        value: value ?? null,
        timestamp: String(timestampMs),
        offset: String(offset),
        attributes: 0,
        headers: {},
      }),
    );
    if (poll.length < MAX_BATCH_RECORDS) continue;
    yield poll;
    poll = [];
  }
  if (poll.length > 0) yield poll;
}

async function readServed(lake: Lake): Promise<Served> {
  const decisions = (await listPublications(lake)).toReversed();
  const current = await readJson(lake, CURRENT_KEY, Current);
  if (!current?.run) return { csv: [], manifest: undefined, decisions };
  const manifest = await readJson(lake, manifestKey(current.run), Manifest);
  const texts: string[] = [];
  for (const { name, key } of manifest?.files ?? [])
    if (/^recommendations(-\d+)?\.csv$/.test(name)) texts.push((await lake.read(key))?.text ?? '');
  return { csv: texts, manifest, decisions };
}
