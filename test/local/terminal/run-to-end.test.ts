import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = (...args: readonly string[]) =>
  promisify(execFile)(process.execPath, [join(import.meta.dirname, 'command-under-test.ts'), ...args]);

test('a command that is done exits with all of its output, even if a timer is still running', async () => {
  expect((await run()).stdout).toHaveLength(1_000_000);
});

test('an error is printed as one sentence without control characters, with exit code 1', async () => {
  await expect(run('Cannot read \u001b]0;owned\u0007this')).rejects.toMatchObject({
    code: 1,
    stderr: '✗ Cannot read this\n',
  });
});
