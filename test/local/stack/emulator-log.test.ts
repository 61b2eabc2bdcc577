import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { EmulatorLog } from '../../../local/stack/emulator-log.ts';

const directory = mkdtempSync(join(tmpdir(), 'cartograph-emulator-log-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const failed = (reason: string): string =>
  `2026-11-24 23:19:23 ERROR [lambda] Warm worker execution error for Cartograph-render5E6F: ${reason}\n`;

test('each Lambda that could not start is reported once, but none from an earlier start', async () => {
  const path = join(directory, 'emulator.log');
  writeFileSync(path, failed('earlier'));
  const log = new EmulatorLog({ path, offset: failed('earlier').length });
  expect(await log.read()).toEqual([]);
  const whole = failed('Worker init failed: LAKE_BUCKET is missing');
  appendFileSync(path, `2026-11-24 INFO [lambda] Lambda function created\n${whole.slice(0, 70)}`);
  expect(await log.read()).toEqual([]);
  appendFileSync(path, whole.slice(70));
  expect(await log.read()).toEqual([
    { level: 'error', stage: 'render', message: 'Worker init failed: LAKE_BUCKET is missing' },
  ]);
  expect(await log.read()).toEqual([]);
});
