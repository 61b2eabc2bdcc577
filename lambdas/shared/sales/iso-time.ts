/**
 * ISO 8601 with a zone, extended or basic, and what databases and spreadsheets make of it: a blank instead of the T, blanks
 * around the time and before the zone, a zone of hours alone, and UTC or GMT instead of Z.
 */
const ISO =
  /^\s*(\d{4})(-?)(\d\d)\2(\d\d)(?:[Tt]|\s+)(\d\d)(?:(:?)(\d\d)(?:\6(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(?:Z|UTC|GMT|([+\-−])(\d\d)(?::?(\d\d))?)\s*$/i;

/**
 * Parses a moment in ISO 8601 with a zone. `Date.parse` would read February 30 as March 2.
 *
 * @returns Epoch ms, UTC, the fraction of a millisecond cut off; undefined if the text is not such a moment.
 *
 * @example isoToMs('2019-02-07 13:02:17 +0100') // 1549540937000
 */
export function isoToMs(text: string): number | undefined {
  const match = ISO.exec(text);
  if (!match) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[3]), Number(match[4])];
  const isDate = year >= 1000 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
  const [hour, minute, second] = [Number(match[5]), Number(match[7] ?? 0), Number(match[8] ?? 0)];
  const [zoneHour, zoneMinute] = [Number(match[11] ?? 0), Number(match[12] ?? 0)];
  if (!isDate || hour > 23 || minute > 59 || second > 59 || zoneHour > 23 || zoneMinute > 59)
    return undefined;
  const ms = Number((match[9] ?? '').slice(0, 3).padEnd(3, '0'));
  const zoneMs =
    (match[10] === '+' || match[10] === undefined ? 1 : -1) * (zoneHour * 60 + zoneMinute) * 60_000;
  return Date.UTC(year, month - 1, day, hour, minute, second, ms) - zoneMs;
}

/** Returns the number of days of a month from 1 to 12. */
export const daysIn = (year: number, month: number): number =>
  month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
    ? 29
    : (DAYS_IN_MONTH[month - 1] ?? 0);
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
