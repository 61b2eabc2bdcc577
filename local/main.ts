import { COMMANDS, isCommandName } from './commands/registry.ts';
import { runToEnd } from './terminal/run-to-end.ts';

/** Runs one command: `node local/main.ts NAME …`, as `bootstrap.mjs` does for every npm script. */
const [name, ...args] = process.argv.slice(2);

await runToEnd(async (words) => {
  if (!isCommandName(name))
    throw new Error(`Unknown command ${name ?? ''}: there are ${Object.keys(COMMANDS).join(', ')}`);
  const { run } = await COMMANDS[name]();
  await run(words);
}, args);
