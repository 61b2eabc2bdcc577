import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { preferencesOf } from '../lambdas/serve/answer/fold-in.ts';
import type { Model } from '../lambdas/serve/answer/model.ts';
import type { UserHistory } from '../lambdas/serve/answer/user-history.ts';
import { ROOT } from '../local/process/paths.ts';
import { install } from '../local/quality/outside.ts';

/** PyPI `implicit` in a process of its own. */
export interface ImplicitProcess {
  /** Answers for all users once. @returns The milliseconds of each answer. */
  round(): Promise<number[]>;
  stop(): Promise<void>;
}

/**
 * Starts `implicit` with the factors of a model, to answer for some users: it computes the factor of the user anew
 * (`recalculate_user`) and takes the ten best of all products that the user did not buy.
 *
 * @returns Undefined if it cannot be installed; the reason is reported.
 */
export async function startImplicit(
  model: Model,
  users: readonly UserHistory[],
  report: (line: string) => void,
): Promise<ImplicitProcess | undefined> {
  const python = await install().catch((error: Error) => {
    report(`implicit is left out, because it cannot be installed: ${error.message.split('\n')[0]}`);
  });
  if (!python) return undefined;
  const directory = mkdtempSync(join(tmpdir(), 'cartograph-bench-implicit-'));
  writeInputs(directory, model, users);
  const script = join(ROOT, 'bench', 'answer-implicit.py');
  const child = spawn(python, [script, directory], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1' },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done) throw new Error('Cannot measure implicit: its process ended');
    return value;
  };
  await next();
  return {
    async round() {
      child.stdin.write('\n');
      return JSON.parse(await next());
    },
    async stop() {
      child.stdin.end();
      await new Promise((resolve) => child.once('close', resolve));
      rmSync(directory, { recursive: true });
    },
  };
}

function writeInputs(directory: string, model: Model, users: readonly UserHistory[]): void {
  const shape = { products: model.products.count, rank: model.rank, regularization: model.regularisation };
  writeFileSync(join(directory, 'shape.json'), JSON.stringify(shape));
  writeFileSync(join(directory, 'factors.f32'), model.rows.factors);
  const rows = users.map((history) => ({
    products: [...history.products],
    confidences: preferencesOf(model, history).map((preference) => 1 + model.alpha * preference),
  }));
  writeFileSync(join(directory, 'users.json'), JSON.stringify(rows));
}
