import { JOB_JAR } from '../process/paths.ts';
import { sparkCommand } from './spark.ts';

export interface FileJob {
  /** A directory that `writeFileLake` has written. */
  readonly lake: string;
  /** For Spark's temporary files. */
  readonly directory: string;
  readonly cores?: number;
  readonly window?: number;
  readonly attempt?: number;
  /** Settings of Spark in addition to those of this machine. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Makes the arguments of `java` that run the Spark job on a directory instead of a bucket. */
export const fileJobCommand = ({
  lake,
  directory,
  cores = 2,
  window = 1,
  attempt = 1,
  settings = {},
}: FileJob): string[] =>
  sparkCommand(
    {
      entryPoint: JOB_JAR,
      entryPointArguments: [
        '--lake',
        `file://${lake}`,
        '--window',
        String(window),
        '--attempt',
        String(attempt),
      ],
      sparkSubmitParameters: [
        '--class cartograph.TrainJob',
        ...Object.entries(settings).map(([name, value]) => `--conf ${name}=${value}`),
      ].join(' '),
    },
    { awsEndpoint: undefined, cores, directory },
  );
