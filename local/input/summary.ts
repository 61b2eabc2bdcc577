import { counted, grouped } from '../../lambdas/shared/contract/numbers.ts';
import { printable } from '../terminal/printable.ts';
import { FIRST_RECORDS, type Found, type InputSummary } from './check.ts';

/** Kinds of rejections that are shown; the others are added up. */
const SHOWN_KINDS = 5;
const MAX_REASON = 200;

/** Describes for people how a file is read, and what will be rejected or left out. @returns Lines without indentation. */
export function describeInput(summary: InputSummary): string[] {
  const { path, form, encoding, records, leftOut, absent, fractions } = summary;
  const encoded = encoding === '' || encoding === 'utf-8' ? '' : ` in ${encoding}`;
  // After a comma, the form names the header's line.
  const place = form === 'Parquet' ? 'row' : 'line';
  return [
    `${path} is ${encoded === '' ? form.replace(/,$/, '') : form}${encoded}: ${counted(records, 'record')}`,
    ...describeRejected(summary, place),
    ...leftOut.map(
      ({ kind, count, line, reason }) =>
        `  ${counted(count, 'sale')} will be stored without the ${kind}, such as ${place} ${grouped(line)}: ${printable(reason, MAX_REASON)}`,
    ),
    ...absent.map(
      (name) =>
        `  none of its first ${grouped(Math.min(records, FIRST_RECORDS))} records has the field ${printable(name)} of --map`,
    ),
    ...fractions.map(
      ({ kind, count, reason }) =>
        `  ${counted(count, 'sale')} of ${grouped(records)} with a ${kind} that ends in .0, such as ${printable(reason)}: if these are whole numbers, add --integer-ids`,
    ),
  ];
}

function describeRejected({ rejected, timeHint }: InputSummary, place: string): string[] {
  if (rejected.length === 0) return [];
  const others = rejected.slice(SHOWN_KINDS).reduce((sum, { count }) => sum + count, 0);
  return [
    ...rejected
      .slice(0, SHOWN_KINDS)
      .map(
        (found) =>
          `  ${grouped(found.count)} will be rejected, such as ${place} ${grouped(found.line)}: ${printable(found.reason, MAX_REASON)}${found.kind === 'timestamp' ? hintBeside(found, place, timeHint) : ''}`,
      ),
    ...(others > 0 ? [`  ${grouped(others)} more will be rejected for other reasons`] : []),
  ];
}

/** Returns the hint for the end of a line whose example may be another timestamp, which can be read. */
function hintBeside(example: Found, place: string, timeHint: InputSummary['timeHint']): string {
  if (timeHint === undefined) return '';
  const { line, text, hint } = timeHint;
  return line === example.line
    ? `; ${hint}`
    : `; ${printable(JSON.stringify(text))} in ${place} ${grouped(line)}: ${hint}`;
}
