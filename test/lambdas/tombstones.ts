import { tombstonesKey } from '../../lambdas/shared/contract/keys.ts';
import type { Tombstones } from '../../lambdas/shared/contract/schemas.ts';
import type { ForgottenUsers } from '../../lambdas/shared/platform/tombstones.ts';
import { createPersonKey } from '../../lambdas/shared/privacy/person-key.ts';
import type { MemoryLake } from '../lake.ts';

/** The key of the tests. */
export const KEY = createPersonKey('a secret of the tests, long enough');

/** No user was forgotten. */
export const NO_USERS: ForgottenUsers = { through: 0, erasureOf: () => undefined };

/** Makes the tombstones of some users. */
export const tombstonesOf = (erasure: number, untilMs: number, users: readonly string[]): Tombstones => ({
  erasure,
  untilMs,
  keyCheck: KEY.check,
  users: users.map(KEY.forgottenHash).sort(),
});

/** Writes the tombstones of some users into a lake. */
export function writeTombstones(
  lake: MemoryLake,
  erasure: number,
  { untilMs, users }: { readonly untilMs: number; readonly users: readonly string[] },
): void {
  const bytes = Buffer.from(JSON.stringify(tombstonesOf(erasure, untilMs, users)));
  lake.objects.set(tombstonesKey(erasure), { bytes, storedAtMs: lake.nowMs });
}
