/** Runs a command of the terminal: its mistakes are told in a sentence, not as a stack trace, and end it with code 1. */
export async function command(run: (args: readonly string[]) => Promise<unknown>): Promise<void> {
  try {
    await run(process.argv.slice(2));
  } catch (error) {
    console.error(`✗ ${error instanceof Error ? error.message : error}`);
    if (process.env.DEBUG) console.error(error);
    process.exitCode = 1;
  }
}
