import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { NODE_BIN, ROOT } from '../process/paths.ts';

/**
 * Runs the CDK CLI that this project pins, for `npm run deploy`. `bootstrap.mjs` has already built the job's jar, which is
 * an asset of the stack. Arguments after `--` go to the CLI, and this process exits with the CLI's exit code.
 */
export async function run(args: readonly string[]): Promise<void> {
  const child = spawn(join(NODE_BIN, 'cdk'), args, { cwd: ROOT, stdio: 'inherit' });
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
