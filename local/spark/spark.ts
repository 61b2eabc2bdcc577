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

/** The environment of a JVM: files may have any name, which Java reads as the locale says. */
export const jvmEnvironment = (): Record<string, string> => ({
  PATH: process.env.PATH ?? '',
  LC_ALL: 'C.UTF-8',
});

const lines = (path: string): string[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');

/** A job and the JVM that it needs. */
export interface SparkProgram {
  /** Options of the JVM that this machine gives, without the class path. */
  readonly jvm: readonly string[];
  /** Options of the JVM that the job asks for; they suit a JVM that ends with the job. */
  readonly ownJvm: readonly string[];
  /** The jars of Spark, as `java -cp` takes them. */
  readonly classPath: string;
  readonly jar: string;
  readonly mainClass: string;
  /** Settings of Spark, the master included. Those of this machine replace those of the job. */
  readonly settings: Readonly<Record<string, string>>;
  readonly arguments: readonly string[];
}

/**
 * Describes a job for this machine. Creates the directory for temporary files.
 *
 * @throws {Error} If a parameter of `spark-submit` is neither `--class` nor `--conf`.
 */
export function sparkProgram(submit: SparkSubmit, platform: Platform): SparkProgram {
  const { classPath = `${SPARK_RUNTIME}/*`, cluster } = platform;
  const { mainClass, settings } = parseParameters(submit.sparkSubmitParameters);
  const temporary = join(platform.directory, 'tmp');
  mkdirSync(temporary, { recursive: true });
  return {
    jvm: [
      ...lines(SPARK_JVM_OPTIONS),
      ...(platform.jvmOptions ?? []),
      `-Djava.io.tmpdir=${temporary}`,
      // The JVM writes performance data to /tmp and ignores java.io.tmpdir.
      '-XX:-UsePerfData',
      // The JVM ignores an archive that was made with another class path, but reads it first.
      ...(platform.classPath === undefined && existsSync(CDS_ARCHIVE)
        ? [`-XX:SharedArchiveFile=${CDS_ARCHIVE}`]
        : []),
    ],
    // EMR sets them in the environment of the driver, which here is the JVM that is started.
    ownJvm: settings[DRIVER_JAVA_OPTIONS]?.split(' ') ?? [],
    classPath,
    jar: submit.entryPoint,
    mainClass,
    settings: {
      ...settings,
      ...Object.fromEntries(lines(SPARK_CONF).map(nameAndValue)),
      ...platformSettings(platform),
      ...(cluster ? clusterSettings(cluster) : {}),
      'spark.master': cluster?.master ?? `local[${platform.cores}]`,
    },
    arguments: submit.entryPointArguments,
  };
}

/** Makes the arguments of `java` that run a job by spark-submit, which also sends its jar to the workers of a cluster. */
export function sparkCommand(submit: SparkSubmit, platform: Platform): string[] {
  const { jvm, ownJvm, classPath, jar, mainClass, settings, arguments: own } = sparkProgram(submit, platform);
  return [
    ...jvm,
    ...ownJvm,
    '-cp',
    classPath,
    'org.apache.spark.deploy.SparkSubmit',
    '--class',
    mainClass,
    ...Object.entries(settings).flatMap(([name, value]) => ['--conf', `${name}=${value}`]),
    jar,
    ...own,
  ];
}

function parseParameters(parameters: string): Pick<SparkProgram, 'mainClass' | 'settings'> {
  const words = shellWords(parameters);
  let mainClass = '';
  const settings: Record<string, string> = {};
  for (let at = 0; at < words.length; at += 2) {
    const [option = '', value = ''] = words.slice(at, at + 2);
    if (option === '--class') mainClass = value;
    else if (option === '--conf') {
      const [name, set] = nameAndValue(value);
      // The JVM options of this machine set the memory of the driver. For this setting spark-submit would start a second JVM.
      if (name !== 'spark.driver.memory') settings[name] = set;
    } else throw new Error(`Cannot run the job: parameter ${option} should be --class or --conf`);
  }
  return { mainClass, settings };
}

function nameAndValue(setting: string): [name: string, value: string] {
  const at = setting.indexOf('=');
  return [setting.slice(0, at), setting.slice(at + 1)];
}

function platformSettings({ awsEndpoint, directory }: Platform): Record<string, string> {
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
  return { ...files, ...bucket };
}

/** Splits text into words as a shell does: at spaces outside quotes. */
export const shellWords = (text: string): string[] =>
  [...text.matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g)].map(([word]) => word.replaceAll(/["']/g, ''));
