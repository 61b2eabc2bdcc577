/**
 * Works on all items, at most `atOnce` of them at the same time. After a failure no further item is begun.
 *
 * @returns the results in the order of the items
 * @throws the first failure
 *
 * @example await mapBounded([1, 2, 3], 2, async (value) => 2 * value) // [2, 4, 6]
 */
export async function mapBounded<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  // One iterator for all workers, so that each item is taken once.
  const rest = items.entries();
  let failed = false;
  const worker = async (): Promise<void> => {
    for (const [index, item] of rest) {
      if (failed) return;
      try {
        results[index] = await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  return results;
}
