import { grouped } from '../../lambdas/shared/contract/numbers.ts';
import { PERSONAL_KINDS, type PersonalKind } from '../../lambdas/shared/privacy/personal.ts';
import { printable } from '../terminal/printable.ts';
import { INDENT, wrap } from './wrap.ts';

/**
 * Shows which fields of sales look personal, most frequent first.
 *
 * @param counts By field and kind, such as `userId email`.
 * @returns Lines; none if there are no counts.
 */
export function personalLines(counts: Readonly<Record<string, number>> = {}): string[] {
  const found = Object.entries(counts).sort(([, a], [, b]) => b - a);
  if (found.length === 0) return [];
  const parts = found.map(([name, count]) => {
    const [field = '', kind = ''] = name.split(' ');
    return `${printable(field)} like ${kindText(kind)} ${grouped(count)}`;
  });
  return [wrap(`looks personal: ${parts.join(', ')} (docs/privacy.md)`, INDENT)];
}

const kindText = (kind: string): string =>
  Object.hasOwn(PERSONAL_KINDS, kind) ? PERSONAL_KINDS[kind as PersonalKind] : printable(kind);
