/** Values of a tensor, row by row. */
export interface Tensor {
  readonly values: Float64Array | Float32Array | Int32Array | Uint8Array;
  readonly shape: readonly number[];
}

export const vector = (values: Tensor['values']): Tensor => ({ values, shape: [values.length] });

export const matrix = (values: Tensor['values'], columns: number): Tensor => ({
  values,
  shape: [values.length / columns, columns],
});

const DTYPES = new Map<unknown, string>([
  [Float64Array, 'F64'],
  [Float32Array, 'F32'],
  [Int32Array, 'I32'],
  [Uint8Array, 'U8'],
]);

/** Writes a file of tensors: those of 8 bytes first, then those of 4, then those of 1, so that each is aligned. */
export function writeSafetensors(tensors: Readonly<Record<string, Tensor>>): Uint8Array {
  const sorted = Object.entries(tensors).sort(
    ([, a], [, b]) => b.values.BYTES_PER_ELEMENT - a.values.BYTES_PER_ELEMENT,
  );
  let end = 0;
  const header = sorted.map(([name, { values, shape }]) => {
    const from = end;
    end += values.byteLength;
    return [name, { dtype: DTYPES.get(values.constructor), shape, data_offsets: [from, end] }];
  });
  const text = JSON.stringify(Object.fromEntries(header));
  const padded = text.padEnd(Math.ceil(Buffer.byteLength(text) / 8) * 8);
  const length = new BigUint64Array([BigInt(Buffer.byteLength(padded))]);
  return new Uint8Array(
    Buffer.concat([
      new Uint8Array(length.buffer),
      Buffer.from(padded),
      ...sorted.map(([, { values }]) => Buffer.from(values.buffer, values.byteOffset, values.byteLength)),
    ]),
  );
}
