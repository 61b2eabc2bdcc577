/**
 * Builds and parses every key of the bucket. Numbers are zero-padded so that a listing is in numerical order.
 *
 * The Spark job builds the keys below `runs/N/K/` itself. Readers take those keys from the manifest and never build them.
 */

/** The prefixes that permissions, event rules and listings use. Each prefix has one writer. */
export const PREFIX = {
  interactions: 'interactions/',
  rejected: 'rejected/',
  windows: 'windows/',
  attempts: 'attempts/',
  runs: 'runs/',
  manifests: 'manifests/',
  charts: 'charts/',
  publications: 'publications/',
  catalogue: 'catalogue/',
  /** The cost of each attempt. */
  receipts: 'receipts/',
  /** Users to be forgotten, as keyed hashes. */
  tombstones: 'tombstones/',
  /** The work and the receipts of forgetting. */
  erasures: 'erasures/',
  /** Logs of the Spark jobs, written by EMR Serverless. */
  logs: 'logs/',
} as const;

/** The two objects that are overwritten, with `If-Match`. All others are written once. */
export const CURRENT_KEY = 'current.json';
export const INDEX_KEY = `${PREFIX.charts}index.html`;
/** States how ids of people are stored in this bucket. */
export const PRIVACY_KEY = 'privacy.json';

/**
 * The prefixes that a public site may show, in addition to `current.json`. They contain who bought which product (in the
 * explorer and the graph), but no single sales with order and price, except for `compacted/` and `model/` below a run, which the site
 * excludes.
 */
export const SHOWN_PREFIXES = [PREFIX.charts, PREFIX.runs, PREFIX.manifests, PREFIX.publications] as const;

const OFFSET_DIGITS = 20;
const PARTITION_DIGITS = 6;
const NUMBER_DIGITS = 8;
const MS_DIGITS = 13;

const pad = (value: number, digits: number): string => String(value).padStart(digits, '0');

/**
 * Formats the number of a window, run, attempt or publication for a key: with at least eight digits.
 *
 * @example
 * numberInKey(12) // '00000012'
 */
export const numberInKey = (value: number): string => pad(value, NUMBER_DIGITS);

/** A partition of a topic in one cluster. */
export interface StreamPartition {
  /** 8 hex digits of SHA-256 of the event source's ARN. */
  readonly source: string;
  readonly topic: string;
  readonly partition: number;
}

/** The facts about a batch that its key contains. */
export interface BatchName extends StreamPartition {
  /** First and last offset of the polled range, both inclusive. The range includes rejected records. */
  readonly first: number;
  readonly last: number;
  /** Number of stored rows. */
  readonly count: number;
  /** Kafka timestamp of the first record, epoch ms; 0 if it has none. */
  readonly firstMs: number;
}

/**
 * Names a partition inside `windows/N.json` and below a prefix: `SOURCE/TOPIC/PARTITION`.
 *
 * @example
 * partitionPath({ source: '0a1b2c3d', topic: 'sales', partition: 7 }) // '0a1b2c3d/sales/000007'
 */
export const partitionPath = ({ source, topic, partition }: StreamPartition): string =>
  `${source}/${topic}/${pad(partition, PARTITION_DIGITS)}`;

/**
 * Names a generation of a partition inside `windows/N.json`. If a topic is deleted and created again on the same cluster, its
 * offsets start again, and a new generation of each partition begins. The first one has the name of the partition.
 *
 * @param sinceMs Kafka timestamp with which the generation begins, epoch ms; undefined for the first one.
 *
 * @example
 * generationPath({ source: '0a1b2c3d', topic: 'sales', partition: 7 }, 1782820800000) // '0a1b2c3d/sales/000007@1782820800000'
 */
export const generationPath = (partition: StreamPartition, sinceMs: number | undefined): string =>
  sinceMs === undefined ? partitionPath(partition) : `${partitionPath(partition)}@${pad(sinceMs, MS_DIGITS)}`;

/**
 * Returns the path of the partition that a generation belongs to.
 *
 * @example partitionPathOf('0a1b2c3d/sales/000007@1782820800000') // '0a1b2c3d/sales/000007'
 */
export const partitionPathOf = (generation: string): string => generation.split('@')[0] ?? generation;

/**
 * Parses a name that `partitionPath` or `generationPath` made.
 *
 * @returns undefined if it is not such a name.
 * @example parsePartition('0a1b2c3d/sales/000007') // { source: '0a1b2c3d', topic: 'sales', partition: 7 }
 */
export function parsePartition(path: string): StreamPartition | undefined {
  const [source, topic, partition, ...rest] = partitionPathOf(path).split('/');
  if (!source || !topic || !partition || rest.length > 0 || !/^\d{6}$/.test(partition)) return undefined;
  return { source, topic, partition: Number(partition) };
}

