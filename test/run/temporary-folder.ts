import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives a run of tests a temporary folder of its own, and removes it, even if a worker was killed. */
export default function setUp(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'cartograph-tests-'));
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
