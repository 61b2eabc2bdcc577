import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { z } from 'zod';
import { Metric } from '../../lambdas/shared/contract/quality.ts';
import { parseJson } from '../../lambdas/shared/platform/lake.ts';
import { ROOT, STATE } from '../process/paths.ts';

/** For the other side only: the project itself needs none of these. */
const PACKAGES = ['numpy==2.2.6', 'scipy==1.15.3', 'implicit==0.7.3'];
const VENV = join(STATE, 'outside-venv');
const SCRIPT = join(ROOT, 'bench', 'outside.py');

/** Null: the list makes no sense for the scorer. */
const ByList = z.strictObject({ any: Metric.nullable(), new: Metric.nullable() });
const Parameters = z.record(z.string(), z.union([z.number(), z.boolean(), z.null()]));

/** The models that bench/outside.py measures, by the names that a person reads. */
export const OUTSIDE_SCORERS = {
  random: 'random',
  explicitAls: 'explicit ALS on quantity',
  popularity: 'popularity',
  recentPopularity: 'recent popularity',
  itemKnn: 'ItemKNN',
  ease: 'EASE',
  implicitAls: "`implicit`'s ALS",
  personalFrequency: 'personal frequency',
} as const;
export type OutsideScorer = keyof typeof OUTSIDE_SCORERS;

const ScorerName = z.enum(Object.keys(OUTSIDE_SCORERS) as [OutsideScorer]);
const OutsideProtocol = z.strictObject({
  counts: z.record(z.string(), z.int()),
  scorers: z.record(
    ScorerName,
    ByList.extend({
      /** By list, what was best on the validation window; absent where there is nothing to choose. */
      chosen: z.partialRecord(z.enum(['any', 'new']), Parameters).optional(),
    }),
  ),
});

/** What bench/outside.py prints. */
export const Outside = z.strictObject({
  versions: z.record(z.string(), z.string()),
  seconds: z.number(),
  protocols: z.strictObject({ A: OutsideProtocol, B: OutsideProtocol }),
});
export type Outside = z.infer<typeof Outside>;

/**
 * Measures other models by the same protocols, with code that shares nothing with the project's; takes minutes.
 *
 * @param say Progress, a line at a time.
 * @returns undefined where its packages cannot be installed; the reason is said
 * @throws {Error} If the script fails, or prints something else than it should.
 */
export async function measureOutside(
  file: string,
  say: (line: string) => void,
): Promise<Outside | undefined> {
  try {
    await install();
  } catch (error) {
    const reason = error instanceof Error ? error.message.trim().split('\n').slice(0, 3).join(' ') : error;
    say(`The outside check is left out: ${PACKAGES.join(', ')} cannot be installed: ${reason}`);
    return undefined;
  }
  return parseJson(await run(file, say), 'the output of bench/outside.py', Outside);
}

async function install(): Promise<void> {
  const execute = promisify(execFile);
  if (!existsSync(join(VENV, 'bin', 'pip'))) await execute('python3', ['-m', 'venv', VENV]);
  // Asks no registry where all are there already. Without wheels it would compile for long, and fail.
  await execute(join(VENV, 'bin', 'pip'), ['install', '--quiet', '--only-binary=:all:', ...PACKAGES]);
}

async function run(file: string, say: (line: string) => void): Promise<string> {
  const child = spawn(join(VENV, 'bin', 'python'), [SCRIPT, file], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let complaints = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  createInterface({ input: child.stderr }).on('line', (line) => {
    complaints += `${line}\n`;
    say(line);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code === 0) return output;
  throw new Error(`Cannot measure outside: ${SCRIPT} ended with ${code}:\n${complaints.slice(-2000)}`);
}
