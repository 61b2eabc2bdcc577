import type * as z from 'zod';
import type { FieldProblem } from '../contract/api/problem.ts';
import { counted } from '../contract/numbers.ts';

type Place = FieldProblem['in'];
type Issue = z.core.$ZodIssue;

const MAX_SHOWN = 100;

/** Formats a value for a problem, shortened. Objects and arrays are only named. */
export function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value.slice(0, MAX_SHOWN + 1)) : String(value);
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`;
}

/**
 * Says for each issue of a failed check which field is wrong, what it is, and what it should be.
 *
 * @param input The checked value.
 */
export function fieldProblems(
  issues: readonly Issue[],
  { place, input }: { readonly place: Place; readonly input: unknown },
): FieldProblem[] {
  return issues.flatMap((issue) => {
    const value = valueAt(input, issue.path);
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({
        in: place,
        field: [...issue.path, key].join('.').slice(0, MAX_SHOWN),
        is: 'not a known field',
        shouldBe: 'left out',
      }));
    return [
      {
        in: place,
        field: issue.path.join('.').slice(0, MAX_SHOWN),
        is: shown(value),
        shouldBe: expected(issue),
      },
    ];
  });
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

const UNITS: Readonly<Record<string, string>> = { string: 'character', array: 'element' };

/** Formats a limit with its unit: `1 character`. */
function limit(value: number | bigint, origin: string): string {
  const unit = UNITS[origin];
  return unit === undefined ? String(value) : counted(Number(value), unit);
}

function expected(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return article(issue.expected === 'int' ? 'whole number' : issue.expected);
    case 'too_small':
      return `${issue.inclusive ? 'at least' : 'more than'} ${limit(issue.minimum, issue.origin)}`;
    case 'too_big':
      return `${issue.inclusive ? 'at most' : 'less than'} ${limit(issue.maximum, issue.origin)}`;
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_union':
      return [...new Set(issue.errors.flatMap((errors) => errors.slice(0, 1).map(expected)))].join(', or ');
    case 'invalid_format':
      // A pattern says nothing to a caller; its message does.
      return issue.format === 'regex' ? issue.message : `a valid ${issue.format}`;
    default:
      return issue.message;
  }
}

const article = (noun: string): string => `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
