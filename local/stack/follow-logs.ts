import { setTimeout as sleep } from 'node:timers/promises';
import type { LogLine } from './stage-logs.ts';

const READ_EVERY_MS = 2_000;
const MAX_DETAILS = 300;

/** What was logged since the last call. */
export interface Reader {
  read(): Promise<readonly LogLine[]>;
}

/**
 * Shows what the stages warn of or fail at, as it happens. That the logs cannot be read is told once, until they can
 * be read again.
 *
 * @returns a function that ends it
 */
export function followLogs(
  readers: readonly Reader[],
  tell: (text: string) => void,
  everyMs = READ_EVERY_MS,
): () => void {
  const ending = new AbortController();
  for (const reader of readers) void follow(reader, tell, everyMs, ending.signal);
  return () => ending.abort();
}

async function follow(
  reader: Reader,
  tell: (text: string) => void,
  everyMs: number,
  signal: AbortSignal,
): Promise<void> {
  let isReadable = true;
  while (!signal.aborted) {
    try {
      const lines = await reader.read();
      isReadable = true;
      // What is read while all stops comes of that.
      if (!signal.aborted) for (const line of lines) tell(described(line));
    } catch (error) {
      if (isReadable && !signal.aborted)
        tell(`Cannot read the logs: ${error instanceof Error ? error.message : error}; it is tried again`);
      isReadable = false;
    }
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

const described = ({ stage, message, error }: LogLine): string =>
  `${stage}: ${message}${error === undefined ? '' : `: ${JSON.stringify(error).slice(0, MAX_DETAILS)}`}`;
