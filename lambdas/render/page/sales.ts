import { count, type Html, table, time } from '../../shared/web/html.ts';
import type { PageData } from './data.ts';

/** A table of the sales over time; hours or days without sales are left out. */
export function salesTable({ sales }: PageData): Html {
  const { bucketMs, fromMs, counts } = sales;
  const hours = bucketMs / 3_600_000;
  return table({
    label: 'Sales over time',
    header: [hours === 1 ? 'Hour starting' : `${count(hours)} hours starting`, 'Sales'],
    rows: counts.flatMap((sold, index) => (sold > 0 ? [[time(fromMs + index * bucketMs), count(sold)]] : [])),
    numbers: [0, 1],
  });
}
