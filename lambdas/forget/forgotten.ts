import type { Tombstones } from '../shared/contract/schemas.ts';
import type { PersonKey } from '../shared/privacy/person-key.ts';
import type { Forgotten } from './files/kind.ts';

/** The users of one erasure, as stored. */
export interface ErasureUsers {
  readonly erasure: number;
  /** Epoch ms. */
  readonly untilMs: number;
  readonly users: ReadonlySet<string>;
}

/**
 * Returns a function that names the users who are removed from an object. Each answer is made once, because there may be thousands of
 * users and objects.
 *
 * Its parameter is the newest erasure that the run of the object knew; 0 if it knew none, and for objects of no run. A user whom a run
 * left out can be in it only with later sales, as a new user.
 *
 * @param erasures In any order; may be empty.
 */
export function forgottenByRun(erasures: readonly ErasureUsers[]): (knownThrough: number) => Forgotten {
  const untilMsOf = new Map<string, number>();
  for (const { untilMs, users } of erasures)
    for (const user of users) untilMsOf.set(user, Math.max(untilMs, untilMsOf.get(user) ?? 0));
  const users: ReadonlySet<string> = new Set(untilMsOf.keys());
  const made = new Map<number, Forgotten>();
  return (knownThrough) => {
    const forgotten = made.get(knownThrough) ?? forgottenIn(knownThrough);
    made.set(knownThrough, forgotten);
    return forgotten;
  };

  function forgottenIn(knownThrough: number): Forgotten {
    const unknown = new Set(
      erasures.flatMap(({ erasure, users: named }) => (erasure > knownThrough ? [...named] : [])),
    );
    return {
      users,
      isForgotten: (user, kafkaMs) =>
        kafkaMs === undefined
          ? unknown.has(user)
          : kafkaMs <= (untilMsOf.get(user) ?? Number.NEGATIVE_INFINITY),
    };
  }
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
  const byHash = new Map([...stored].map((user) => [key.forgottenHash(user), user]));
  return tombstones.flatMap(({ erasure, untilMs, users }) => {
    const named = users.flatMap((hash) => byHash.get(hash) ?? []);
    return named.length === 0 ? [] : [{ erasure, untilMs, users: new Set(named) }];
  });
}
