import type { Helper, Stage } from '../contract/stages.ts';
import { type Measured, metricsLine } from './metrics.ts';

export type Level = 'info' | 'warn' | 'error';

/** Fields of one line. `window`, `object` and `requestId` are named alike in every stage. */
export interface Fields {
  readonly requestId?: string;
  readonly window?: number;
  readonly object?: string;
  readonly [name: string]: unknown;
}

export interface Log {
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  /** Something a person must look at: it becomes an alarm. */
  error(message: string, fields?: Fields): void;
  /** Numbers that become metrics; lost where no function name is known, for nobody could find them. */
  measure(measured: Measured): void;
}

/**
 * One JSON object per line: level, stage, message, then the fields. An `error` field that is an Error is
 * written as name, message, stack and cause.
 *
 * @param context Fields of every line; `functionName` is told with the metrics only.
 * @param write Where a line goes; standard output unless a test wants it.
 */
export function createLog(
  stage: Stage | Helper,
  { functionName, ...context }: Fields & { readonly functionName?: string } = {},
  write: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
): Log {
  const line =
    (level: Level) =>
    (message: string, fields: Fields = {}) =>
      write(JSON.stringify({ level, stage, message, ...context, ...fields }, expandErrors));
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