const rangeName = ({ first, last, count, firstMs }: BatchName): string =>
  `${pad(first, OFFSET_DIGITS)}-${pad(last, OFFSET_DIGITS)}-${pad(count, NUMBER_DIGITS)}-${pad(firstMs, MS_DIGITS)}`;

/**
 * Key of the sales of a batch.
 *
 * @example
 * interactionsKey({ source: '0a1b2c3d', topic: 'sales', partition: 7, first: 0, last: 99, count: 98, firstMs: 1 })
 * // 'interactions/0a1b2c3d/sales/000007/00000000000000000000-00000000000000000099-00000098-0000000000001.parquet'
 */
export const interactionsKey = (name: BatchName): string =>
  `${PREFIX.interactions}${partitionPath(name)}/${rangeName(name)}.parquet`;

/**
 * Key of the rejected records of a batch; `count` is their number.
 *
 * @example
 * rejectedKey({ source: '0a1b2c3d', topic: 'sales', partition: 7, first: 0, last: 99, count: 2, firstMs: 1 })
 * // 'rejected/0a1b2c3d/sales/000007/00000000000000000000-00000000000000000099-00000002-0000000000001.ndjson'
 */
export const rejectedKey = (name: BatchName): string =>
  `${PREFIX.rejected}${partitionPath(name)}/${rangeName(name)}.ndjson`;

/**
 * Returns the `StartAfter` of a listing that begins with the first batch after offset `last`. Every key of a batch whose
 * first offset is ≤ `last` sorts before it.
 *
 * @param last The last offset to skip.
 *
 * @example
 * interactionsAfter({ source: '0a1b2c3d', topic: 'sales', partition: 7 }, 99) // 'interactions/0a1b2c3d/sales/000007/00000000000000000099~'
 */
export const interactionsAfter = (partition: StreamPartition, last: number): string =>
  `${PREFIX.interactions}${partitionPath(partition)}/${pad(last, OFFSET_DIGITS)}~`;

const BATCH_KEY =
  /^(?:interactions|rejected)\/([0-9a-f]{8})\/([A-Za-z0-9._-]{1,249})\/(\d{6})\/(\d{20})-(\d{20})-(\d{8,})-(\d{13,})\.(?:parquet|ndjson)$/;

/**
 * Parses a key of `interactions/` or `rejected/`.
 *
 * @returns undefined if accumulate writes no such key.
 *
 * @example
 * parseBatchKey('interactions/0a1b2c3d/sales/000007/00000000000000000000-00000000000000000099-00000098-0000000000001.parquet')
 * // { source: '0a1b2c3d', topic: 'sales', partition: 7, first: 0, last: 99, count: 98, firstMs: 1 }
 * @example
 * parseBatchKey('interactions/README.md') // undefined
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

/** @example windowKey(7) // 'windows/00000007.json' */
export const windowKey = (window: number): string => `${PREFIX.windows}${numberInKey(window)}.json`;

/** The prefix of all attempts to train a window. @example attemptsOf(7) // 'attempts/00000007/' */
export const attemptsOf = (window: number): string => `${PREFIX.attempts}${numberInKey(window)}/`;

/** @example attemptKey(7, 2) // 'attempts/00000007/00000002.json' */
export const attemptKey = (window: number, attempt: number): string =>
  `${attemptsOf(window)}${numberInKey(attempt)}.json`;

/** @example startedKey(7, 2) // 'attempts/00000007/00000002.started.json' */
export const startedKey = (window: number, attempt: number): string =>
  `${attemptsOf(window)}${numberInKey(attempt)}.started.json`;

/** @example failedKey(7) // 'attempts/00000007/failed.json' */
export const failedKey = (window: number): string => `${attemptsOf(window)}failed.json`;

/** @example manifestKey(7) // 'manifests/00000007.json' */
export const manifestKey = (run: number): string => `${PREFIX.manifests}${numberInKey(run)}.json`;

/** The prefix of all charts of a run. @example chartsOf(7) // 'charts/00000007/' */
export const chartsOf = (run: number): string => `${PREFIX.charts}${numberInKey(run)}/`;

/**
 * Key of the object that render writes when it stops trying to draw a run. A later message may still draw the charts.
 *
 * @example
 * chartsFailedKey(7) // 'charts/00000007/failed.json'
 */
export const chartsFailedKey = (run: number): string => `${chartsOf(run)}failed.json`;

/** @example publicationKey(7) // 'publications/00000007.json' */
export const publicationKey = (publication: number): string =>
  `${PREFIX.publications}${numberInKey(publication)}.json`;

/** The prefix of the receipts of a run's attempts. @example receiptsOf(7) // 'receipts/00000007/' */
export const receiptsOf = (run: number): string => `${PREFIX.receipts}${numberInKey(run)}/`;

