import type { Platform } from './spark.ts';

/**
 * Reads from the environment of the container which Spark runs the jobs.
 *
 * - `SPARK_CLASS_PATH`: the jars of the distribution, and those that it lacks, as `java -cp` takes them
 * - `SPARK_MASTER`: "spark://HOST:PORT" of a standalone cluster; if it is not set, the driver runs all tasks itself
 * - `SPARK_EXTRA_JARS`: directory of the jars that the distribution lacks
 *
 * @throws {Error} If there is a master and no directory of jars to send to its workers.
 */
export function sparkFrom(
  environment: Readonly<Record<string, string | undefined>>,
  awsEndpoint: string,
): Pick<Platform, 'classPath' | 'cluster'> {
  const { SPARK_CLASS_PATH, SPARK_MASTER, SPARK_EXTRA_JARS } = environment;
  const classPath = SPARK_CLASS_PATH || undefined;
  if (!SPARK_MASTER) return { classPath };
  if (!SPARK_EXTRA_JARS)
    throw new Error(
      `Cannot use the cluster ${SPARK_MASTER}: SPARK_EXTRA_JARS should name the directory of the jars that its workers lack`,
    );
  return { classPath, cluster: { master: SPARK_MASTER, jars: SPARK_EXTRA_JARS, awsEndpoint } };
}
