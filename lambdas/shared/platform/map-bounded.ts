/**
 * Processes all items, at most `limit` of them at the same time. After a failure it starts no further item.
 *
 * @returns The results in the order of the items.
 * @throws The first failure.
 *
 * @example await mapBounded([1, 2, 3], 2, async (value) => 2 * value) // [2, 4, 6]
 */
export async function mapBounded<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  // All workers share one iterator, so that each item is processed once.
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
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}
