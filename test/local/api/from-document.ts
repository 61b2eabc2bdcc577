import fc from 'fast-check';
import type { OperationId } from '../../../lambdas/shared/contract/api/routes.ts';
import { ROUTES } from '../../../lambdas/shared/contract/api/routes.ts';
import { documented, type JsonSchema, resolve } from '../../lambdas/shared/contract/api/document.ts';

/** A request that a generator has made. */
export interface Generated {
  /** Undefined if the address is of no operation. */
  readonly operation: OperationId | undefined;
  readonly method: string;
  /** Path and query, percent-encoded. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
  /** Whether every part is what the document asks for; otherwise one part is not, or may not be. */
  readonly isValid: boolean;
}

/** Ids that have been trouble somewhere, and the products of the shop. */
const IDS = [
  '__proto__',
  'constructor',
  'a/b',
  '🦆',
  '..',
  '.',
  '~',
  '%2F',
  '\u0000',
  ' ',
  'p000',
  'p001',
  'u000',
  'u007',
  '"',
  '\u202e',
];

const text = ({ minLength = 0, maxLength = 40 }: { minLength?: number; maxLength?: number }) =>
  fc.oneof(
    fc.constantFrom(...IDS).filter(({ length }) => length >= minLength && length <= maxLength),
    fc
      .string({ minLength, maxLength: Math.min(maxLength, 40), unit: 'grapheme' })
      .filter((value) => value.length >= minLength && value.length <= maxLength && value.isWellFormed()),
  );

/** Makes values that a schema of the document allows. */
export function valuesOf(given: JsonSchema): fc.Arbitrary<unknown> {
  const schema = resolve(given) as JsonSchema & {
    type?: string | string[];
    enum?: unknown[];
    const?: unknown;
    anyOf?: JsonSchema[];
    oneOf?: JsonSchema[];
    items?: JsonSchema;
    minimum?: number;
    maximum?: number;
    minLength?: number;
    maxLength?: number;
    minItems?: number;
    format?: string;
    pattern?: string;
  };
  const either = schema.anyOf ?? schema.oneOf;
  if (either) return fc.oneof(...either.map(valuesOf));
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if ('const' in schema) return fc.constant(schema.const);
  const [type, ...types] = [schema.type ?? 'object'].flat();
  if (types.length > 0) return fc.oneof(...[type, ...types].map((one) => valuesOf({ ...schema, type: one })));
  const { minimum: min, maximum: max } = schema;
  switch (type) {
    case 'string':
      if (schema.format === 'date-time')
        return fc
          .date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
          .map((date) => date.toISOString());
      return schema.pattern ? fc.stringMatching(new RegExp(schema.pattern)) : text(schema);
    case 'integer':
      return fc.integer({ min: Math.max(min ?? -1e6, -(2 ** 31)), max: Math.min(max ?? 1e6, 2 ** 31 - 1) });
    case 'number':
      // The document cannot say "other than 0".
      return fc.double({ min: min ?? -1e6, max: max ?? 1e6, noNaN: true }).filter((value) => value !== 0);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(valuesOf(schema.items ?? {}), { minLength: schema.minItems ?? 0, maxLength: 4 });
    default:
      return objectsOf(schema);
  }
}

function objectsOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  const { properties = {}, required = [] } = schema as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return fc.record(
    Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, valuesOf(property)])),
    { requiredKeys: required },
  );
}

/** Values that are seldom what a field should be. */
const junk = fc.oneof(
  fc.constantFrom<unknown>(null, '', [], {}, true, 0, -1, 1e308, 1.5, '\u0000', 'x'.repeat(2000), 'NaN', [
    [[[[]]]],
  ]),
  fc.jsonValue({ maxDepth: 3 }),
  fc.constant(JSON.parse('{"__proto__":{"n":1},"constructor":1}') as unknown),
);

/** Replaces a part of a JSON value by junk, at one of its places. */
function spoiled(value: unknown): fc.Arbitrary<unknown> {
  if (typeof value !== 'object' || value === null) return junk;
  const keys = Object.keys(value);
  if (keys.length === 0) return junk;
  const change = (key: string, inner: unknown): unknown =>
    Array.isArray(value) ? value.with(Number(key), inner) : { ...value, [key]: inner };
  return fc.oneof(
    junk,
    fc
      .constantFrom(...keys)
      .chain((key) => spoiled((value as Record<string, unknown>)[key]).map((inner) => change(key, inner))),
    junk.map((inner) => (Array.isArray(value) ? [...value, inner] : { ...value, unheardOf: inner })),
  );
}

