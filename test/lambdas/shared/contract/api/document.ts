import * as z from 'zod';
import { openapiDocument } from '../../../../../lambdas/shared/contract/api/openapi.ts';
import { type OperationId, ROUTES } from '../../../../../lambdas/shared/contract/api/routes.ts';

export type JsonSchema = { readonly [key: string]: unknown };

export interface DocumentedParameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: JsonSchema;
  readonly example?: unknown;
}

interface Content {
  readonly schema: JsonSchema;
  readonly example?: unknown;
}

/** The parts of an operation in the document that tests read. */
export interface DocumentedOperation {
  readonly operationId: OperationId;
  readonly parameters?: readonly DocumentedParameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Content>> };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, Content>>; readonly headers?: object }>
  >;
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
}

/** The document as a caller reads it: plain JSON. */
export const DOCUMENT = JSON.parse(JSON.stringify(openapiDocument('none'))) as {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
};

export const documented = (id: OperationId): DocumentedOperation => {
  const { path, method } = ROUTES[id];
  const operation = DOCUMENT.paths[path]?.[method.toLowerCase()];
  if (!operation) throw new Error(`${method} ${path} is not in the document`);
  return operation;
};

const REFERENCE = '#/components/schemas/';

/** Follows a reference to a component. */
export function resolve(schema: JsonSchema): JsonSchema {
  const { $ref } = schema;
  if (typeof $ref !== 'string') return schema;
  const found = DOCUMENT.components.schemas[$ref.replace(REFERENCE, '')];
  if (!found) throw new Error(`${$ref} is not in the document`);
  return resolve(found);
}

const inlined = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(inlined);
  if (typeof value !== 'object' || value === null) return value;
  if ('$ref' in value) return inlined(resolve(value as JsonSchema));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inlined(inner)]));
};

const validators = new Map<JsonSchema, z.ZodType>();

/** Checks a value by a schema of the document, not by the schema that the document was made from. */
export function check(schema: JsonSchema, value: unknown): void {
  const validator =
    validators.get(schema) ?? z.fromJSONSchema(inlined(schema) as Parameters<typeof z.fromJSONSchema>[0]);
  validators.set(schema, validator);
  const result = validator.safeParse(value);
  if (result.success) return;
  const { path, message } = result.error.issues[0] ?? { path: [], message: '' };
  throw new Error(`${path.join('.')}: ${message} in ${JSON.stringify(value).slice(0, 500)}`);
}

export interface AnyReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Checks an answer by the document: its status, its headers, its content type and its body.
 *
 * @throws {Error} If the document does not allow it.
 */
export function checkReply(id: OperationId, { status, headers, body }: AnyReply): void {
  const { responses } = documented(id);
  const response = responses[status] ?? (status >= 400 ? responses.default : undefined);
  if (!response) throw new Error(`${id} answered ${status}, which is not in the document`);
  for (const name of Object.keys(response.headers ?? {}))
    if (headers[name] === undefined) throw new Error(`${id} answered ${status} without the header ${name}`);
  const type = headers['content-type']?.split(';')[0];
  if (!response.content) {
    if (body !== '') throw new Error(`${id} answered ${status} with a body`);
    return;
  }
  const content = response.content[type ?? ''];
  if (!content)
    throw new Error(`${id} answered ${status} as ${type}, should be ${Object.keys(response.content)}`);
  check(content.schema, JSON.parse(body));
}
