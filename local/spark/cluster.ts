import { readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { awsEnvironment } from '../stack/emulator.ts';

/** A standalone cluster whose workers run the tasks of the jobs. */
export interface Cluster {
  /** Address of its master: "spark://HOST:PORT". */
  readonly master: string;
  /** Directory of the jars that the workers' Spark lacks: the driver sends them to the executors. */
  readonly jars: string;
  /** The emulator's address, as the workers reach it. */
  readonly awsEndpoint: string;
}

/**
 * Returns the settings that a job needs on a cluster. They replace those of a job on one machine: an executor
 * reaches the driver under the name of this machine, and has the same keys and a local disk of its own.
 */
export function clusterSettings({ jars, awsEndpoint }: Cluster): Record<string, string> {
  const environment = Object.entries(awsEnvironment(awsEndpoint));
  return {
    'spark.driver.bindAddress': '0.0.0.0',
    'spark.driver.host': hostname(),
    // The job asks for the memory of a worker in the cloud, which no worker on one machine has.
    'spark.executor.memory': EXECUTOR_MEMORY,
    'spark.executor.cores': '1',
    'spark.dynamicAllocation.enabled': 'false',
    'spark.local.dir': '/tmp/spark',
    'spark.hadoop.fs.s3a.buffer.dir': '/tmp/s3a',
    'spark.jars': readdirSync(jars)
      .filter((name) => name.endsWith('.jar'))
      .sort()
      .map((name) => join(jars, name))
      .join(','),
    ...Object.fromEntries(environment.map(([name, value]) => [`spark.executorEnv.${name}`, value])),
  };
}

/** Two of these, the driver and the other containers fit into the memory that `npm start` asks for. */
const EXECUTOR_MEMORY = '1g';
