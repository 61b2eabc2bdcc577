import fc from 'fast-check';
import { type Random, seeded } from '../local/shop/random.ts';
import { defaultSales } from '../local/shop/simulate.ts';

/** A record to try accumulate with. */
export interface FuzzRecord {
  readonly kind: FuzzKind;
  /** Null for a tombstone. */
  readonly value: Buffer | null;
  /** The Kafka timestamp, epoch ms; -1 for none. */
  readonly kafkaMs: number;
}

const FIELDS = ['userId', 'productId', 'quantity', 'timestamp', 'type', 'orderId', 'price', 'productName'];
const AT = Date.UTC(2026, 6, 1);
/** Kafka timestamps as producers write them: most are right, some are absent, 0, in nanoseconds, or before all others. */
const KAFKA_MS = [AT, AT, AT, AT, AT, AT, -1, 0, 1.78e18, -5];

/** Values that have been found to be read wrongly somewhere, as JSON. */
const HOSTILE: readonly string[] = [
  'null',
  'true',
  '0',
  '-0',
  '0.0',
  '17850.0',
  '1e400',
  '-1e400',
  '1e-400',
  '12345678901234567890',
  '9007199254740993.00',
  '""',
  '" "',
  '"0"',
  '" 2 "',
  '"1,5"',
  '"£3.50"',
  '"nan"',
  '"Infinity"',
  '"0x10"',
  '"\\ud800"',
  '"\\u0000"',
  '"\\u2028"',
  '"__proto__"',
  '"constructor"',
  '"2019-02-07T13:02:58+02"',
  '"2019-02-07 13:02:17 +0100"',
  '"2019-02-30T00:00:00Z"',
  '"0000-01-01T00:00:00Z"',
  '"9999-12-31T23:59:59Z"',
  '"01/02/2019"',
  '8640000000000001',
  '-8640000000000001',
  '[]',
  '{}',
  '[[[[1]]]]',
  '{"userId":"inner"}',
];

/** Each makes the bytes of one record; `sale` is a real one. To add a kind, add a line. */
const KINDS = {
  sale: ({ sale }) => sale,
  bytesChanged: ({ random, sale }) => changeBytes(random, sale ?? Buffer.alloc(0)),
  valueChanged: ({ random, sale, json }) =>
    changeField(random, sale, random.chance(0.5) ? json : pick(random, HOSTILE)),
  fieldTwice: ({ random, sale }) =>
    Buffer.from(`${textOf(sale).slice(0, -1)},${field(random, pick(random, HOSTILE))}}`),
  fieldsMissing: ({ random, sale }) => withoutFields(random, sale),
  hostileOnly: ({ random }) =>
    Buffer.from(`{${FIELDS.map((name) => `"${name}":${pick(random, HOSTILE)}`).join(',')}}`),
  json: ({ json }) => Buffer.from(json),
  bytes: ({ bytes }) => Buffer.from(bytes),
  tombstone: () => null,
  long: ({ random }) => longRecord(random),
} satisfies Record<string, (source: Source) => Buffer | null>;
export type FuzzKind = keyof typeof KINDS;
export const FUZZ_KINDS = Object.keys(KINDS) as readonly FuzzKind[];

interface Source {
  readonly random: Random;
  readonly sale: Buffer | null;
  /** Any JSON text. */
  readonly json: string;
  /** Any bytes. */
  readonly bytes: Uint8Array;
}

/** Shares of the kinds that are not drawn like the others. */
const LONG_SHARE = 1 / 5_000;
const TOMBSTONE_SHARE = 1 / 1_000;
const ORDINARY = FUZZ_KINDS.filter((kind) => kind !== 'long' && kind !== 'tombstone');
/** Values that fast-check makes at a time. */
const SAMPLE = 10_000;

/**
 * Makes records to try accumulate with: real sales, changed ones, and texts and bytes of fast-check. The same seed makes the
 * same records.
 *
 * @param count Number of records.
 */
