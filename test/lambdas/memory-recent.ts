import { fromItem, type Item, toItem } from '../../lambdas/shared/platform/recent-item.ts';
import type { RecentSales } from '../../lambdas/shared/platform/recent-sale.ts';

/** Recent sales in memory, as items of the table. */
export function memoryRecentSales(days = 90): RecentSales & { readonly items: Map<string, Item> } {
  const items = new Map<string, Item>();
  return {
    items,
    async ofUser(user) {
      const own = [...items.values()].filter((item) => item.user?.S === user).map(fromItem);
      return own.sort((a, b) => (a.address?.kafkaMs ?? 0) - (b.address?.kafkaMs ?? 0));
    },
    async remember(sales) {
      for (const sale of sales) {
        const item = toItem(sale, days);
        items.set(JSON.stringify([item.user?.S, item.address?.S]), item);
      }
    },
  };
}
