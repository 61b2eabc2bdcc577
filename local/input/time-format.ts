/** Reads timestamps of one form. */
export interface TimeFormat {
  /** The form, as it is given on the command line. */
  readonly text: string;
  /** Returns ISO 8601 in UTC, or epoch ms; undefined if the text has another form. */
  read(text: string): string | number | undefined;
}

type Part = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'fraction' | 'half';

/** The letters of a form, as in Unicode's date patterns (https://unicode.org/reports/tr35/tr35-dates.html). */
const LETTERS: Readonly<Record<string, readonly [Part, string]>> = {
  yyyy: ['year', '\\d{4}'],
  yy: ['year', '\\d{2}'],
  MM: ['month', '\\d{1,2}'],
  M: ['month', '\\d{1,2}'],
  dd: ['day', '\\d{1,2}'],
  d: ['day', '\\d{1,2}'],
  HH: ['hour', '\\d{1,2}'],
  H: ['hour', '\\d{1,2}'],
  hh: ['hour', '\\d{1,2}'],
  h: ['hour', '\\d{1,2}'],
  mm: ['minute', '\\d{2}'],
  ss: ['second', '\\d{2}'],
  SSS: ['fraction', '\\d{1,3}'],
  a: ['half', '[AaPp]\\.?[Mm]\\.?'],
};
const SECONDS = 'seconds';

/**
 * Reads the form of a file's timestamps: the letters of a date with what stands between them, or `seconds` since 1970. Times
 * are in UTC.
 *
 * @throws {Error} If a letter is unknown, or year, month or day is missing or twice; the message completes "should be …".
 *
 * @example parseTimeFormat('d/M/yyyy H:mm').read('1/2/2019 8:26') // '2019-02-01T08:26:00.000Z'
 */
export function parseTimeFormat(text: string): TimeFormat {
  if (text === SECONDS) return { text, read: readSeconds };
  const parts: Part[] = [];
  const pattern = text.trim().replaceAll(/([A-Za-z])\1*|\s+|[^A-Za-z\s]/g, (piece) => {
    if (/^\s/.test(piece)) return '\\s+';
    // As in ISO 8601.
    if (piece === 'T') return piece;
    if (!/^[A-Za-z]/.test(piece)) return piece.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
    const [part, digits] = LETTERS[piece] ?? [];
    if (part === undefined || parts.includes(part)) throw new Error(EXPECTED);
    parts.push(part);
    return `(${digits})`;
  });
  if (!['year', 'month', 'day'].every((part) => parts.some((other) => other === part)))
    throw new Error(EXPECTED);
  const form = new RegExp(`^\\s*${pattern}\\s*$`);
  return {
    text,
    read(cell) {
      const match = form.exec(cell);
      return match
        ? toIso(Object.fromEntries(parts.map((part, index) => [part, match[index + 1]])))
        : undefined;
    },
  };
}

const EXPECTED =
  'yyyy or yy, M, d, H or h with a, mm, ss, SSS and what stands between them, such as d/M/yyyy H:mm, or seconds';

function toIso(values: Partial<Readonly<Record<Part, string>>>): string {
  const { year = '', month = '', day = '', minute = '0', second = '0', fraction = '0', half } = values;
  const hour = Number(values.hour ?? 0);
  const isAfternoon = half?.toLowerCase().startsWith('p');
  const hours = half === undefined ? hour : (hour % 12) + (isAfternoon ? 12 : 0);
  const two = (value: string | number): string => String(value).padStart(2, '0');
  return `${year.length === 2 ? `20${year}` : year}-${two(month)}-${two(day)}T${two(hours)}:${two(minute)}:${two(second)}.${fraction.padEnd(3, '0')}Z`;
}

function readSeconds(text: string): number | undefined {
  const seconds = /^\s*\d+(?:\.\d+)?\s*$/.test(text) ? Number(text) : Number.NaN;
  return Number.isNaN(seconds) ? undefined : Math.floor(seconds * 1000);
}

/**
 * Returns what `--time-format` should be for a timestamp that cannot be read.
 *
 * @returns A clause for the end of an error.
 */
export function timeFormatHint(text: string): string {
  const [, first, separator, second, rest = ''] =
    /^\s*(\d{1,2})([/.-])(\d{1,2})\2\d{2,4}(.*)$/s.exec(text) ?? [];
  if (separator !== undefined) {
    const year = /^\s*\d+\D\d+\D\d{4}/.test(text) ? 'yyyy' : 'yy';
    const clock = /^\s*$/.test(rest) ? '' : ` ${clockOf(rest)}`;
    const [dayFirst, monthFirst] = ['d', 'M'].map(
      (letter) => `${letter}${separator}${letter === 'd' ? 'M' : 'd'}${separator}${year}${clock}`,
    );
    if (Number(first) > 12) return `--time-format "${dayFirst}" reads it with the day first`;
    if (Number(second) > 12) return `--time-format "${monthFirst}" reads it with the month first`;
    return `it has two readings: say which with --time-format "${dayFirst}" or --time-format "${monthFirst}"`;
  }
  if (/^\s*\d{9,10}(?:\.\d+)?\s*$/.test(text)) return '--time-format seconds reads it as seconds since 1970';
  return '--time-format names another form, such as "d/M/yyyy H:mm"';
}

function clockOf(rest: string): string {
  const isHalf = /m\.?\s*$/i.test(rest);
  return `${isHalf ? 'h' : 'H'}:mm${/:\d+:/.test(rest) ? ':ss' : ''}${isHalf ? ' a' : ''}`;
}
