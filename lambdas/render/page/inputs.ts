import type { Manifest } from '../../shared/contract/schemas.ts';
import { count, type Html, html, table } from '../../shared/web/html.ts';

/** What went in, and what made the run out of it. */
export const inputs = ({ attempt, inputs: read, model, versions, seconds }: Manifest): Html => {
  const offsets = Object.entries(read.offsets).map(
    ([partition, ranges]) =>
      html`<code>${partition}: ${ranges.map(([first, last]) => `${first}–${last}`).join(', ')}</code><br>`,
  );
  const list = (record: Readonly<Record<string, string | number>>): string =>
    Object.entries(record)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ');
  return table({
    label: 'Inputs and versions',
    header: ['What', 'Value'],
    texts: [1],
    rows: [
      ['Windows', spans(read.windows)],
      ['Batches', count(read.batches)],
      ['Offsets', html`${offsets}`],
      ['Repeats dropped', count(read.repeats)],
      ['Addresses with different content', count(read.conflicts)],
      ['Sales of a type without weight', count(read.unweighted)],
      ['Training set SHA-256', html`<code>${read.trainingSetSha256}</code>`],
      ['Attempt', attempt],
      ['Model', html`<code>${JSON.stringify(model)}</code>`],
      ['Versions', list(versions)],
      ['Seconds', list(seconds)],
    ],
  });
};

/** [1, 2, 3, 5] → 1–3, 5 */
export function spans(numbers: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last && last[1] + 1 === number) last[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([first, last]) => (first === last ? String(first) : `${first}–${last}`)).join(', ');
}
