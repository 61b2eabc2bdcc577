import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { z } from 'zod';
import { Metric } from '../../lambdas/shared/contract/quality.ts';
import { parseJson } from '../../lambdas/shared/platform/lake.ts';
import { ROOT, STATE } from '../process/paths.ts';
import { PROTOCOL_NAMES, type ProtocolName } from './protocols.ts';

/** Packages of the other models. The project itself does not need them. */
const PACKAGES = ['numpy==2.2.6', 'scipy==1.15.3', 'implicit==0.7.3'];
const VENV = join(STATE, 'outside-venv');
const SCRIPT = join(ROOT, 'local', 'quality', 'outside.py');

/** Null if the list does not apply to the scorer. */
const ByList = z.strictObject({ any: Metric.nullable(), new: Metric.nullable() });
const Parameters = z.record(z.string(), z.union([z.number(), z.boolean(), z.null()]));

/** Display names of the models that local/quality/outside.py measures. */
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
      /** The best parameters on the validation window, by list; absent if the scorer has no parameters. */
      chosen: z.partialRecord(z.enum(['any', 'new']), Parameters).optional(),
    }),
  ),
});

/** The output of local/quality/outside.py. */
export const Outside = z.strictObject({
  versions: z.record(z.string(), z.string()),
  seconds: z.number(),
  /** Those that were asked for. */
  protocols: z.partialRecord(z.enum(PROTOCOL_NAMES), OutsideProtocol),
});
export type Outside = z.infer<typeof Outside>;

/**
 * Measures other models by the same protocols, with code that shares nothing with the project's. Takes minutes.
 *
 * @param file The file of sales.
 * @param protocols The protocols to measure by.
 * @param report Called with each line of progress.
 * @returns Undefined if the packages cannot be installed; the reason is reported.
 * @throws {Error} If the script fails, or its output is not valid.
 */
export async function measureOutside(
  file: string,
  protocols: readonly ProtocolName[],
  report: (line: string) => void,
): Promise<Outside | undefined> {
  try {
    await install();
  } catch (error) {
    const reason = error instanceof Error ? error.message.trim().split('\n').slice(0, 3).join(' ') : error;
    report(`Skipping the outside check: cannot install ${PACKAGES.join(', ')}: ${reason}`);
    return undefined;
  }
  return parseJson(
    await run([file, ...protocols], report),
    'the output of local/quality/outside.py',
    Outside,
  );
}

/**
 * Installs the packages of the other models.
 *
 * @returns The path of the Python that has them.
 * @throws {Error} If the registry of packages cannot be reached, or has none for this Python.
 */
export async function install(): Promise<string> {
  const execute = promisify(execFile);
  if (!existsSync(join(VENV, 'bin', 'pip'))) await execute('python3', ['-m', 'venv', VENV]);
  // pip asks no registry if all packages are installed. Without wheels it would compile for a long time, and fail.
  await execute(join(VENV, 'bin', 'pip'), ['install', '--quiet', '--only-binary=:all:', ...PACKAGES]);
  return join(VENV, 'bin', 'python');
}

async function run(args: readonly string[], report: (line: string) => void): Promise<string> {
  const child = spawn(join(VENV, 'bin', 'python'), [SCRIPT, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  createInterface({ input: child.stderr }).on('line', (line) => {
    errors += `${line}\n`;
    report(line);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code === 0) return output;
  throw new Error(
    `Cannot measure the other models: ${SCRIPT} ended with exit code ${code}:\n${errors.slice(-2000)}`,
  );
}
