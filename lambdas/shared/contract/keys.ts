/**
 * Every key of the bucket, built and read in one place. Numbers are zero-padded so that a listing is in order.
 *
 * The Spark job builds its own keys below `runs/N/K/`; readers take those from the manifest and never build them.
 */

/** What can be granted, watched or listed. Each prefix has one writer. */
export const PREFIX = {
  interactions: 'interactions/',
  rejected: 'rejected/',
  windows: 'windows/',
  attempts: 'attempts/',
  runs: 'runs/',
  manifests: 'manifests/',
  charts: 'charts/',
  publications: 'publications/',
  /** Logs of the cluster, written by EMR Serverless. */
  logs: 'logs/',
} as const;

/** The two objects that move, by `If-Match`. */
export const CURRENT_KEY = 'current.json';
export const INDEX_KEY = `${PREFIX.charts}index.html`;

/**
 * What pages show to people, beside the pointer. Not the sales as they came, with order and price: those of runs lie in
 * `compacted/`, which readers leave out. Who bought what is in the explorer and the graph.
 */
export const SHOWN_PREFIXES = [PREFIX.charts, PREFIX.runs, PREFIX.manifests, PREFIX.publications] as const;

const OFFSET_DIGITS = 20;
const PARTITION_DIGITS = 6;
const NUMBER_DIGITS = 8;
const MS_DIGITS = 13;

const pad = (value: number, digits: number): string => String(value).padStart(digits, '0');

/** A window, run, attempt or publication number as it stands in keys: eight digits. */
export const numberInKey = (value: number): string => pad(value, NUMBER_DIGITS);

/** Where records come from: a partition of a topic of one cluster. */
export interface StreamPartition {
  /** 8 hex digits of SHA-256 of the event source's ARN. */
  readonly source: string;
  readonly topic: string;
  readonly partition: number;
}

/** What a batch's key says of it. */
export interface BatchName extends StreamPartition {
  /** First and last offset of the polled range, inclusive, rejects included. */
  readonly first: number;
  readonly last: number;
  /** Rows stored. */
  readonly count: number;
  /** Kafka timestamp of the first record, epoch ms. */
  readonly firstMs: number;
}

/** `SOURCE/TOPIC/PARTITION`, the name of a partition inside `windows/N.json` and below a prefix. */
export const partitionPath = ({ source, topic, partition }: StreamPartition): string =>
  `${source}/${topic}/${pad(partition, PARTITION_DIGITS)}`;

const rangeName = ({ first, last, count, firstMs }: BatchName): string =>
  `${pad(first, OFFSET_DIGITS)}-${pad(last, OFFSET_DIGITS)}-${pad(count, NUMBER_DIGITS)}-${pad(firstMs, MS_DIGITS)}`;

export const interactionsKey = (name: BatchName): string =>
  `${PREFIX.interactions}${partitionPath(name)}/${rangeName(name)}.parquet`;

export const rejectedKey = (name: BatchName): string =>
  `${PREFIX.rejected}${partitionPath(name)}/${rangeName(name)}.ndjson`;

/**
 * `StartAfter` of a listing that shall begin with the first batch behind `last`: every batch that begins at `last` or
 * before sorts in front of it.
 */
export const interactionsAfter = (partition: StreamPartition, last: number): string =>
  `${PREFIX.interactions}${partitionPath(partition)}/${pad(last, OFFSET_DIGITS)}~`;

const BATCH_KEY =
  /^(?:interactions|rejected)\/([0-9a-f]{8})\/([A-Za-z0-9._-]{1,249})\/(\d{6})\/(\d{20})-(\d{20})-(\d{8,})-(\d{13,})\.(?:parquet|ndjson)$/;

/**
 * Reads a key of `interactions/` or `rejected/`.
 *
 * @returns undefined if it is not a key that accumulate writes.
 */
export function parseBatchKey(key: string): BatchName | undefined {
  const match = BATCH_KEY.exec(key);
  if (!match) return undefined;
  const [, source = '', topic = '', partition, first, last, count, firstMs] = match;
  return {
    source,
    topic,
    partition: Number(partition),
    first: Number(first),
    last: Number(last),
    count: Number(count),
    firstMs: Number(firstMs),
  };
}

export const windowKey = (window: number): string => `${PREFIX.windows}${numberInKey(window)}.json`;
export const attemptsOf = (window: number): string => `${PREFIX.attempts}${numberInKey(window)}/`;
export const attemptKey = (window: number, attempt: number): string =>
  `${attemptsOf(window)}${numberInKey(attempt)}.json`;
export const startedKey = (window: number, attempt: number): string =>
  `${attemptsOf(window)}${numberInKey(attempt)}.started.json`;
export const failedKey = (window: number): string => `${attemptsOf(window)}failed.json`;
export const manifestKey = (run: number): string => `${PREFIX.manifests}${numberInKey(run)}.json`;
export const chartsOf = (run: number): string => `${PREFIX.charts}${numberInKey(run)}/`;
/** Written when a run's charts are given up; a message may still draw them later. */
export const chartsFailedKey = (run: number): string => `${chartsOf(run)}failed.json`;
export const publicationKey = (publication: number): string =>
  `${PREFIX.publications}${numberInKey(publication)}.json`;

/** Reads the number out of `PREFIX/00000012.json`; undefined for anything else below the prefix. */
export function parseNumberedKey(prefix: string, key: string): number | undefined {
  const match = /^(\d{8,})\.json$/.exec(key.startsWith(prefix) ? key.slice(prefix.length) : '');
  return match ? Number(match[1]) : undefined;
}
