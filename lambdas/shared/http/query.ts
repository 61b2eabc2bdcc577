import type * as z from 'zod';
import type { FieldProblem } from '../contract/api/problem.ts';

/** A decimal number, as JSON has it. */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * Reads the query by the schema of its parameters: text becomes a number or a boolean where the schema wants one, and a parameter
 * that is repeated becomes an array. A text that is neither stays as it is, and the schema then refuses it.
 *
 * @returns The values, and the parameters that the schema does not have or that are repeated by mistake.
 */
export function readQuery(
  query: URLSearchParams,
  schema: z.ZodObject | undefined,
): { readonly values: Readonly<Record<string, unknown>>; readonly problems: FieldProblem[] } {
  const values: Record<string, unknown> = Object.create(null);
  const problems: FieldProblem[] = [];
  const shape = schema?.shape ?? {};
  for (const name of new Set(query.keys())) {
    const texts = query.getAll(name);
    const kind = Object.hasOwn(shape, name) ? kindOf(shape[name]) : undefined;
    if (kind === undefined)
      problems.push({
        in: 'query',
        field: name.slice(0, 100),
        is: 'not a known parameter',
        shouldBe: known(shape),
      });
    else if (kind === 'array') values[name] = texts;
    else if (texts.length > 1)
      problems.push({ in: 'query', field: name, is: `given ${texts.length} times`, shouldBe: 'given once' });
    else values[name] = toValue(texts[0] ?? '', kind);
  }
  return { values, problems };
}

const known = (shape: Readonly<Record<string, unknown>>): string => {
  const names = Object.keys(shape);
  return names.length === 0 ? 'left out' : `one of ${names.join(', ')}`;
};

/** The type of a parameter below `optional` and `default`. */
function kindOf(schema: unknown): string {
  let current = schema as { def: { type: string; innerType?: unknown } };
  while (current.def.innerType !== undefined) current = current.def.innerType as typeof current;
  return current.def.type;
}

function toValue(text: string, kind: string): unknown {
  if (kind === 'number' && NUMBER.test(text)) return Number(text);
  if (kind === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}
