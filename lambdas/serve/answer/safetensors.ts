import * as z from 'zod';

/**
 * Reads the format safetensors (https://github.com/huggingface/safetensors): a little-endian 64-bit length, a JSON header of that
 * many bytes, and the values of all tensors. Tensors are views of the file's bytes, so that reading one takes no time.
 */

const DTYPES = { F64: Float64Array, F32: Float32Array, I32: Int32Array, U8: Uint8Array } as const;
type Dtype = keyof typeof DTYPES;
type TensorOf<D extends Dtype> = InstanceType<(typeof DTYPES)[D]>;

const Header = z.record(
  z.string(),
  z.object({
    dtype: z.string(),
    shape: z.array(z.int().min(0)),
    data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
  }),
);

export interface Tensors {
  has(name: string): boolean;
  /**
   * Returns the values of a tensor, row by row.
   *
   * @param shape What its shape should be; `undefined` for a length that the file decides.
   * @throws {RangeError} If the file has no such tensor, or one of another type or shape.
   */
  get<D extends Dtype>(name: string, dtype: D, shape: readonly (number | undefined)[]): TensorOf<D>;
}

/**
 * Reads the header of a file.
 *
 * @param file All bytes of the file. They must not change afterwards.
 * @throws {RangeError} If the header is damaged.
 */
export function readSafetensors(file: Uint8Array): Tensors {
  // Views of doubles must start at a multiple of 8.
  const bytes = file.byteOffset % 8 === 0 ? file : new Uint8Array(file);
  const headerBytes = headerLength(bytes);
  const header = parseHeader(bytes.subarray(8, 8 + headerBytes));
  const dataAt = 8 + headerBytes;
  return {
    has: (name) => Object.hasOwn(header, name),
    get(name, dtype, shape) {
      const entry = Object.hasOwn(header, name) ? header[name] : undefined;
      if (!entry) throw new RangeError(`Cannot read the tensor ${name}: the file does not have it`);
      const [from, until] = entry.data_offsets;
      checkShape(name, entry, dtype, shape);
      const type = DTYPES[dtype];
      const length = entry.shape.reduce((product, size) => product * size, 1);
      const end = dataAt + until;
      if (until - from !== length * type.BYTES_PER_ELEMENT || end > bytes.length)
        throw new RangeError(
          `Cannot read the tensor ${name}: it has bytes ${from} to ${until} of ${bytes.length - dataAt}, should have ${length * type.BYTES_PER_ELEMENT} of them`,
        );
      return viewOf(bytes, type, dataAt + from, length) as TensorOf<typeof dtype>;
    },
  };
}

function headerLength(bytes: Uint8Array): number {
  const length = bytes.length < 8 ? -1n : new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length < 0n || length > BigInt(bytes.length - 8))
    throw new RangeError(
      `Cannot read tensors: the file has ${bytes.length} bytes, and its header should have ${length}`,
    );
  return Number(length);
}

function parseHeader(bytes: Uint8Array): z.infer<typeof Header> {
  try {
    const { __metadata__: _, ...tensors } = JSON.parse(new TextDecoder().decode(bytes));
    return Header.parse(tensors);
  } catch (cause) {
    throw new RangeError('Cannot read tensors: the header of the file is damaged', { cause });
  }
}

function checkShape(
  name: string,
  { dtype, shape }: z.infer<typeof Header>[string],
  wantedDtype: string,
  wanted: readonly (number | undefined)[],
): void {
  const isRight =
    shape.length === wanted.length && wanted.every((size, at) => size === undefined || size === shape[at]);
  if (dtype === wantedDtype && isRight) return;
  const should = wanted.map((size) => size ?? 'any').join(', ');
  throw new RangeError(
    `Cannot read the tensor ${name}: it is ${dtype} [${shape.join(', ')}], should be ${wantedDtype} [${should}]`,
  );
}

function viewOf(
  bytes: Uint8Array,
  type: (typeof DTYPES)[Dtype],
  offset: number,
  length: number,
): TensorOf<Dtype> {
  const at = bytes.byteOffset + offset;
  if (at % type.BYTES_PER_ELEMENT === 0) return new type(bytes.buffer as ArrayBuffer, at, length);
  // Other writers of the format do not align tensors.
  return new type(bytes.slice(offset, offset + length * type.BYTES_PER_ELEMENT).buffer, 0, length);
}
