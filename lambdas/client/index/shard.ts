/**
 * Which part of a run's files holds a user or product; the rule of `lambdas/shared/shards.ts`: the first four bytes of
 * SHA-256, without the sign, modulo the number of parts.
 */
export async function shardOf(id: string, shards: number): Promise<number> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(id));
  return (new DataView(digest).getInt32(0) & 0x7fffffff) % shards;
}
