import type { Fields, Level, Log } from '../../lambdas/shared/log.ts';

export interface RecordedLine extends Fields {
  readonly level: Level;
  readonly message: string;
}

/** A log that remembers. */
export function recordingLog(): Log & { readonly lines: RecordedLine[] } {
  const lines: RecordedLine[] = [];
  const line =
    (level: Level) =>
    (message: string, fields: Fields = {}) =>
      void lines.push({ ...fields, level, message });
  return { lines, info: line('info'), warn: line('warn'), error: line('error') };
}
