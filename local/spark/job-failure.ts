import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { tail } from '../process/child.ts';

/**
 * Describes why a job failed, for `stateDetails`: how it ended, the last error that it logged, and the last lines, without stack
 * frames, of its log, or of its JVM's if the job printed nothing.
 *
 * @param how "exit code 1"
 */
export function describeFailure(
  how: string,
  { logPath: ofJob, jvmLog }: { readonly logPath: string; readonly jvmLog: string },
): string {
  const logPath = [ofJob, jvmLog].find(
    (path) => existsSync(path) && readFileSync(path, 'utf8').trim() !== '',
  );
  return logPath === undefined ? how : `${how}${errorIn(logPath)}; ${tail(logPath)}`;
}

const ErrorLine = z.object({ level: z.literal('error'), message: z.string() });

/**
 * Returns the last error that a job logged, after a colon, or an empty text. The last lines of a log are not enough: what
 * Spark logs while it shuts down can push the error out of them.
 */
function errorIn(logPath: string): string {
  for (const line of readFileSync(logPath, 'utf8').split('\n').reverse()) {
    if (!line.startsWith('{')) continue;
    try {
      const error = ErrorLine.safeParse(JSON.parse(line));
      if (error.success) return `: ${error.data.message}`;
    } catch {
      // The line only looks like a record of the log, or the job was killed while it wrote it.
    }
  }
  return '';
}
