import { expect, test } from 'vitest';
import { describeRejects } from '../../../local/commands/rejected.ts';

const reject = (offset: number, reason: string, value: string | null) => ({
  source: '0a1b2c3d',
  topic: 'sales',
  partition: 1,
  offset,
  kafkaMs: 0,
  reason,
  value: value === null ? null : Buffer.from(value).toString('base64'),
});
const REJECTS = [
  reject(3, 'not JSON: is "x", should be a JSON object', 'x\u001b[2J'),
  reject(5, 'quantity: is 0, should be a finite number other than 0', '{"quantity":0}'),
  reject(6, 'quantity: is 0, should be a finite number other than 0', `{"n":"${'y'.repeat(500)}"}`),
  reject(8, 'no value: is a tombstone, should be a JSON object', null),
];

test('rejected records are shown with address, reason and content; then the counts by kind', () => {
  const lines = describeRejects(REJECTS, { kind: undefined, count: 20 });
  expect(lines.slice(0, 4)).toEqual([
    'not JSON: is "x", should be a JSON object (sales-1, offset 3)',
    '  x',
    'quantity: is 0, should be a finite number other than 0 (sales-1, offset 5)',
    '  {"quantity":0}',
  ]);
  expect(lines.slice(-2)).toEqual([
    '  a tombstone',
    '4 of 4 rejected records; all: quantity 2, not JSON 1, no value 1',
  ]);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(310);
});

test('one kind, and no more records than wanted', () => {
  expect(describeRejects(REJECTS, { kind: 'quantity', count: 1 })).toEqual([
    'quantity: is 0, should be a finite number other than 0 (sales-1, offset 5)',
    '  {"quantity":0}',
    '1 of 2 rejected records of kind quantity; all: quantity 2, not JSON 1, no value 1',
  ]);
  expect(describeRejects(REJECTS, { kind: 'price', count: 1 })).toEqual([
    '0 of 0 rejected records of kind price; all: quantity 2, not JSON 1, no value 1',
  ]);
  expect(describeRejects([], { kind: undefined, count: 20 })).toEqual(['0 of 0 rejected records']);
});
