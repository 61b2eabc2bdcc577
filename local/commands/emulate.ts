import { join } from 'node:path';
import { exitCodeOf, startChild } from '../process/child.ts';
import { STATE } from '../process/paths.ts';
import { emulatorProgram } from '../stack/emulator.ts';

/** Runs only the emulator, until a signal stops it: it has its own container in `local/docker-compose.yml`. */
export async function run([port, jobsEndpoint]: readonly string[]): Promise<void> {
  if (!port || !jobsEndpoint)
    throw new Error('Cannot start the emulator: the arguments should be PORT JOBS_URL');
  const directory = join(STATE, 'state', 'aws');
  const child = startChild({
    name: 'the AWS emulator',
    ...emulatorProgram({ directory, host: '0.0.0.0', port: Number(port), jobsEndpoint }),
    logPath: '/dev/stdout',
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void child.stop());
  await child.ended;
  process.exitCode = exitCodeOf(child.process);
}
