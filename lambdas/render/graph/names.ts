import { shortened } from '../drawing/text.ts';

/** Letters of a name; the fewer, the more places it fits into. */
export const LENGTHS = [20, 15, 12] as const;
/** For names that begin alike for so long. */
const LONGER = [28, 40] as const;

/**
 * What each may be called, the wanted name first. No two are shortened into the same; of those that cannot be told apart
 * the first alone has a name.
 */
export function namesOf(labels: readonly string[]): string[][] {
  const bearers = new Map<string, Set<number>>();
  const named = labels.map((label, index) => {
    const names = [...LENGTHS, ...LONGER].map((letters) => shortened(label, letters));
    for (const name of names) bearers.set(name, (bearers.get(name) ?? new Set()).add(index));
    return { names, whole: shortened(label, Number.POSITIVE_INFINITY) };
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
