import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Answerer } from '../lambdas/serve/answer/answerer.ts';
import type { Purchases } from '../lambdas/serve/answer/purchases.ts';
import { ROOT } from '../local/process/paths.ts';
import type { LoadedProcess } from './answer-process.ts';

/** Answers once for each user, for both lists in turns. @returns The milliseconds of each answer. */
export function answerTimes(
  answerer: Answerer,
  users: readonly Purchases[],
  eligible: Uint8Array | undefined,
): number[] {
  return users.map((purchases, user) => {
    const startedMs = performance.now();
    answerer.answer(purchases, {
      list: user % 2 === 0 ? 'any' : 'new',
      n: 10,
      ...(eligible && { eligible }),
    });
    return performance.now() - startedMs;
  });
}

/** Loads a model in a process of its own. */
export async function loadInProcess(
  directory: string,
  document: unknown,
  tensors: Uint8Array,
): Promise<LoadedProcess> {
  writeFileSync(join(directory, 'answer.json'), JSON.stringify(document));
  writeFileSync(join(directory, 'answer.safetensors'), tensors);
  const script = join(ROOT, 'bench', 'answer-process.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script, directory]);
  return JSON.parse(stdout);
}

export const describeLoaded = ({ readMs, loadMs, firstMs, rssBytes, emptyRssBytes }: LoadedProcess): string =>
  `${(readMs + loadMs + firstMs).toFixed(0)} ms (read ${readMs.toFixed(0)}, load ${loadMs.toFixed(0)}, answer ${firstMs.toFixed(0)}); ${megabytes(rssBytes)}, without the model ${megabytes(emptyRssBytes)}`;

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

export const describeTimes = (times: readonly number[]): string =>
  `p50 ${percentile(times, 0.5).toFixed(2)} ms, p99 ${percentile(times, 0.99).toFixed(2)} ms`;

/** Returns the value that a share of the values does not exceed; NaN if there are none. */
export const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? Number.NaN;
