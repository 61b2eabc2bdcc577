import { comparable } from '../../shared/contract/event-types.ts';

/** Returns how much a sale of a type counts, as a part of the heaviest common type; undefined if it does not count. */
export type TypeWeights = (type: string) => number | undefined;

/**
 * Weighs types as training does: a type has the weight of the name that is written exactly as it, otherwise of the first name, in
 * the order of names, that differs only in upper and lower case and separators.
 *
 * @param seen Weights by the spellings of the run's sales.
 * @param configured Configured weights, in the same parts.
 */
export function createTypeWeights(
  seen: Readonly<Record<string, number>>,
  configured: Readonly<Record<string, number>>,
): TypeWeights {
  const exact = new Map([...Object.entries(configured), ...Object.entries(seen)]);
  const similar = new Map(
    Object.entries(configured)
      .sort(([a], [b]) => (a < b ? 1 : -1))
      .map(([name, weight]) => [comparable(name), weight]),
  );
  return (type) => {
    const weight = exact.get(type) ?? similar.get(comparable(type)) ?? 0;
    return weight > 0 ? weight : undefined;
  };
}
