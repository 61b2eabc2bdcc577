import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { manifestKey, PREFIX, parseNumberedKey } from '../../lambdas/shared/contract/keys.ts';
import { Manifest } from '../../lambdas/shared/contract/schemas.ts';
import type { OutgoingRecord } from '../../local/shop/simulate.ts';
import { type Expected, type Objects, problemsLeft, problemsOfStorage } from '../faults/checks.ts';
import type { TopicRecord } from './read-back.ts';

/** The state at the end of a schedule. */
export interface Remains {
  readonly objects: Objects;
  readonly topic: readonly TopicRecord[];
  /** Records that were sent, by their number. */
  readonly sent: readonly OutgoingRecord[];
  /** Numbers of the records that the broker acknowledged. */
  readonly acknowledged: ReadonlySet<number>;
}

/** Returns the addresses that the topic holds, of sales and of records that must be rejected. */
export function expectedOf({ topic, sent }: Pick<Remains, 'topic' | 'sent'>): Expected {
  const [accepted, rejected] = [new Set<string>(), new Set<string>()];
  for (const { partition, offset, number } of topic)
    (sent[number]?.broken === undefined ? accepted : rejected).add(`${partition} ${offset}`);
  return { accepted, rejected };
}

/**
 * Checks what must hold when everything is processed: each acknowledged record is on the topic; each record of the topic is stored or
 * rejected, and not both; each sale is new in exactly one run, and in the newest training set; windows have no gaps and one run
 * each, with whole files and a page; the pointer is what the decisions lead to.
 *
 * @returns Sentences about what does not hold; may be empty.
 */
export async function problemsOf({ objects, topic, sent, acknowledged }: Remains): Promise<string[]> {
  const expected = expectedOf({ topic, sent });
  const newByRun = new Map<number, readonly string[]>();
  for (const key of objects.keys(PREFIX.manifests)) {
    const run = parseNumberedKey(PREFIX.manifests, key);
    if (run !== undefined) newByRun.set(run, await readCompacted(objects, run));
  }
  const onTopic = new Set(topic.map(({ number }) => number));
  const lost = [...acknowledged].filter((number) => !onTopic.has(number));
  return [
    ...(lost.length > 0
      ? [`${lost.length} acknowledged records are not on the topic, such as ${lost[0]}`]
      : []),
    ...(newByRun.size === 0 ? ['there is no run'] : []),
    ...(await problemsOfStorage(objects, expected)),
    ...problemsLeft(objects, expected, ({ run }) => newByRun.get(run) ?? []),
    ...(await problemsOfRejects(objects)),
  ];
}

/** Reads the addresses in the compacted files of a run; one that is there twice is returned twice. */
async function readCompacted(objects: Objects, run: number): Promise<string[]> {
  const { files } = Manifest.parse(JSON.parse(objects.bytes(manifestKey(run)).toString()));
  const addresses: string[] = [];
  for (const { name, key } of files)
    if (/^compacted\/.*\.parquet$/.test(name) && objects.objects.has(key))
      addresses.push(...(await addressesIn(objects.bytes(key))));
  return addresses;
}

async function addressesIn(parquet: Buffer): Promise<string[]> {
  const rows = await parquetReadObjects({ file: new Uint8Array(parquet).buffer, compressors });
  return rows.map(({ kafka_partition, kafka_offset }) => `${kafka_partition} ${kafka_offset}`);
}

/** No record is both stored and rejected. Polls that overlap may store either several times. */
async function problemsOfRejects(objects: Objects): Promise<string[]> {
  const stored = new Set(await storedAddresses(objects));
  const both = rejectedAddresses(objects).filter((address) => stored.has(address));
  return both.length > 0 ? [`${both.length} records are stored and rejected, such as ${both[0]}`] : [];
}

async function storedAddresses(objects: Objects): Promise<string[]> {
  const addresses: string[] = [];
  for (const key of objects.keys(PREFIX.interactions))
    addresses.push(...(await addressesIn(objects.bytes(key))));
  return addresses;
}

const rejectedAddresses = (objects: Objects): string[] =>
  objects.keys(PREFIX.rejected).flatMap((key) =>
    objects
      .bytes(key)
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => {
        const { partition, offset } = JSON.parse(line) as {
          readonly partition: number;
          readonly offset: number;
        };
        return `${partition} ${offset}`;
      }),
  );

/** Counts the rows that are stored more than once, of sales and of rejected records: polls overlapped after a kill. */
export async function countRepeats(objects: Objects): Promise<number> {
  const repeats = (addresses: readonly string[]): number => addresses.length - new Set(addresses).size;
  return repeats(await storedAddresses(objects)) + repeats(rejectedAddresses(objects));
}
