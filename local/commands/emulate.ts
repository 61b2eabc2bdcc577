import { join } from 'node:path';
import { exitCodeOf, startChild } from '../process/child.ts';
import { STATE } from '../process/paths.ts';
import { emulatorProgram } from '../stack/emulator.ts';

/** The emulator alone, until it is told to end: for a machine of its own, as in `local/docker-compose.yml`. */
export async function run([port, jobsEndpoint]: readonly string[]): Promise<void> {
  if (!port || !jobsEndpoint) throw new Error('Cannot start: should be PORT JOBS_URL');
  const directory = join(STATE, 'state', 'aws');
  const child = startChild({
    what: 'the AWS emulator',
    ...emulatorProgram({ directory, host: '0.0.0.0', port: Number(port), jobsEndpoint }),
    logPath: '/dev/stdout',
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void child.stop());
  await child.ended;
  process.exitCode = exitCodeOf(child.process);
}
