import { startChild } from '../../../local/process/child.ts';
import { onSignals } from '../../../local/process/signals.ts';

/**
 * A process that starts a child, ends it never, and says what it does. Arguments: the child's log, the note of its
 * process, and what it runs.
 */
const [logPath = '', pidPath = '', command = '', ...args] = process.argv.slice(2);
onSignals(() => console.log('stopping'));
const child = startChild({ what: 'the sleeper', command, args, logPath, pidPath });
console.log(child.process.pid);
