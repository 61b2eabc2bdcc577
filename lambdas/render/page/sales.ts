import { count, type Html, html, moment, NOTHING, table } from '../../shared/html.ts';
import type { PageData } from './data.ts';

/** Sales by time, those buckets that have any. */
export function salesTable({ sales }: PageData): Html {
  if (!sales) return NOTHING;
  const { bucketMs, fromMs, counts } = sales;
  const hours = bucketMs / 3_600_000;
  return html`<details><summary>Sales by time as a table, ${count(hours)} ${hours === 1 ? 'hour' : 'hours'} a row</summary>
${table({
  label: 'Sales by time',
  header: ['From', 'Sales'],
  rows: counts.flatMap((sold, index) => (sold > 0 ? [[moment(fromMs + index * bucketMs), count(sold)]] : [])),
  numbers: [1],
})}</details>`;
}
