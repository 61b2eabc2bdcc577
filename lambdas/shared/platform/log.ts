import type { Helper, RequestStage, Stage } from '../contract/stages.ts';
import { type Measured, metricsLine } from './metrics.ts';

export type Level = 'info' | 'warn' | 'error';

/** Fields of a log line. All stages use the same names for `window`, `object` (a key in the bucket) and `requestId`. */
export interface Fields {
  readonly requestId?: string;
  readonly window?: number;
  readonly object?: string;
  readonly [name: string]: unknown;
}

export interface Log {
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  /** Logs a fault that a person must look at; it raises an alarm. */
  error(message: string, fields?: Fields): void;
  /**
   * Logs values that become metrics. Does nothing in a log without a function name, which the metrics need as their
   * dimension.
   */
  measure(measured: Measured): void;
}

/**
 * Creates a log that writes one JSON object per line: level, stage, message, then the fields. A field with one of these
 * three names is dropped. An Error in a field becomes an object of its name, message, stack and cause.
 *
 * @param context Fields of every line, except for `functionName`, which only the metrics contain.
 * @param write Writes a line; to standard output by default.
 */
export function createLog(
  stage: Stage | RequestStage | Helper,
  { functionName, ...context }: Fields & { readonly functionName?: string } = {},
  write: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
): Log {
  const line =
    (level: Level) =>
    (message: string, fields: Fields = {}) => {
      const own = { level, stage, message };
      // `own` comes first for the order of the keys, and last so that no field replaces it.
      write(JSON.stringify({ ...own, ...context, ...fields, ...own }, expandErrors));
    };
  return {
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    measure(measured) {
      const metrics = functionName && metricsLine(stage, functionName, measured, Date.now());
      if (metrics) write(metrics);
    },
  };
}

function expandErrors(_name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (!(value instanceof Error)) return value;
  const { name, message, stack, cause } = value;
  return cause === undefined ? { name, message, stack } : { name, message, stack, cause };
}
