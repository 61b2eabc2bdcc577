import { CommanderError } from '@commander-js/extra-typings';
import { forTerminal } from './terminal.ts';

/**
 * Runs a command and then exits the process, even if clients still have connections or timers. An error is printed as one
 * sentence without a stack trace, and the exit code is 1.
 *
 * @param args Arguments of the command.
 */
export async function runToEnd(run: (args: readonly string[]) => Promise<unknown>, args: readonly string[]) {
  try {
    await run(args);
  } catch (error) {
    if (!(error instanceof CommanderError && error.exitCode === 0)) printError(error);
  }
  // Without this, exiting loses output that a pipe has not read yet.
  await Promise.all([process.stdout, process.stderr].map(flushed));
  process.exit();
}

function printError(error: unknown): void {
  console.error(`✗ ${forTerminal(error instanceof Error ? error.message : String(error))}`);
  if (process.env.DEBUG) console.error(error);
  process.exitCode = 1;
}

const flushed = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => stream.write('', () => resolve()));
