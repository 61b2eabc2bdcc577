import { addressOf } from '../../lambdas/shared/client/client.ts';
import { ROUTES } from '../../lambdas/shared/contract/api/routes.ts';
import type { Purchase } from '../api/purchase.ts';
import { printable } from '../terminal/printable.ts';
import type { ReportFacts } from './report.ts';
import { listTitle, named } from './report-names.ts';
import { INDENT, wrap } from './wrap.ts';

/** Makes the section of the report with a request, a purchase and the changed answer; empty if there was no purchase. */
export function purchaseSection({ purchase, apiUrl }: Pick<ReportFacts, 'purchase' | 'apiUrl'>): string {
  if (!purchase || 'problem' in purchase) return '';
  const { user, before, after, acceptedMs, changedMs } = purchase;
  const names = (products: Purchase['before']): string => products.map(labelled).join(', ');
  return [
    wrap(`Live      ${printable(user)} asks for ${listTitle('new')}: ${names(before)}`, INDENT),
    wrap(
      `buys ${before.slice(0, 1).map(labelled).join()}: on the topic after ${acceptedMs.toFixed(0)} ms, in the answer after ${changedMs.toFixed(0)} ms: ${names(after)}`,
      INDENT,
    ),
    `${INDENT}curl "${apiUrl}${addressOf(ROUTES.recommendations, { user, list: 'new', n: 5 })}"`,
  ].join('\n');
}

const labelled = ({ product, name }: Purchase['before'][number]): string =>
  named({ product, name: name ?? null });
