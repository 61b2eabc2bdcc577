import type { RecentSale, RecentSales } from '../lambdas/shared/platform/recent.ts';

/** Recent sales in memory: what they cost in DynamoDB is not measured. */
export function memoryRecentSales(): RecentSales {
  const byUser = new Map<string, Map<string, RecentSale>>();
  return {
    ofUser: async (user) => [...(byUser.get(user)?.values() ?? [])],
    async remember(sales) {
      for (const { user, ...sale } of sales) {
        const own = byUser.get(user) ?? new Map<string, RecentSale>();
        const { source, topic, partition, offset } = sale.address;
        byUser.set(user, own.set([source, topic, partition, offset].join('/'), sale));
      }
    },
  };
}
