import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { accumulate } from '../lambdas/accumulate/accumulate.ts';
import { counted, grouped } from '../lambdas/shared/contract/numbers.ts';
import { createLog } from '../lambdas/shared/platform/log.ts';
import { PLAIN_IDS } from '../lambdas/shared/privacy/person-ids.ts';
import { MAX_ID_LENGTH } from '../lambdas/shared/sales/fields.ts';
import { reasonKind } from '../lambdas/shared/sales/reason.ts';
import { createSaleParser } from '../lambdas/shared/sales/sale.ts';
import type { Benchmark, Figure } from './benchmark.ts';
import { FUZZ_KINDS, type FuzzKind, type FuzzRecord, fuzzRecords } from './fuzz-records.ts';

export const FUZZ_SEED = 1;
const RECORDS = 1_000_000;
/** Records of one event, as many as Lambda's pollers send at most. */
const RECORDS_PER_EVENT = 10_000;

/** What became of the records. */
export interface FuzzResult {
  readonly stored: number;
  readonly rejected: number;
  /** Optional fields that sales were stored without. */
  readonly leftOut: number;
  /** Stored and rejected records, by the kind of record. */
  readonly byKind: ReadonlyMap<FuzzKind, { stored: number; rejected: number }>;
  /** Rejected records by the kind of their reason, most frequent first. */
  readonly byReason: readonly (readonly [kind: string, count: number])[];
  /** CPU time of the event that took most. */
  readonly slowestSeconds: number;
}

/** Puts a million records of all kinds through accumulate; see docs/reliability.md. */
export const fuzz: Benchmark = {
  title: `${grouped(RECORDS)} fuzzed records through accumulate: each is stored or rejected with a reason`,
  async run(report) {
    const before = process.cpuUsage();
    const result = await runFuzz({ count: RECORDS, seed: FUZZ_SEED, report });
    for (const [kind, { stored, rejected }] of result.byKind)
      report(`${kind}: ${grouped(stored)} stored, ${grouped(rejected)} rejected`);
    report(`reasons: ${result.byReason.map(([kind, count]) => `${kind} ${grouped(count)}`).join(', ')}`);
    const { user, system } = process.cpuUsage(before);
    return figuresOf(result, (user + system) / 1e6);
  },
};

const figuresOf = (result: FuzzResult, seconds: number): Figure[] => [
  {
    subject: `fuzz, ${grouped(RECORDS)} records, seed ${FUZZ_SEED}`,
    target: 'each is stored or rejected with a reason',
    measured: `${grouped(result.stored)} stored (without ${counted(result.leftOut, 'optional field')}), ${grouped(result.rejected)} rejected, none blocked; ${seconds.toFixed(0)} s of CPU`,
  },
  {
    subject: '… the event of 10,000 records that took most',
    measured: `${result.slowestSeconds.toFixed(1)} s of CPU`,
  },
];

/**
 * Puts fuzzed records through accumulate, an event of 10,000 at a time, and checks what it wrote.
 *
 * @throws {Error} If a record blocks its partition, is neither stored nor rejected, is both, is rejected without a reason or
 *   with other bytes, is stored with values that are not allowed, or gets another verdict when it is alone.
 */
export async function runFuzz({
  count,
  seed,
  report = () => undefined,
}: {
  readonly count: number;
  readonly seed: number;
  readonly report?: (line: string) => void;
}): Promise<FuzzResult> {
  const tally = new Tally();
  let batch: FuzzRecord[] = [];
  let first = 0;
  for (const record of fuzzRecords(count, seed)) {
    batch.push(record);
    if (batch.length < RECORDS_PER_EVENT && first + batch.length < count) continue;
    await putThrough(batch, first, tally);
    first += batch.length;
    batch = [];
    if (first % 100_000 === 0) report(`${grouped(first)} records`);
  }
  return tally;
}

class Tally implements FuzzResult {
  stored = 0;
  rejected = 0;
  leftOut = 0;
  slowestSeconds = 0;
  readonly byKind = new Map(FUZZ_KINDS.map((kind) => [kind, { stored: 0, rejected: 0 }]));
  private readonly reasons = new Map<string, number>();

  get byReason(): readonly (readonly [string, number])[] {
    return [...this.reasons].sort((a, b) => b[1] - a[1]);
  }

