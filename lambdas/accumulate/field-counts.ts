import type { Batch } from './batches.ts';

/** Counts by field and, for fields that look personal, by kind; for the log, which never has values of records. */
export interface FieldCounts {
  /** Such as `{ price: 3 }`; absent if there are none. */
  readonly leftOut?: Readonly<Record<string, number>>;
  /** Such as `{ 'userId email': 3 }`; absent if there are none. */
  readonly looksPersonal?: Readonly<Record<string, number>>;
}

/** Counts the fields that sales are stored without, and those that look personal, of stored and of rejected sales. */
export function countFields({ sales, rejects }: Batch): FieldCounts {
  const leftOut = sales.flatMap(({ sale }) => sale.leftOut ?? []).map(({ field }) => field);
  const personal = personalOf({ sales, rejects }).flat();
  return {
    ...(leftOut.length === 0 ? {} : { leftOut: tally(leftOut) }),
    ...(personal.length === 0
      ? {}
      : { looksPersonal: tally(personal.map(({ field, kind }) => `${field} ${kind}`)) }),
  };
}

/** Counts the sales, stored or rejected for that, that look personal. */
export const countPersonal = (batch: Pick<Batch, 'sales' | 'rejects'>): number => personalOf(batch).length;

const personalOf = ({ sales, rejects }: Pick<Batch, 'sales' | 'rejects'>) =>
  [
    ...sales.map(({ sale }) => sale.looksPersonal),
    ...rejects.map(({ looksPersonal }) => looksPersonal),
  ].filter((fields) => fields !== undefined);

const tally = (names: readonly string[]): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(names, (name) => name)].map(([name, { length }]) => [name, length]));
