import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { windowKey } from '../../lambdas/shared/contract/keys.ts';
import { Window } from '../../lambdas/shared/contract/schemas.ts';
import { compilerParameters } from '../../lambdas/train/compiler.ts';
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
  /** Options of the JVM in addition to those of this machine, for example `-Xmx8g`. */
  readonly jvmOptions?: readonly string[];
}

/**
 * Makes the arguments of `java` that run the Spark job on a directory instead of a bucket, with the compiler that train would
 * choose for its size.
 */
export const fileJobCommand = ({
  lake,
  directory,
  cores = 2,
  window = 1,
  attempt = 1,
  settings = {},
  jvmOptions = [],
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
        ...compilerParameters(interactionsOf(lake, window)),
      ].join(' '),
    },
    { awsEndpoint: undefined, cores, directory, jvmOptions },
  );

const interactionsOf = (lake: string, window: number): number =>
  Window.parse(JSON.parse(readFileSync(join(lake, windowKey(window)), 'utf8'))).totalInteractions;
