import { accessSync, constants, mkdirSync } from 'node:fs';
import { listenBriefly } from '../process/child.ts';
import { refuseForeignFiles } from '../results/export.ts';
import type { ColumnMap } from '../shop/column-map.ts';
import { replay } from '../shop/replay.ts';
import { callerPath } from '../terminal/caller-path.ts';
import type { StartOptions } from './start-options.ts';

/** The options that refer to files and ports outside this program. */
type CheckedOptions = Partial<Pick<StartOptions, 'input' | 'map' | 'export' | 'port' | 'endpoint'>>;

/**
 * Checks files and ports before the start: otherwise it would fail only after it has removed the state of the last run and
 * started all parts. Creates the directory for the export.
 *
 * @returns The options, with paths resolved from the caller's directory.
 * @throws {Error} If the input cannot be read, the export cannot be written, or the port cannot be used.
 */
export async function checkOptions<Checked extends CheckedOptions>(options: Checked): Promise<Checked> {
  const input = options.input === undefined ? undefined : callerPath(options.input);
  const directory = options.export === undefined ? undefined : callerPath(options.export);
  if (input !== undefined) await checkInput(input, options.map ?? {});
  if (directory !== undefined) checkExport(directory);
  if (options.port !== undefined) await checkPort(options.port, options.endpoint ? '0.0.0.0' : '127.0.0.1');
  return {
    ...options,
    ...(input === undefined ? {} : { input }),
    ...(directory === undefined ? {} : { export: directory }),
  };
}

/** Reads the first record, which fails if the file is missing or lacks a column. */
async function checkInput(path: string, map: ColumnMap): Promise<void> {
  const records = replay(path, map);
  await records.next();
  await records.return(undefined);
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

async function checkPort(port: number, host: string): Promise<void> {
  try {
    await listenBriefly(port, host);
  } catch (cause) {
    throw new Error(
      `Cannot serve the charts at --port ${port}: ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    );
  }
}
