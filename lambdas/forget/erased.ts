import type { Tombstones } from '../shared/contract/schemas.ts';
import type { PersonKey } from '../shared/privacy/person-key.ts';
import type { Erased } from './files/kind.ts';

/** The users of one erasure, as stored. */
export interface ErasureUsers {
  readonly erasure: number;
  /** Epoch ms. */
  readonly untilMs: number;
  readonly users: ReadonlySet<string>;
}

/**
 * Returns the users that are removed from an object.
 *
 * @param erasures In any order; may be empty.
 * @param knownThrough The newest erasure that the run of the object knew; 0 if it knew none. A user whom it left out can be in it
 *   only with later sales, as a new user.
 */
export function erasedIn(erasures: readonly ErasureUsers[], knownThrough = 0): Erased {
  const untilMsOf = new Map<string, number>();
  const unknown = new Set<string>();
  for (const { erasure, untilMs, users } of erasures)
    for (const user of users) {
      untilMsOf.set(user, Math.max(untilMs, untilMsOf.get(user) ?? 0));
      if (erasure > knownThrough) unknown.add(user);
    }
  return {
    users: new Set(untilMsOf.keys()),
    isErased: (user, kafkaMs) =>
      kafkaMs === undefined ? unknown.has(user) : kafkaMs <= (untilMsOf.get(user) ?? -Infinity),
  };
}

/** Returns `erasedIn` for these erasures. Each answer is made once, because there may be thousands of users and objects. */
export function erasedByRun(erasures: readonly ErasureUsers[]): (knownThrough: number) => Erased {
  const made = new Map<number, Erased>();
  return (knownThrough) => {
    const erased = made.get(knownThrough) ?? erasedIn(erasures, knownThrough);
    made.set(knownThrough, erased);
    return erased;
  };
}

/**
 * Chooses the users whom tombstones name, from users that are stored.
 *
 * @param tombstones In any order; may be empty.
 * @param stored Users as stored, each once.
 * @returns An entry for each of the tombstones that names one of them.
 */
export function usersOfTombstones(
  tombstones: readonly Tombstones[],
  stored: Iterable<string>,
  key: PersonKey,
): ErasureUsers[] {
  const byHash = new Map([...stored].map((user) => [key.erasedHash(user), user]));
  return tombstones.flatMap(({ erasure, untilMs, users }) => {
    const named = users.flatMap((hash) => byHash.get(hash) ?? []);
    return named.length === 0 ? [] : [{ erasure, untilMs, users: new Set(named) }];
  });
}
