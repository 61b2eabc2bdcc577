import { grouped } from '../../lambdas/shared/contract/numbers.ts';
import { printable } from '../terminal/printable.ts';
import type { RejectedKind } from './outcome.ts';
import { INDENT, wrap } from './wrap.ts';

/** Kinds of rejected records that are shown with an example; the others are added up. */
const SHOWN_KINDS = 5;
const MAX_EXAMPLE = 300;
/** A value may be one long word, which no line has room for. */
const shortened = (text: string): string => text.replaceAll(/\S{50,}/g, (word) => `${word.slice(0, 48)}…`);

/** Shows rejected records by kind, each with an example. @returns Lines; none if there are no kinds. */
export function rejectedLines(kinds: readonly RejectedKind[]): string[] {
  if (kinds.length === 0) return [];
  const width = grouped(kinds[0]?.count ?? 0).length;
  const others = kinds.slice(SHOWN_KINDS);
  return [
    `${INDENT}rejected, with an example of each kind (npm run rejected shows more):`,
    ...kinds
      .slice(0, SHOWN_KINDS)
      .map(({ count, example }) =>
        wrap(
          `${grouped(count).padStart(width)} × ${printable(shortened(example), MAX_EXAMPLE)}`,
          `${INDENT}  `,
        ),
      ),
    ...(others.length > 0
      ? [
          wrap(
            `and ${others.map(({ kind, count }) => `${printable(kind)} ${grouped(count)}`).join(', ')}`,
            `${INDENT}  `,
          ),
        ]
      : []),
  ];
}