const encoded = (id: string): string =>
  encodeURIComponent(id).replace(/^\.{1,2}$/, (dots) => dots.replaceAll('.', '%2E'));

/** Makes requests of an operation: most are valid, others have a part that is not. */
export function requestsOf(id: OperationId): fc.Arbitrary<Generated> {
  const { parameters = [], requestBody } = documented(id);
  const { method, path } = ROUTES[id];
  const schema = requestBody?.content['application/json']?.schema;
  const values = fc.record({
    // An id that begins with ~ is written in another way.
    params: recordOf(parameters, 'path').map((all) =>
      Object.fromEntries(
        Object.entries(all).map(([name, value]) => [name, String(value).replace(/^~/, '-')]),
      ),
    ),
    query: recordOf(parameters, 'query'),
    body: schema ? valuesOf(schema) : fc.constant(undefined),
  });
  const toRequest = ({ params, query, body }: Parts, isValid: boolean): Generated => ({
    operation: id,
    method,
    url: `${path.replace(/\{(\w+)\}/g, (_, name: string) => encoded(String(params[name])))}${queryOf(query)}`,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: body === undefined ? undefined : Buffer.from(JSON.stringify(body)),
    isValid,
  });
  return fc.oneof(
    { arbitrary: values.map((parts) => toRequest(parts, true)), weight: 3 },
    { arbitrary: values.chain(wrongParts).map((parts) => toRequest(parts, false)), weight: 3 },
    { arbitrary: values.chain((parts) => wrongBytes(toRequest(parts, false))), weight: 1 },
  );
}

interface Parts {
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

function recordOf(
  parameters: readonly { name: string; in: string; required: boolean; schema: JsonSchema }[],
  place: string,
): fc.Arbitrary<Record<string, unknown>> {
  const own = parameters.filter((parameter) => parameter.in === place);
  return fc.record(Object.fromEntries(own.map(({ name, schema }) => [name, valuesOf(schema)])), {
    requiredKeys: own.filter(({ required }) => required).map(({ name }) => name),
  });
}

function queryOf(query: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one) => [name, one]),
  );
  return pairs.length === 0
    ? ''
    : `?${pairs.map(([name, value]) => `${encodeURIComponent(String(name))}=${encodeURIComponent(safe(value))}`).join('&')}`;
}

const safe = (value: unknown): string =>
  (typeof value === 'object' ? JSON.stringify(value) : String(value)).toWellFormed();

const wrongParts = (parts: Parts): fc.Arbitrary<Parts> =>
  fc.oneof(
    spoiled(parts.query).map((query) => ({
      ...parts,
      query: typeof query === 'object' && query !== null ? { ...query } : { n: query },
    })),
    ...(parts.body === undefined ? [] : [spoiled(parts.body).map((body) => ({ ...parts, body }))]),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }).map((id) => ({
      ...parts,
      params: Object.fromEntries(Object.keys(parts.params).map((name) => [name, id.toWellFormed()])),
    })),
  );

/** Another method, path, content type, header or body than any caller should send. */
const wrongBytes = (request: Generated): fc.Arbitrary<Generated> =>
  fc.oneof(
    fc
      .constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS')
      .map((method) => ({ ...request, method, operation: undefined })),
    fc.webPath().map((path) => ({ ...request, url: `/v1${path}`, operation: undefined })),
    fc
      .constantFrom(
        '/v1/users/%/history',
        '/v1/users/~!/history',
        '/v1//',
        '//',
        '/v1/popular?%',
        '/v1/popular?n=%ff',
      )
      .map((url) => ({
        ...request,
        url,
        operation: undefined,
      })),
    fc
      .constantFrom('text/plain', 'application/x-ndjson', 'application/json; charset=latin1', '', '{}')
      .map((type) => ({
        ...request,
        headers: { ...request.headers, 'content-type': type },
      })),
    fc.constantFrom('*', '""', 'W/"x"', ',', 'x'.repeat(3000)).map((tag) => ({
      ...request,
      headers: { ...request.headers, 'if-none-match': tag, 'idempotency-key': tag },
    })),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => ({
      ...request,
      headers: { ...request.headers, 'content-type': 'application/json' },
      body: Buffer.from(bytes),
    })),
  );
