import { fileURLToPath } from 'node:url';

/** Returns the absolute path of a file in this checkout. */
const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export const ROOT = at('');
/** Holds what an installation or a run writes, apart from `node_modules` and `spark/target`. */
export const STATE = at('.cartograph');
export const KAFKA_JARS = at('.cartograph/kafka');
export const VENV = at('.cartograph/venv');
export const SPARK_RUNTIME = at('spark/target/runtime');
export const JOB_JAR = at('spark/target/cartograph-train.jar');
export const SPARK_JVM_OPTIONS = at('spark/local-jvm.options');
export const SPARK_CONF = at('spark/local-spark.conf');
/** An archive of Spark's loaded and verified classes. Jobs also start without it, but more slowly. */
export const CDS_ARCHIVE = at('.cartograph/spark.jsa');
export const NODE_BIN = at('node_modules/.bin');
