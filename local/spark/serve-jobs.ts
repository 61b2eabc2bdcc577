import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { STATE } from '../process/paths.ts';
import { onSignals } from '../process/signals.ts';
import { runToEnd } from '../terminal/run-to-end.ts';
import { startJobServer } from './jobs.ts';
import { sparkFrom } from './spark-environment.ts';

/**
 * Runs only the job server, until a signal stops it: `node local/spark/serve-jobs.ts PORT AWS_URL`. It has its own container
 * in `local/docker-compose.yml`, for which this file and what it imports become one file (`local/Dockerfile`).
 */
async function serveJobs([port, awsEndpoint]: readonly string[]): Promise<void> {
  if (!port || !awsEndpoint) throw new Error('Cannot serve jobs: the arguments should be PORT AWS_URL');
  const signalled = new Promise<void>((resolve) => onSignals(resolve));
  const server = await startJobServer({
    directory: join(STATE, 'state', 'jobs'),
    cores: availableParallelism(),
    port: Number(port),
    spark: sparkFrom(process.env, awsEndpoint),
  });
  server.connect(awsEndpoint);
  console.log(`Waiting for jobs at port ${port}`);
  await signalled;
  await server.stop();
}

await runToEnd(serveJobs, process.argv.slice(2));
