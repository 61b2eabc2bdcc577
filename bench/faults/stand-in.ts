import { createHash } from 'node:crypto';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { manifestKey, numberInKey, PREFIX, windowKey } from '../../lambdas/shared/contract/keys.ts';
import { Manifest, type RunFile, Window } from '../../lambdas/shared/contract/schemas.ts';
import { type Lake, readJson, s3Lake, toJson } from '../../lambdas/shared/platform/lake.ts';
import { sampleRun } from './sample.ts';

export const COMPACTED = 'compacted/part-00000.json';

/** A sale by its address, with its content. */
type Sales = Map<string, string>;

interface JobOptions {
  readonly client: S3Client;
  readonly window: number;
  readonly attempt: number;
  /** Whether the run recommends nothing, so that the gate refuses it. */
  readonly isEmpty: boolean;
}

/**
 * Stands in for the Spark job: reads what the job reads, drops repeats by address, and writes the files of a run and its
 * manifest in the same order. It learns nothing.
 *
 * @throws {Error} If a window or a batch is missing.
 */
export async function trainStandIn({ client, window, attempt, isEmpty }: JobOptions): Promise<void> {
  const lake = s3Lake('lake', client);
  const { compacted, raw, newest } = await readSales(lake, client, window);
  const added = new Map([...raw].filter(([address]) => !compacted.has(address)));
  const folder = `${PREFIX.runs}${numberInKey(window)}/${numberInKey(attempt)}/`;
  const { texts, manifest } = sampleRun(window);
  const files: RunFile[] = [];
  for (const [name, text] of [[COMPACTED, toJson([...added])] as const, ...texts].sort()) {
    await client.send(new PutObjectCommand({ Bucket: 'lake', Key: `${folder}${name}`, Body: text }));
    files.push({
      name,
      key: `${folder}${name}`,
      sizeBytes: Buffer.byteLength(text),
      rows: 1,
      sha256: sha256(text),
    });
  }
  const interactions = new Set([...compacted.keys(), ...raw.keys()]).size;
  const written: Manifest = {
    ...manifest,
    attempt,
    inputs: {
      ...manifest.inputs,
      offsets: Object.fromEntries(
        Object.entries(newest.partitions).map(([name, { ranges }]) => [name, ranges]),
      ),
      interactions,
    },
    counts: { ...manifest.counts, recommendations: isEmpty ? 0 : 4 },
    files,
  };
  await lake.create(manifestKey(window), toJson(written), 'application/json');
}

/** Reads the sales of windows 1 to N: compacted ones of earlier runs, and the batches of windows that have none. */
async function readSales(
  lake: Lake,
  client: S3Client,
  last: number,
): Promise<{ readonly compacted: Sales; readonly raw: Sales; readonly newest: Window }> {
  const compacted: Sales = new Map();
  const raw: Sales = new Map();
  for (let number = 1; ; number++) {
    const window = await readJson(lake, windowKey(number), Window);
    if (!window) throw new Error(`Cannot train: ${windowKey(number)} is missing`);
    const manifest = number < last ? await readJson(lake, manifestKey(number), Manifest) : undefined;
    const file = manifest?.files.find(({ name }) => name === COMPACTED);
    if (file) {
      const { text } = (await lake.read(file.key)) ?? { text: '' };
      for (const [address, sale] of JSON.parse(text) as [string, string][]) compacted.set(address, sale);
    } else
      for (const { key } of window.batches)
        for (const [address, sale] of await readBatch(client, key)) raw.set(address, sale);
    if (number === last) return { compacted, raw, newest: window };
  }
}

async function readBatch(client: S3Client, key: string): Promise<Sales> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: 'lake', Key: key }));
  return parseBatch((await Body?.transformToByteArray()) ?? new Uint8Array());
}

/** Parses a batch into its sales. */
export async function parseBatch(bytes: Uint8Array): Promise<Sales> {
  const rows = await parquetReadObjects({ file: new Uint8Array(bytes).buffer, compressors });
  return new Map(
    rows.map((row) => [`${row.kafka_partition} ${row.kafka_offset}`, `${row.user} ${row.product}`]),
  );
}

export const sha256 = (bytes: string | Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');
