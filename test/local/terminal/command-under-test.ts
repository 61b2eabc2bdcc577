import { runToEnd } from '../../../local/terminal/run-to-end.ts';

/** A command that leaves a timer pending, writes much, and fails if it is told to. */
await runToEnd(async ([mistake]) => {
  setInterval(() => undefined, 1000);
  process.stdout.write('x'.repeat(1_000_000));
  if (mistake) throw new Error(mistake);
}, process.argv.slice(2));
