/**
 * Multiplies a user's factor by the factors of many products, with the bits of `dotFloats`. JavaScript rounds each product and each
 * sum to float32 in steps of its own, which takes most of the time of an answer in a large shop; WebAssembly has float32 vectors of
 * four lanes, which are the four sums of `dotFloats`.
 */

/** The part of WebAssembly that is used; without the types of browsers, TypeScript does not know it. */
const { Module, Instance } = (
  globalThis as unknown as {
    readonly WebAssembly: {
      readonly Module: new (bytes: Uint8Array) => object;
      readonly Instance: new (module: object) => { readonly exports: unknown };
    };
  }
).WebAssembly;

/**
 * The module, assembled from:
 *
 *     (memory (export "memory") 1)
 *     (func (export "dots")
 *       (param $factor i32) (param $row i32) (param $count i32) (param $bytes i32) (param $out i32)
 *       (local $at i32) (local $sum v128)
 *       (if (i32.eqz (local.get $count)) (then (return)))
 *       (loop $rows
 *         (local.set $sum (v128.const i32x4 0 0 0 0))
 *         (local.set $at (i32.const 0))
 *         (loop $values
 *           (local.set $sum (f32x4.add (local.get $sum) (f32x4.mul
 *             (v128.load (i32.add (local.get $factor) (local.get $at)))
 *             (v128.load (i32.add (local.get $row) (local.get $at))))))
 *           (br_if $values (i32.lt_u
 *             (local.tee $at (i32.add (local.get $at) (i32.const 16))) (local.get $bytes))))
 *         (f32.store (local.get $out) (f32.add
 *           (f32.add (f32x4.extract_lane 0 (local.get $sum)) (f32x4.extract_lane 1 (local.get $sum)))
 *           (f32.add (f32x4.extract_lane 2 (local.get $sum)) (f32x4.extract_lane 3 (local.get $sum)))))
 *         (local.set $row (i32.add (local.get $row) (local.get $bytes)))
 *         (local.set $out (i32.add (local.get $out) (i32.const 4)))
 *         (br_if $rows (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))
 */
const MODULE = new Module(
  Buffer.from(
    'AGFzbQEAAAABCQFgBX9/f39/AAMCAQAFAwEAAQcRAgZtZW1vcnkCAARkb3RzAAAKiQEBhgECAX8BeyACRQRADwsDQP0MAAAAAAAAAAAAAAAAAAAAACEGQQAhBQNAIAYgACAFav0ABAAgASAFav0ABAD95gH95AEhBiAFQRBqIgUgA0kNAAsgBCAG/R8AIAb9HwGSIAb9HwIgBv0fA5KSOAIAIAEgA2ohASAEQQRqIQQgAkEBayICDQALCw==',
    'base64',
  ),
);

const PAGE_BYTES = 65_536;
const LANES = 4;
const FLOAT_BYTES = 4;

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  dots(factor: number, row: number, count: number, bytes: number, out: number): void;
}

export interface FactorScores {
  /** The score of each product, in the order of `numbers`. */
  readonly scores: Float32Array;
  /** Fills the scores for a user. */
  fill(factor: Float32Array): void;
}

/**
 * Copies the factors of some products to where they are multiplied.
 *
 * @param factors `rank` values per product number.
 * @param numbers Numbers of the products.
 */
export function createFactorScores(factors: Float32Array, numbers: Int32Array, rank: number): FactorScores {
  const { memory, dots } = new Instance(MODULE).exports as Exports;
  const { padded, width } = padding(rank);
  const bytes = width * FLOAT_BYTES;
  const outAt = bytes;
  const rowsAt = outAt + LANES * FLOAT_BYTES * Math.ceil(numbers.length / LANES);
  memory.grow(Math.ceil((rowsAt + numbers.length * bytes) / PAGE_BYTES));
  const own = new Float32Array(memory.buffer, 0, width);
  const rows = new Float32Array(memory.buffer, rowsAt, numbers.length * width);
  for (let row = 0; row < numbers.length; row++) {
    const from = (numbers[row] as number) * rank;
    for (let i = 0; i < rank; i++) rows[row * width + (padded[i] as number)] = factors[from + i] as number;
  }
  return {
    scores: new Float32Array(memory.buffer, outAt, numbers.length),
    fill(factor) {
      for (let i = 0; i < rank; i++) own[padded[i] as number] = factor[i] as number;
      dots(0, rowsAt, numbers.length, bytes, outAt);
    },
  };
}

/**
 * Returns where the values of a factor are stored. Values after the last whole four belong to the first sum, and so each is followed
 * by three zeros.
 */
function padding(rank: number): { padded: Int32Array; width: number } {
  const rest = rank % LANES;
  const whole = rank - rest;
  return {
    padded: Int32Array.from({ length: rank }, (_, i) => (i < whole ? i : whole + LANES * (i - whole))),
    width: whole + LANES * rest,
  };
}
