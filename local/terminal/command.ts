import { forTerminal } from './terminal.ts';

/**
 * Runs a command of the terminal: its mistakes are told in a sentence, not as a stack trace, and end it with code 1.
 * When it is done the process exits: what clients still wait for in the background does not hold it.
 */
export async function command(run: (args: readonly string[]) => Promise<unknown>): Promise<void> {
  try {
    await run(process.argv.slice(2));
  } catch (error) {
    console.error(`✗ ${forTerminal(error instanceof Error ? error.message : String(error))}`);
    if (process.env.DEBUG) console.error(error);
    process.exitCode = 1;
  }
  // Exiting cuts off what a pipe has not taken yet.
  await Promise.all([process.stdout, process.stderr].map(flushed));
  process.exit();
}

const flushed = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => stream.write('', () => resolve()));
