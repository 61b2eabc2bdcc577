import type { ColumnMap } from './column-map.ts';
import type { TimeFormat } from './time-format.ts';

/** How a file of sales is read. Without any, the file says so itself. */
export interface InputOptions {
  /** The file's column, or field, for each field of a sale. */
  readonly map?: ColumnMap | undefined;
  /** A label of https://encoding.spec.whatwg.org, such as `windows-1252`; UTF-8 or the byte order mark's if undefined. */
  readonly encoding?: string | undefined;
  /** The form of its timestamps; ISO 8601 if undefined. */
  readonly timeFormat?: TimeFormat | undefined;
  /** Reads ids such as `17850.0` in text files as `17850`. */
  readonly integerIds?: boolean | undefined;
  /** Keeps the names of the fields of JSON, although a map is given. */
  readonly keepsFields?: boolean | undefined;
  /** Number of records at its beginning that are left out. */
  readonly skip?: number | undefined;
}

/** An error that says by itself what is wrong with a file. */
export class InputError extends Error {}
