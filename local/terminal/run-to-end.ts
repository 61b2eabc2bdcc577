import { CommanderError } from '@commander-js/extra-typings';
import { forTerminal } from './terminal.ts';

/**
 * Runs a command of the terminal. An error is printed as one sentence, not as a stack trace, and ends the process with code 1.
 * When the command is done the process exits, even if clients still have connections or timers.
 */
export async function runToEnd(run: (args: readonly string[]) => Promise<unknown>, args: readonly string[]) {
  try {
    await run(args);
  } catch (error) {
    if (!(error instanceof CommanderError && error.exitCode === 0)) complain(error);
  }
  // Exiting cuts off what a pipe has not taken yet.
  await Promise.all([process.stdout, process.stderr].map(flushed));
  process.exit();
}

function complain(error: unknown): void {
  console.error(`✗ ${forTerminal(error instanceof Error ? error.message : String(error))}`);
  if (process.env.DEBUG) console.error(error);
  process.exitCode = 1;
}

const flushed = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => stream.write('', () => resolve()));
