import type { Forgotten } from '../../../../lambdas/forget/files/kind.ts';

/** Erases users until a moment; by default all of their sales. */
export const erasing = (users: readonly string[], untilMs = Number.POSITIVE_INFINITY): Forgotten => ({
  users: new Set(users),
  isForgotten: (user, kafkaMs = Number.NEGATIVE_INFINITY) => users.includes(user) && kafkaMs <= untilMs,
});

/** Returns the bytes of a result that changed. */
export function changedBytes(rewritten: {
  readonly changed: boolean;
  readonly bytes?: Uint8Array | null;
}): Buffer {
  if (!rewritten.changed || !rewritten.bytes) throw new Error('The file was not changed');
  return Buffer.from(rewritten.bytes);
}
