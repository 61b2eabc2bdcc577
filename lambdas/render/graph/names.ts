import { shortName } from '../drawing/text.ts';

/** The lengths of a name that are tried, in letters. A shorter name fits into more places. */
export const LENGTHS = [20, 15, 12] as const;
/** The lengths that are tried for names with the same beginning. */
const LONGER = [28, 40] as const;

/**
 * Returns the names that each label may have in the picture, the best first. Two different labels never get the same
 * short name. If labels are the same even in their longest form, only the first one has a name.
 *
 * @returns One list per label; empty if it has no name.
 */
export function namesOf(labels: readonly string[]): string[][] {
  const bearers = new Map<string, Set<number>>();
  const named = labels.map((label, index) => {
    const names = [...LENGTHS, ...LONGER].map((letters) => shortName(label, letters));
    for (const name of names) bearers.set(name, (bearers.get(name) ?? new Set()).add(index));
    return { names, whole: shortName(label, Number.POSITIVE_INFINITY) };
  });
  return named.map(({ names, whole }, index) => {
    const isOwn = (name: string): boolean => name === whole || bearers.get(name)?.size === 1;
    const usual = names.slice(0, LENGTHS.length);
    if (usual.some(isOwn)) return [...new Set(usual.filter(isOwn))];
    const longer = names.find(isOwn);
    if (longer !== undefined) return [longer];
    const [first] = bearers.get(usual[0] ?? '') ?? [];
    return first === index ? usual : [];
  });
}
