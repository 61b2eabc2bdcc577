import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { NODE_BIN, ROOT } from '../process/paths.ts';

/**
 * `npm run deploy`: `cdk deploy` with the CLI that this project pins. `bootstrap.mjs` has built the job's jar before,
 * which is an asset of the stack. Everything behind `--` is the CLI's; its exit code is this command's.
 */
export async function run(args: readonly string[]): Promise<void> {
  const child = spawn(join(NODE_BIN, 'cdk'), args, { cwd: ROOT, stdio: 'inherit' });
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
