import type { PersonIds } from '../../lambdas/shared/privacy/person-ids.ts';
import { DEFAULT_SIZE, userIdOf } from './shop.ts';

/**
 * Finds the ids of users of the simulated shop by the ids that are stored of them.
 *
 * @param stored Users as stored.
 * @returns In the same order. Users who are not of the simulated shop are left out; plain ids stay as they are.
 */
export function shopIdsOf(stored: readonly string[], persons: PersonIds): string[] {
  if (persons.mode === 'plain') return [...stored];
  const ids = new Map(
    Array.from({ length: DEFAULT_SIZE.users }, (_, index) => {
      const id = userIdOf(index);
      return [persons.stored(id), id];
    }),
  );
  return stored.flatMap((user) => ids.get(user) ?? []);
}

/**
 * Returns how a report names a stored user.
 *
 * @example userLabel('ann', PLAIN_IDS) // 'ann'
 */
export function userLabel(stored: string, persons: PersonIds): string {
  if (persons.mode === 'plain') return stored;
  const [id] = shopIdsOf([stored], persons);
  return id === undefined ? `${stored} (a pseudonym)` : `${id} (stored as ${stored})`;
}
