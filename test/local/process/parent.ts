import { startChild } from '../../../local/process/child.ts';
import { onSignals } from '../../../local/process/signals.ts';

/**
 * Starts a child and never ends it. Prints the child's process id, and "stopping" at the first signal. Arguments: the
 * child's log, its note, its command and the command's arguments.
 */
const [logPath = '', pidPath = '', command = '', ...args] = process.argv.slice(2);
onSignals(() => console.log('stopping'));
const child = startChild({ name: 'the sleeper', command, args, logPath, pidPath });
console.log(child.process.pid);
