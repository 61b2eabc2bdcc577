import type { Fields, Level, Log } from '../../lambdas/shared/platform/log.ts';
import type { Measured } from '../../lambdas/shared/platform/metrics.ts';

export interface RecordedLine extends Fields {
  readonly level: Level;
  readonly message: string;
}

/** A log that keeps its lines and metrics. */
export function recordingLog(): Log & {
  readonly lines: RecordedLine[];
  readonly measured: Measured[];
} {
  const lines: RecordedLine[] = [];
  const measured: Measured[] = [];
  const line =
    (level: Level) =>
    (message: string, fields: Fields = {}) =>
      void lines.push({ ...fields, level, message });
  return {
    lines,
    measured,
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    measure: (numbers) => void measured.push(numbers),
  };
}
