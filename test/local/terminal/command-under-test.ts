import { runToEnd } from '../../../local/terminal/run-to-end.ts';

/** A command that leaves a timer running, writes a megabyte, and fails if its argument is an error message. */
await runToEnd(async ([errorMessage]) => {
  setInterval(() => undefined, 1000);
  process.stdout.write('x'.repeat(1_000_000));
  if (errorMessage) throw new Error(errorMessage);
}, process.argv.slice(2));
