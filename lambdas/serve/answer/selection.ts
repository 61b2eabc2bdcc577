/** A product's number and its score. */
export interface Ranked {
  readonly number: number;
  readonly score: number;
}

/** Keeps the best of the products that are offered, without an object for each offer. */
export interface Selection {
  /**
   * Considers a product.
   *
   * @param score Higher is better.
   * @param tie Decides between equal scores, higher is better; if it is equal too, the lower number wins.
   */
  offer(number: number, score: number, tie: number): void;
  /** The kept products, best first. */
  result(): Ranked[];
  /** Adds the kept products to a list, best first. */
  addTo(list: number[]): void;
  /** Forgets all products. */
  clear(): void;
}

/** @param size How many products it keeps at most. */
export function createSelection(size: number): Selection {
  const numbers = new Int32Array(size);
  const scores = new Float64Array(size);
  const ties = new Float64Array(size);
  let count = 0;

  function isBefore(number: number, score: number, tie: number, place: number): boolean {
    if (score !== scores[place]) return score > (scores[place] as number);
    if (tie !== ties[place]) return tie > (ties[place] as number);
    return number < (numbers[place] as number);
  }

  return {
    offer(number, score, tie) {
      if (size === 0 || (count === size && !isBefore(number, score, tie, count - 1))) return;
      let place = count < size ? count++ : count - 1;
      while (place > 0 && isBefore(number, score, tie, place - 1)) {
        numbers[place] = numbers[place - 1] as number;
        scores[place] = scores[place - 1] as number;
        ties[place] = ties[place - 1] as number;
        place--;
      }
      numbers[place] = number;
      scores[place] = score;
      ties[place] = tie;
    },
    result: () =>
      Array.from({ length: count }, (_, place) => ({
        number: numbers[place] as number,
        score: scores[place] as number,
      })),
    addTo(list) {
      for (let place = 0; place < count; place++) list.push(numbers[place] as number);
    },
    clear() {
      count = 0;
    },
  };
}

/**
 * Rounds to six decimals, as lists have them. Scores are rounded before they are compared, so that the order of summation cannot
 * change a rank.
 */
export const rounded = (score: number): number => Math.round(score * 1e6) / 1e6;
