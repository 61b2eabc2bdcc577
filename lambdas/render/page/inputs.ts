import { AFTER_NOW } from '../../shared/contract/after-now.ts';
import { withoutDefaults } from '../../shared/contract/model.ts';
import { sum } from '../../shared/contract/numbers.ts';
import type { Manifest } from '../../shared/contract/schemas.ts';
import { count, type Html, html, table, time } from '../../shared/web/html.ts';

/** The inputs of the run, and the versions and times of its training. */
export const inputs = ({ attempt, asOfMs, inputs: trained, model, versions, seconds }: Manifest): Html => {
  // The hundred names of charges and types that are known by default would hide the other settings.
  const settings = withoutDefaults(model);
  const offsets = Object.entries(trained.offsets).map(
    ([partition, ranges]) =>
      html`<code>${partition}: ${ranges.map(([first, last]) => `${first}–${last}`).join(', ')}</code><br>`,
  );
  const list = (record: Readonly<Record<string, string | number>>): string =>
    Object.entries(record)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ');
  return table({
    label: 'Inputs and versions',
    header: ['Name', 'Value'],
    texts: [1],
    rows: [
      ['Windows', spans(trained.windows)],
      ['Batches', count(trained.batches)],
      ['Offsets', html`${offsets}`],
      ['Repeated deliveries dropped', count(trained.repeats)],
      ...(trained.repeatsById > 0
        ? [['Sales that were sent again with the same id, dropped', count(trained.repeatsById)] as const]
        : []),
      ['Addresses delivered with different content', count(trained.conflicts)],
      ['Sales left out because their type has no weight', count(trained.unweighted)],
      ...(trained.tombstones
        ? [
            [
              'Sales left out because their users were forgotten',
              count(trained.tombstones.interactions),
            ] as const,
          ]
        : []),
      ...(trained.charges.interactions > 0
        ? [['Sales left out because they are charges', html`${charges(trained.charges)}`] as const]
        : []),
      ...(trained.types.length > 0 ? [['Types of sales', html`${types(trained)}`] as const] : []),
      [AFTER_NOW, afterNow(trained.afterNow, asOfMs)],
      ['SHA-256 of the training set', html`<code>${trained.trainingSetSha256}</code>`],
      ['Attempt', attempt],
      ['Model', html`<code>${JSON.stringify(settings)}</code>`],
      ['Versions', list(versions)],
      ['Seconds per step', list(seconds)],
    ],
  });
};

/** Lists the types of sales with their weights, most frequent first; types that the configuration does not name are marked. */
function types({ types: all, unknown }: Manifest['inputs']): Html[] {
  const lines = all.map(({ type, interactions, weight }) => {
    const note =
      weight === null ? html`<span class="bad">unknown, not trained on</span>` : `weight ${weight}`;
    return html`${type}: ${count(interactions)} (${note})<br>`;
  });
  const more = unknown.types - all.filter(({ weight }) => weight === null).length;
  return more > 0 ? [...lines, html`${count(more)} more unknown types`] : lines;
}

/** Lists the charges, most frequent first; the names of the others are not known. */
function charges({ interactions, products }: Manifest['inputs']['charges']): Html[] {
  const lines = products.map(
    (one) => html`${one.product}${one.name === null ? '' : ` “${one.name}”`}: ${count(one.interactions)}<br>`,
  );
  const rest = interactions - sum(products.map((one) => one.interactions));
  return rest > 0 ? [...lines, html`others: ${count(rest)}`] : lines;
}

/** Says how many sales are dated after "now", how far, and when they count as made. */
function afterNow(found: Manifest['inputs']['afterNow'], asOfMs: number): Html {
  if (!found) return html`0`;
  return html`${count(found.interactions)}, up to ${time(found.newestMs)}: probably a wrong clock; they count as made on ${time(asOfMs)}`;
}

/** @example spans([1, 2, 3, 5]) // '1–3, 5' */
export function spans(numbers: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last && last[1] + 1 === number) last[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([first, last]) => (first === last ? String(first) : `${first}–${last}`)).join(', ');
}