/** @example receiptKey(7, 2) // 'receipts/00000007/00000002.json' */
export const receiptKey = (run: number, attempt: number): string =>
  `${receiptsOf(run)}${numberInKey(attempt)}.json`;

/**
 * Parses the key of a receipt.
 *
 * @returns undefined for every other key.
 * @example parseReceiptKey('receipts/00000007/00000002.json') // { run: 7, attempt: 2 }
 */
export function parseReceiptKey(key: string): { readonly run: number; readonly attempt: number } | undefined {
  const [run, attempt] = parsePair(PREFIX.receipts, key) ?? [];
  return run === undefined || attempt === undefined ? undefined : { run, attempt };
}

/**
 * Parses the key of an attempt.
 *
 * @returns undefined for every other key.
 * @example parseAttemptKey('attempts/00000007/00000002.json') // { window: 7, attempt: 2 }
 */
export function parseAttemptKey(
  key: string,
): { readonly window: number; readonly attempt: number } | undefined {
  const [window, attempt] = parsePair(PREFIX.attempts, key) ?? [];
  return window === undefined || attempt === undefined ? undefined : { window, attempt };
}

function parsePair(prefix: string, key: string): [number, number] | undefined {
  const match = /^(\d{8,})\/(\d{8,})\.json$/.exec(key.startsWith(prefix) ? key.slice(prefix.length) : '');
  return match ? [Number(match[1]), Number(match[2])] : undefined;
}

/** The prefix of the attempts that count in the budget of a month. @example claimsOf('2026-11') // 'receipts/budget/2026-11/' */
export const claimsOf = (month: string): string => `${PREFIX.receipts}budget/${month}/`;

/** @example claimKey('2026-11', 7) // 'receipts/budget/2026-11/00000007.json' */
export const claimKey = (month: string, number: number): string =>
  `${claimsOf(month)}${numberInKey(number)}.json`;

/** The prefix of the notes on windows that wait for the next month. */
export const WAITING_PREFIX = `${PREFIX.receipts}waiting/`;

/** @example waitingKey('2026-11', 7, 1) // 'receipts/waiting/2026-11/00000007-00000001.json' */
export const waitingKey = (month: string, window: number, attempt: number): string =>
  `${WAITING_PREFIX}${month}/${numberInKey(window)}-${numberInKey(attempt)}.json`;

/** @example tombstonesKey(7) // 'tombstones/00000007.json' */
export const tombstonesKey = (erasure: number): string => `${PREFIX.tombstones}${numberInKey(erasure)}.json`;

/** The receipt of an erasure. @example erasureKey(7) // 'erasures/00000007.json' */
export const erasureKey = (erasure: number): string => `${PREFIX.erasures}${numberInKey(erasure)}.json`;

/**
 * Parses the number in a key such as `windows/00000012.json`.
 *
 * @param prefix The prefix, with its closing slash.
 * @returns undefined for every other key.
 *
 * @example
 * parseNumberedKey('windows/', 'windows/00000012.json') // 12
 * @example
 * parseNumberedKey('windows/', 'windows/README.md') // undefined
 */
export function parseNumberedKey(prefix: string, key: string): number | undefined {
  const match = /^(\d{8,})\.json$/.exec(key.startsWith(prefix) ? key.slice(prefix.length) : '');
  return match ? Number(match[1]) : undefined;
}

/**
 * The kinds of objects in the catalogue. A batch holds the products of one request; batches are numbered from 1, without gaps.
 * Merged object N holds the last lines of batches N - 99 to N, and snapshot N those of batches 1 to N. All of them are NDJSON.
 */
export type CatalogueKind = 'batches' | 'merged' | 'snapshots';

/** The prefix of one kind of objects in the catalogue. @example catalogueOf('merged') // 'catalogue/merged/' */
export const catalogueOf = (kind: CatalogueKind): string => `${PREFIX.catalogue}${kind}/`;

/** @example catalogueKey('batches', 7) // 'catalogue/batches/00000007.ndjson' */
export const catalogueKey = (kind: CatalogueKind, number: number): string =>
  `${catalogueOf(kind)}${numberInKey(number)}.ndjson`;

/**
 * Parses the number of a batch, merged object or snapshot.
 *
 * @returns undefined for every other key.
 * @example parseCatalogueKey('batches', 'catalogue/batches/00000007.ndjson') // 7
 */
export function parseCatalogueKey(kind: CatalogueKind, key: string): number | undefined {
  const prefix = catalogueOf(kind);
  const match = /^(\d{8,})\.ndjson$/.exec(key.startsWith(prefix) ? key.slice(prefix.length) : '');
  return match ? Number(match[1]) : undefined;
}
