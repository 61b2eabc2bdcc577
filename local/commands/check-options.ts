import { accessSync, constants, mkdirSync } from 'node:fs';
import { listenBriefly } from '../process/child.ts';
import { refuseForeign } from '../results/export.ts';
import type { ColumnMap } from '../shop/column-map.ts';
import { replay } from '../shop/replay.ts';
import { callerPath } from '../terminal/caller-path.ts';
import type { StartOptions } from './start-options.ts';

/** The options that name something outside of this program. */
type CheckedOptions = Partial<Pick<StartOptions, 'input' | 'map' | 'export' | 'port' | 'endpoint'>>;

/**
 * Checks what a start would otherwise find out when everything of the last run is removed and all parts are up.
 *
 * @returns the options with paths as the caller meant them; makes the directory for the export
 * @throws {Error} If the input cannot be read, the export not be written, or the port not be listened on.
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

/** The first record shows whether the file is there and its columns are those of the map. */
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
  refuseForeign(directory);
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
