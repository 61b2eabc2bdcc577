import { setTimeout as sleep } from 'node:timers/promises';
import type { LogLine } from './stage-logs.ts';

const READ_EVERY_MS = 2_000;
const MAX_DETAILS = 300;

export interface Reader {
  /** Reads what was logged since the last call; empty if nothing was. */
  read(): Promise<readonly LogLine[]>;
}

/**
 * Shows the stages' warnings and errors as they are logged. Logs that cannot be read are reported once, until they can
 * be read again.
 *
 * @param show Called with one line at a time.
 * @returns A function that stops following the logs.
 */
export function followLogs(
  readers: readonly Reader[],
  show: (text: string) => void,
  everyMs = READ_EVERY_MS,
): () => void {
  const ending = new AbortController();
  for (const reader of readers) void follow(reader, show, everyMs, ending.signal);
  return () => ending.abort();
}

async function follow(
  reader: Reader,
  show: (text: string) => void,
  everyMs: number,
  signal: AbortSignal,
): Promise<void> {
  let isReadable = true;
  while (!signal.aborted) {
    try {
      const lines = await reader.read();
      isReadable = true;
      // Errors that are read during the shutdown are caused by it.
      if (!signal.aborted) for (const line of lines) show(formatLine(line));
    } catch (error) {
      if (isReadable && !signal.aborted)
        show(`Cannot read the logs: ${error instanceof Error ? error.message : error}; trying again`);
      isReadable = false;
    }
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

const formatLine = ({ stage, message, error }: LogLine): string =>
  `${stage}: ${message}${error === undefined ? '' : `: ${JSON.stringify(error).slice(0, MAX_DETAILS)}`}`;
