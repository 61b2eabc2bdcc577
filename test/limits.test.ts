import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { KEPT_CHANGES } from '../lambdas/shared/contract/summaries.ts';

test('numbers that both languages hold are those of test/fixtures/limits.json, which the Scala tests read too', () => {
  const limits: unknown = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures/limits.json'), 'utf8'));
  expect(limits).toEqual({ keptChanges: KEPT_CHANGES });
});
