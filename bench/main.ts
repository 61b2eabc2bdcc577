import { runToEnd } from '../local/terminal/run-to-end.ts';
import { run } from './command.ts';

await runToEnd(run, process.argv.slice(2));
