import { NEVER, OWN_HALF_LIVES } from './feature-names.ts';
import {
  ageOf,
  countOf,
  decayedLines,
  firstLine,
  lastLine,
  linesInLast,
  logUnits,
  type UserHistory,
} from './user-history.ts';

/** Baskets of the user that `userExplores`, `ownInLastThree` and `ownInLastFive` look back to. */
const [THREE, FIVE] = [3, 5];

/** Returns the features of the user alone, in the order of the columns. */
export function userFeatures(history: UserHistory): Float32Array {
  const { purchases, products, ordinals, baskets, firstAge, lastAge } = history;
  let [linesInLastThree, newInLastThree] = [0, 0];
  for (let index = 0; index < products.length; index++) {
    linesInLastThree += linesInLast(history, index, THREE);
    if ((ordinals[firstLine(history, index)] as number) > baskets - THREE) newInLastThree++;
  }
  return Float32Array.of(
    baskets,
    products.length,
    lastAge,
    baskets > 1 ? (firstAge - lastAge) / (baskets - 1) : NEVER,
    purchases.size / baskets,
    1 - products.length / purchases.size,
    firstAge,
    newInLastThree / Math.max(1, linesInLastThree),
  );
}

interface OwnRow {
  /** Usual time between two purchases of the product by one user, horizons. */
  readonly usualGap: number;
  readonly row: Float32Array;
  readonly offset: number;
}

/** Writes the features of the user's purchases of the product at an index to `row`, the first of them to `offset`. */
export function ownFeatures(history: UserHistory, index: number, { usualGap, row, offset }: OwnRow): void {
  const count = countOf(history, index);
  const [last, first] = [lastLine(history, index), firstLine(history, index)];
  const [lastAge, firstAge] = [ageOf(history, last), ageOf(history, first)];
  const gap = count > 1 ? (firstAge - lastAge) / (count - 1) : usualGap;
  const basketsAfter = (line: number): number => history.baskets - (history.ordinals[line] as number);
  let column = offset;
  row[column++] = count;
  for (const halfLife of OWN_HALF_LIVES) row[column++] = decayedLines(history, index, halfLife);
  row[column++] = lastAge;
  row[column++] = firstAge;
  row[column++] = gap;
  row[column++] = lastAge / Math.max(gap, 1e-3);
  row[column++] = basketsAfter(last);
  row[column++] = linesInLast(history, index, THREE);
  row[column++] = linesInLast(history, index, FIVE);
  row[column++] = count / history.baskets;
  row[column++] = (count - 1) / (basketsAfter(first) + 1);
  row[column++] = logUnits(history, index) / count;
}