  add({ kind }: FuzzRecord, reason: string | undefined): void {
    const counts = this.byKind.get(kind);
    if (reason === undefined) this.stored += 1;
    else this.rejected += 1;
    if (counts) counts[reason === undefined ? 'stored' : 'rejected'] += 1;
    if (reason !== undefined)
      this.reasons.set(reasonKind(reason), (this.reasons.get(reasonKind(reason)) ?? 0) + 1);
  }
}

const parseSale = createSaleParser({});

/** @param first Offset of the first record. */
async function putThrough(records: readonly FuzzRecord[], first: number, tally: Tally): Promise<void> {
  const objects = new Map<string, string | Uint8Array>();
  const lake = {
    create: async (key: string, body: string | Uint8Array) => objects.size !== objects.set(key, body).size,
  };
  const before = process.cpuUsage();
  const answer = await accumulate(eventOf(records, first), { lake, log: SILENT, parseSale, ids: PLAIN_IDS });
  const { user, system } = process.cpuUsage(before);
  tally.slowestSeconds = Math.max(tally.slowestSeconds, (user + system) / 1e6);
  if (answer.batchItemFailures.length > 0)
    throw new Error(`Cannot pass: the records from offset ${first} are blocked`);
  const [stored, rejected] = await readBack(objects);
  for (const [index, record] of records.entries()) {
    const offset = first + index;
    const alone = parseSale(record.value ?? undefined, record.kafkaMs);
    const [row, reject] = [stored.get(offset), rejected.get(offset)];
    checkOne({ offset, record, row, reject, isRejectedAlone: 'rejected' in alone });
    tally.leftOut += ('leftOut' in alone && alone.leftOut?.length) || 0;
    tally.add(record, reject?.reason);
  }
}

const SILENT = createLog('accumulate', {}, () => undefined);

interface Row {
  readonly user: string;
  readonly product: string;
  readonly quantity: number;
}
interface Reject {
  readonly offset: number;
  readonly reason: string;
  readonly value: string | null;
}

async function readBack(
  objects: ReadonlyMap<string, string | Uint8Array>,
): Promise<[stored: Map<number, Row>, rejected: Map<number, Reject>]> {
  const stored = new Map<number, Row>();
  const rejected = new Map<number, Reject>();
  for (const body of objects.values()) {
    if (typeof body === 'string')
      for (const line of body.trimEnd().split('\n')) {
        const reject: Reject = JSON.parse(line);
        rejected.set(reject.offset, reject);
      }
    else
      for (const row of await parquetReadObjects({ file: new Uint8Array(body).buffer, compressors }))
        stored.set(Number(row.kafka_offset), row as unknown as Row);
  }
  return [stored, rejected];
}

function checkOne(found: {
  readonly offset: number;
  readonly record: FuzzRecord;
  readonly row: Row | undefined;
  readonly reject: Reject | undefined;
  readonly isRejectedAlone: boolean;
}): void {
  const { offset, record, row, reject, isRejectedAlone } = found;
  const fail = (what: string): never => {
    throw new Error(
      `Cannot pass: record ${offset} (${record.kind}) ${what}: ${record.value?.toString('base64')}`,
    );
  };
  if ((row === undefined) === (reject === undefined))
    fail(row ? 'is both stored and rejected' : 'is neither stored nor rejected');
  if ((reject !== undefined) !== isRejectedAlone) fail('has another verdict when it is alone');
  if (reject && (reject.reason === '' || reject.value !== (record.value?.toString('base64') ?? null)))
    fail('is rejected without a reason, or with other bytes');
  if (row && !(isId(row.user) && isId(row.product) && Number.isFinite(row.quantity) && row.quantity !== 0))
    fail('is stored with values that are not allowed');
}

const isId = (id: string): boolean => id.length >= 1 && id.length <= MAX_ID_LENGTH && id.isWellFormed();

const eventOf = (records: readonly FuzzRecord[], first: number): unknown => ({
  eventSource: 'aws:kafka',
  eventSourceArn: 'arn:aws:kafka:us-east-1:000000000000:cluster/bench/1',
  records: {
    'sales-0': records.map(({ value, kafkaMs }, index) => ({
      topic: 'sales',
      partition: 0,
      offset: first + index,
      timestamp: kafkaMs,
      value: value?.toString('base64') ?? null,
    })),
  },
});
