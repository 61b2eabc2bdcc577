import { count, type Html, table, time } from '../../shared/web/html.ts';
import type { PageData } from './data.ts';

/** Sales by time, those buckets that have any. */
export function salesTable({ sales }: PageData): Html {
  const { bucketMs, fromMs, counts } = sales;
  const hours = bucketMs / 3_600_000;
  return table({
    label: 'Sales by time',
    header: [hours === 1 ? 'Hour from' : `${count(hours)} hours from`, 'Sales'],
    rows: counts.flatMap((sold, index) => (sold > 0 ? [[time(fromMs + index * bucketMs), count(sold)]] : [])),
    numbers: [0, 1],
  });
}
