import { expect, test } from 'vitest';
import { shardOf } from '../../../../lambdas/shared/contract/shards.ts';

test('the shard of a user is the first four bytes of its SHA-256 without the sign, modulo the number of shards', () => {
  // RunTablesTest.scala expects the same values.
  expect(shardOf('ann', 7)).toBe(0x49915e0d % 7);
  expect(shardOf('bob', 7)).toBe(0x01b637d8 % 7);
  expect(shardOf('ann', 1)).toBe(0);
});
