import { expect, test } from 'vitest';
import { FUZZ_SEED, runFuzz } from '../../bench/fuzz.ts';
import { FUZZ_KINDS, fuzzRecords } from '../../bench/fuzz-records.ts';

const COUNT = 10_000;

test('each fuzzed record is stored or rejected with a reason, and none blocks its partition', async () => {
  const { stored, rejected, byKind, byReason } = await runFuzz({ count: COUNT, seed: FUZZ_SEED });
  expect(stored + rejected).toBe(COUNT);
  for (const kind of FUZZ_KINDS.filter((other) => other !== 'tombstone' && other !== 'long')) {
    const counts = byKind.get(kind);
    expect((counts?.stored ?? 0) + (counts?.rejected ?? 0), kind).toBeGreaterThan(COUNT / 20);
  }
  expect(byKind.get('sale')?.stored).toBeGreaterThan(COUNT / 20);
  expect(byKind.get('tombstone')).toMatchObject({ stored: 0 });
  expect(byReason.map(([kind]) => kind)).toEqual(
    expect.arrayContaining([
      'not JSON',
      'not UTF-8',
      'not an object',
      'no value',
      'userId',
      'productId',
      'quantity',
      'timestamp',
      'type',
    ]),
  );
});

test('the same seed makes the same records, another seed makes others', () => {
  const bytesOf = (seed: number): string =>
    [...fuzzRecords(500, seed)].map(({ value, kafkaMs }) => `${value?.toString('base64')} ${kafkaMs}`).join();
  expect(bytesOf(FUZZ_SEED)).toBe(bytesOf(FUZZ_SEED));
  expect(bytesOf(FUZZ_SEED + 1)).not.toBe(bytesOf(FUZZ_SEED));
});
