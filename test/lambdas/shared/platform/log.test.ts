import { expect, test } from 'vitest';
import { createLog } from '../../../../lambdas/shared/platform/log.ts';

test('a line has its level, stage and message first, and no field replaces them', () => {
  const lines: string[] = [];
  const context = { requestId: 'r1', stage: 'train' };
  const log = createLog('threshold', context, (line) => void lines.push(line));
  log.warn('Not yet', { window: 3, level: 'info', message: 'no', requestId: 'r2' });
  expect(lines).toEqual([
    '{"level":"warn","stage":"threshold","message":"Not yet","requestId":"r2","window":3}',
  ]);
});
