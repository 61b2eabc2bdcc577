import { accessSync, constants, mkdirSync } from 'node:fs';
import { Privacy } from '../../lambdas/shared/privacy/settings.ts';
import { type CheckOptions, checkInput } from '../input/check.ts';
import type { InputOptions } from '../input/options.ts';
import { describeInput } from '../input/summary.ts';
import { listenBriefly } from '../process/child.ts';
import { refuseForeignFiles } from '../results/export.ts';
import { readUserList } from '../results/user-list.ts';
import { callerPath } from '../terminal/caller-path.ts';
import { inputOptionsOf } from './sales-options.ts';
import type { StartOptions } from './start-options.ts';
import { privacyOf } from './start-plan.ts';

/** The options that refer to files and ports outside this program. */
type CheckedOptions = InputOptions &
  Partial<
    Pick<
      StartOptions,
      'input' | 'export' | 'reveal' | 'port' | 'apiPort' | 'endpoint' | 'keyed' | 'refusePersonal'
    >
  >;

/**
 * Checks files and ports before the start: otherwise it would fail only after it has removed the state of the last run and
 * started all parts. Creates the directory for the export.
 *
 * @param report Receives the lines that describe the input.
 * @returns The options, with paths resolved from the caller's directory.
 * @throws {Error} If the input or the list of users cannot be read, the export cannot be written, or the port cannot be used.
 */
export async function checkOptions<Checked extends CheckedOptions>(
  options: Checked,
  report: (line: string) => void = console.log,
): Promise<Checked> {
  const input = options.input === undefined ? undefined : callerPath(options.input);
  const directory = options.export === undefined ? undefined : callerPath(options.export);
  if (input !== undefined)
    await reportInput(
      input,
      { ...inputOptionsOf(options), hasDefaultFields: true, privacy: Privacy.parse(privacyOf(options)) },
      report,
    );
  if (directory !== undefined) checkExport(directory);
  const reveal = options.reveal === undefined ? undefined : callerPath(options.reveal);
  if (reveal !== undefined) await readUserList(reveal);
  const host = options.endpoint ? '0.0.0.0' : '127.0.0.1';
  if (options.port !== undefined) await checkPort(options.port, { option: '--port', serves: 'charts', host });
  if (options.apiPort !== undefined)
    await checkPort(options.apiPort, { option: '--api-port', serves: 'API', host });
  return {
    ...options,
    ...(input === undefined ? {} : { input }),
    ...(directory === undefined ? {} : { export: directory }),
    ...(reveal === undefined ? {} : { reveal }),
  };
}

/**
 * Reads the whole file and reports what it is, and what will be rejected, before anything is sent.
 *
 * @throws {Error} If it cannot be read to its end, or is read in a wrong way.
 */
export async function reportInput(
  path: string,
  options: Omit<CheckOptions, 'nowMs'>,
  report: (line: string) => void = console.log,
): Promise<void> {
  const summary = await checkInput(path, { ...options, nowMs: Date.now() });
  for (const line of describeInput(summary)) report(line);
}

function checkExport(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.W_OK);
  } catch (cause) {
    throw new Error(`Cannot export to ${directory}: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
  refuseForeignFiles(directory);
}

async function checkPort(
  port: number,
  { option, serves, host }: { readonly option: string; readonly serves: string; readonly host: string },
): Promise<void> {
  try {
    await listenBriefly(port, host);
  } catch (cause) {
    throw new Error(
      `Cannot serve the ${serves} at ${option} ${port}: ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    );
  }
}
