import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DRIVER_JAVA_OPTIONS } from '../../lambdas/train/compiler.ts';
import { CDS_ARCHIVE, SPARK_CONF, SPARK_JVM_OPTIONS, SPARK_RUNTIME } from '../process/paths.ts';
import { REGION } from '../stack/emulator.ts';
import { type Cluster, clusterSettings } from './cluster.ts';

/** The job, as StartJobRun describes it. */
export interface SparkSubmit {
  readonly entryPoint: string;
  readonly entryPointArguments: readonly string[];
  readonly sparkSubmitParameters: string;
}

export interface Platform {
  /** Address of S3; undefined for jobs on files. */
  readonly awsEndpoint: string | undefined;
  readonly cores: number;
  /** For temporary files of Spark and of the JVM, which a killed job leaves there. */
  readonly directory: string;
  /** Options of the JVM in addition to those of this machine; of two that contradict each other, the one here counts. */
  readonly jvmOptions?: readonly string[];
  /** Class path of Spark, as `java -cp` takes it; default: the jars that Maven has downloaded for this project. */
  readonly classPath?: string | undefined;
  /** Default: the driver runs all tasks itself. */
  readonly cluster?: Cluster | undefined;
}

const lines = (path: string): string[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');

/**
 * Makes the arguments of `java` that run spark-submit on this machine. The settings of this machine are after those of the
 * job, because the last value of a setting counts. Creates the directory for temporary files.
 */
export function sparkCommand(submit: SparkSubmit, platform: Platform): string[] {
  const { classPath = `${SPARK_RUNTIME}/*`, cluster } = platform;
  const settings = [
    ...lines(SPARK_CONF),
    ...platformSettings(platform),
    ...(cluster ? clusterSettings(cluster) : []),
  ];
  const temporary = join(platform.directory, 'tmp');
  mkdirSync(temporary, { recursive: true });
  return [
    ...lines(SPARK_JVM_OPTIONS),
    ...(platform.jvmOptions ?? []),
    `-Djava.io.tmpdir=${temporary}`,
    // The JVM writes performance data to /tmp and ignores java.io.tmpdir.
    '-XX:-UsePerfData',
    // The JVM ignores an archive that was made with another class path, but reads it first.
    ...(platform.classPath === undefined && existsSync(CDS_ARCHIVE)
      ? [`-XX:SharedArchiveFile=${CDS_ARCHIVE}`]
      : []),
    ...driverOptions(submit),
    '-cp',
    classPath,
    'org.apache.spark.deploy.SparkSubmit',
    ...shellWords(submit.sparkSubmitParameters).filter(
      (word, index, words) => !isMemory(word) && !isMemory(words[index + 1]),
    ),
    '--master',
    cluster?.master ?? `local[${platform.cores}]`,
    ...settings.flatMap((setting) => ['--conf', setting]),
    submit.entryPoint,
    ...submit.entryPointArguments,
  ];
}

/** Returns the JVM options of the driver that EMR would set in its environment. Here the driver is the JVM that is started. */
function driverOptions({ sparkSubmitParameters }: SparkSubmit): string[] {
  const setting = shellWords(sparkSubmitParameters).find((word) =>
    word.startsWith(`${DRIVER_JAVA_OPTIONS}=`),
  );
  return setting === undefined ? [] : setting.slice(DRIVER_JAVA_OPTIONS.length + 1).split(' ');
}

/** The JVM options of this machine set the memory of the driver. For this setting spark-submit would start a second JVM. */
const isMemory = (word: string | undefined): boolean => word?.startsWith('spark.driver.memory=') ?? false;

function platformSettings({ awsEndpoint, directory }: Platform): string[] {
  const files = { 'spark.local.dir': join(directory, 'spark') };
  const bucket = awsEndpoint && {
    'spark.hadoop.fs.s3.impl': 'org.apache.hadoop.fs.s3a.S3AFileSystem',
    'spark.hadoop.fs.s3a.endpoint': awsEndpoint,
    'spark.hadoop.fs.s3a.endpoint.region': REGION,
    'spark.hadoop.fs.s3a.path.style.access': 'true',
    'spark.hadoop.fs.s3a.connection.ssl.enabled': 'false',
    'spark.hadoop.fs.s3a.create.performance': 'true',
    'spark.hadoop.fs.s3a.buffer.dir': join(directory, 's3a'),
    'spark.hadoop.fs.s3a.aws.credentials.provider':
      'software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider',
  };
  return Object.entries({ ...files, ...bucket }).map(([name, value]) => `${name}=${value}`);
}

/** Splits text into words as a shell does: at spaces outside quotes. */
export const shellWords = (text: string): string[] =>
  [...text.matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g)].map(([word]) => word.replaceAll(/["']/g, ''));
