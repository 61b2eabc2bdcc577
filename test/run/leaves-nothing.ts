import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { leftOf } from './left.ts';

/** Gives each file of tests a temporary folder, removes it, and fails the file if its tests left something there. */
const before = process.env.TMPDIR;
const folder = mkdtempSync(join(tmpdir(), 'file-'));
process.env.TMPDIR = folder;

// Hooks at the end run in reverse order, so this one runs after those of the file.
afterAll(() => {
  const left = leftOf(readdirSync(folder));
  rmSync(folder, { recursive: true, force: true });
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  if (left.length > 0)
    throw new Error(
      `Cannot leave files: the temporary folder should be empty after the tests, is ${left.join(', ')}`,
    );
});
