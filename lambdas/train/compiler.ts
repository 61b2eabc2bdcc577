/** With fewer interactions a job ends before the JVM's optimising compiler has earned what it costs. */
export const SMALL_SHOP_INTERACTIONS = 100_000;

/** Restricts the JVM to its fast compiler, C1. */
const FAST_COMPILER = '-XX:TieredStopAtLevel=1';

/** Spark's settings of the environment variable of the driver and of the executors that the `java` launcher reads. */
export const DRIVER_JAVA_OPTIONS = 'spark.emr-serverless.driverEnv.JDK_JAVA_OPTIONS';
const EXECUTOR_JAVA_OPTIONS = 'spark.executorEnv.JDK_JAVA_OPTIONS';

/**
 * Chooses the compiler of a job by the size of the shop. Which compiler runs changes no result.
 *
 * The option is sent in an environment variable, because `spark.driver.extraJavaOptions` has a value already, and a second
 * option would need a space in it. The variables are documented at
 * https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/jobs-spark.html and
 * https://docs.oracle.com/en/java/javase/17/docs/specs/man/java.html. This has not been verified in an account.
 *
 * @param interactions Number of interactions to train on; undefined if it is not known.
 * @returns Parameters of `spark-submit`; none for a large shop, or if the size is not known.
 */
export function compilerParameters(interactions: number | undefined): string[] {
  if (interactions === undefined || interactions >= SMALL_SHOP_INTERACTIONS) return [];
  return [DRIVER_JAVA_OPTIONS, EXECUTOR_JAVA_OPTIONS].map((name) => `--conf ${name}=${FAST_COMPILER}`);
}
