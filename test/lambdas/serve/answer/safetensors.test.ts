import { expect, test } from 'vitest';
import { matrix, vector, writeSafetensors } from '../../../../bench/safetensors.ts';
import { readSafetensors } from '../../../../lambdas/serve/answer/safetensors.ts';

const FILE = writeSafetensors({
  flags: vector(Uint8Array.of(1, 0, 1)),
  counts: vector(Int32Array.of(-7, 8)),
  rows: matrix(Float32Array.of(1, 2, 3, 4, 5, 6), 3),
  sums: vector(Float64Array.of(0.1)),
});

test('reads every tensor that was written', () => {
  const tensors = readSafetensors(FILE);
  expect([...tensors.get('flags', 'U8', [3])]).toEqual([1, 0, 1]);
  expect([...tensors.get('counts', 'I32', [undefined])]).toEqual([-7, 8]);
  expect([...tensors.get('rows', 'F32', [2, 3])]).toEqual([1, 2, 3, 4, 5, 6]);
  expect([...tensors.get('sums', 'F64', [1])]).toEqual([0.1]);
  expect([tensors.has('sums'), tensors.has('toString')]).toEqual([true, false]);
});

test('tensors are views of the bytes, also where these begin at an odd place', () => {
  expect(readSafetensors(FILE).get('rows', 'F32', [2, 3]).buffer).toBe(FILE.buffer);
  const shifted = new Uint8Array(FILE.length + 3).subarray(3);
  shifted.set(FILE);
  expect([...readSafetensors(shifted).get('sums', 'F64', [1])]).toEqual([0.1]);
});

test('reads tensors that another writer did not align', () => {
  const header = JSON.stringify({
    __metadata__: { format: 'pt' },
    flag: { dtype: 'U8', shape: [1], data_offsets: [0, 1] },
    sum: { dtype: 'F64', shape: [1], data_offsets: [1, 9] },
  });
  const length = new BigUint64Array([BigInt(header.length)]);
  const file = Buffer.concat([
    new Uint8Array(length.buffer),
    Buffer.from(header),
    Buffer.of(9),
    new Uint8Array(Float64Array.of(0.25).buffer),
  ]);
  expect([...readSafetensors(new Uint8Array(file)).get('sum', 'F64', [1])]).toEqual([0.25]);
});

test.each([
  ['none', 'U8', [1], 'Cannot read the tensor none: the file does not have it'],
  ['rows', 'F32', [3, 2], 'Cannot read the tensor rows: it is F32 [2, 3], should be F32 [3, 2]'],
  ['rows', 'F64', [2, 3], 'Cannot read the tensor rows: it is F32 [2, 3], should be F64 [2, 3]'],
] as const)('refuses %s as %s %j', (name, dtype, shape, message) => {
  expect(() => readSafetensors(FILE).get(name, dtype, shape)).toThrow(message);
});

test('refuses a file that was cut off', () => {
  expect(() => readSafetensors(FILE.subarray(0, 4))).toThrow('Cannot read tensors: the file has 4 bytes');
  expect(() => readSafetensors(FILE.subarray(0, 40))).toThrow('Cannot read tensors: the file has 40 bytes');
  expect(() => readSafetensors(FILE.subarray(0, -1)).get('flags', 'U8', [3])).toThrow(
    'Cannot read the tensor flags: it has bytes',
  );
  expect(() => readSafetensors(FILE.with(8, 0))).toThrow('the header of the file is damaged');
});
