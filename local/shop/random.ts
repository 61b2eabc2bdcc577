/** A random number generator with a seed: the same seed gives the same sequence on every machine. */
export interface Random {
  /** In [0, 1). */
  unit(): number;
  /** A whole number in [0, below). */
  below(below: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** A random index, drawn by weight. @param cumulative Running sums of the weights. */
  weighted(cumulative: readonly number[]): number;
}

/** Mulberry32 (Tommy Ettinger, 2017): 32 bits of state, enough for a simulated shop. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const unit = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    unit,
    below: (below) => Math.floor(unit() * below),
    chance: (probability) => unit() < probability,
    weighted(cumulative) {
      const at = unit() * (cumulative.at(-1) ?? 0);
      let [low, high] = [0, cumulative.length - 1];
      while (low < high) {
        const middle = (low + high) >>> 1;
        if ((cumulative[middle] ?? 0) > at) high = middle;
        else low = middle + 1;
      }
      return low;
    },
  };
}

/** Returns the running sums of the weights, in their order. */
export function cumulate(weights: readonly number[]): number[] {
  const sums: number[] = [];
  for (const weight of weights) sums.push((sums.at(-1) ?? 0) + weight);
  return sums;
}