export function* fuzzRecords(count: number, seed: number): Generator<FuzzRecord> {
  const random = seeded(seed);
  const sales = defaultSales({ seed, count });
  for (let made = 0; made < count; made += SAMPLE) {
    const numRuns = Math.min(SAMPLE, count - made);
    const jsons = fc.sample(fc.json({ maxDepth: 3 }), { seed: seed + made, numRuns });
    const texts = fc.sample(fc.uint8Array({ maxLength: 60 }), { seed: seed + made, numRuns });
    for (let index = 0; index < numRuns; index++) {
      const { value: sale = null } = sales.next().value ?? {};
      const kind = random.chance(LONG_SHARE)
        ? 'long'
        : random.chance(TOMBSTONE_SHARE)
          ? 'tombstone'
          : pick(random, ORDINARY);
      const source = { random, sale, json: jsons[index] ?? '0', bytes: texts[index] ?? new Uint8Array() };
      yield { kind, value: KINDS[kind](source), kafkaMs: pick(random, KAFKA_MS) };
    }
  }
}

function pick<Item>(random: Random, items: readonly Item[]): Item {
  const item = items[random.below(items.length)];
  if (item === undefined) throw new RangeError('Cannot pick: there are no items');
  return item;
}

const textOf = (sale: Buffer | null): string => sale?.toString() ?? '{}';
const field = (random: Random, json: string): string => `"${pick(random, FIELDS)}":${json}`;

/** Flips, removes, inserts and repeats some bytes. */
function changeBytes(random: Random, original: Buffer): Buffer {
  let bytes = Buffer.from(original);
  for (let changes = 1 + random.below(4); changes > 0; changes--) {
    const at = random.below(bytes.length + 1);
    const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
    const byte = Buffer.of(random.below(256));
    bytes =
      [
        () => Buffer.concat([before, byte, after.subarray(1)]),
        () => Buffer.concat([before, after.subarray(1 + random.below(8))]),
        () => Buffer.concat([before, byte, after]),
        () => Buffer.concat([before, bytes.subarray(random.below(bytes.length + 1)), after]),
        () => Buffer.from(before),
      ][random.below(5)]?.() ?? bytes;
  }
  return bytes;
}

/** Replaces the value of one field by any JSON. */
function changeField(random: Random, sale: Buffer | null, json: string): Buffer {
  const name = pick(random, FIELDS);
  const parsed = toObject(sale);
  const others = Object.entries(parsed).filter(([other]) => other !== name);
  const fields = others.map(([other, value]) => `${JSON.stringify(other)}:${JSON.stringify(value)}`);
  return Buffer.from(`{${[...fields, `"${name}":${json}`].join(',')}}`);
}

function withoutFields(random: Random, sale: Buffer | null): Buffer {
  const kept = Object.entries(toObject(sale)).filter(() => random.chance(0.8));
  return Buffer.from(JSON.stringify(Object.fromEntries(kept)));
}

/** Some broken sales are nested more deeply than JSON.stringify can follow. */
const MOST_BYTES = 10_000;

function toObject(sale: Buffer | null): Readonly<Record<string, unknown>> {
  if ((sale?.length ?? 0) > MOST_BYTES) return {};
  try {
    const value: unknown = JSON.parse(textOf(sale));
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** A record of up to a megabyte, which is what a broker takes: a pattern that repeats, in a field or around all of it. */
function longRecord(random: Random): Buffer {
  const pattern = pick(random, ['1', ' ', '[', '{"a":', '\\\\', '"', 'é', '2019-', '0.', 'e+', '\\u0000']);
  const text = pattern.repeat(1 + random.below(Math.floor(1_000_000 / Buffer.byteLength(pattern))));
  const name = pick(random, FIELDS);
  return Buffer.from(
    pick(random, [
      text,
      `{"userId":"u","productId":"p","${name}":${text}}`,
      `{"userId":"u","productId":"p","${name}":"${text}"}`,
    ]),
  );
}
