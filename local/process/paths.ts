import { fileURLToPath } from 'node:url';

/** Where things lie in a checkout. */
const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export const ROOT = at('');
/** Everything that an installation or a run leaves behind. */
export const STATE = at('.cartograph');
export const KAFKA_JARS = at('.cartograph/kafka');
export const VENV = at('.cartograph/venv');
export const SPARK_RUNTIME = at('spark/target/runtime');
export const JOB_JAR = at('spark/target/cartograph-train.jar');
export const SPARK_JVM_OPTIONS = at('spark/local-jvm.options');
export const SPARK_CONF = at('spark/local-spark.conf');
/** Spark's classes, read and checked once; jobs start without it, but slower. */
export const CDS_ARCHIVE = at('.cartograph/spark.jsa');
export const NODE_BIN = at('node_modules/.bin');
