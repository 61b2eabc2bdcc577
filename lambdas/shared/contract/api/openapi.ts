import * as z from 'zod';
import type { BodyContract, Operation } from './operation.ts';
import { OPERATIONS } from './operations.ts';
import { Problem } from './problem.ts';
import { type OperationId, ROUTES, type Route, SCOPES } from './routes.ts';

/** How the document says that requests are authorised. */
export type DocumentedAuth = 'iam' | 'jwt' | 'none';

type Json = Readonly<Record<string, unknown>>;

/** The version of the API. A change that breaks callers is a new first segment of the paths instead. */
const VERSION = '1.0.0';

const DESCRIPTION = `Asks for recommendations, sends sales, and sets attributes of products.

An id in a path is percent-encoded. Gateways decode \`%2F\`, and clients remove the segments \`.\` and \`..\`; so an id may also be
written as \`~\` and the base64url of its UTF-8, and an id that begins with \`~\` has to be.

Errors are problem details (RFC 9457) that name each wrong field, what it is, and what it should be. Errors of the gateway itself
(a missing signature or token, too many requests) have its own form, \`{"message": "…"}\`.`;

/**
 * Makes the OpenAPI 3.1 document of the whole API from the contracts of its operations.
 *
 * @param auth How requests are authorised where the document is served.
 * @param servers URLs of the API; without one, addresses are relative to the document.
 *
 * @example openapiDocument('iam').openapi // '3.1.1'
 */
export function openapiDocument(auth: DocumentedAuth, servers: readonly string[] = []): Json {
  const components = componentSchemas();
  const paths: Record<string, Record<string, unknown>> = {};
  for (const id of Object.keys(ROUTES) as OperationId[]) {
    const { path, method } = ROUTES[id];
    paths[path] ??= {};
    paths[path][method.toLowerCase()] = describe(id, auth);
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Cartograph',
      version: VERSION,
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: servers.length > 0 ? servers.map((url) => ({ url })) : [{ url: '/' }],
    tags: TAGS.map(([name, description]) => ({ name, description })),
    paths,
    components: { schemas: components, securitySchemes: SECURITY_SCHEMES[auth] },
  };
}

const TAGS = [
  ['serve', 'Ask'],
  ['collect', 'Send sales'],
  ['catalogue', 'Attributes of products'],
  ['erasures', 'Forget users'],
] as const;

const SECURITY_SCHEMES: Readonly<Record<DocumentedAuth, Json>> = {
  iam: {
    iam: {
      type: 'apiKey',
      name: 'Authorization',
      in: 'header',
      description: 'AWS Signature Version 4, service execute-api.',
      'x-amazon-apigateway-authtype': 'awsSigv4',
    },
  },
  jwt: {
    jwt: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: `A token of the configured issuer, with the scope of the operation: ${Object.entries(
        SCOPES,
      )
        .map(([scope, meaning]) => `\`${scope}\` (${meaning})`)
        .join(', ')}.`,
    },
  },
  none: {},
};

function describe(id: OperationId, auth: DocumentedAuth): Json {
  const route: Route = ROUTES[id];
  const contract: Operation = OPERATIONS[id];
  const parameters = [
    ...parametersOf(contract.params, 'path', contract),
    ...parametersOf(contract.query, 'query', contract),
    ...parametersOf(contract.headers, 'header', contract),
  ];
  return {
    operationId: id,
    tags: [route.stage],
    summary: contract.summary,
    description: contract.description,
    ...(parameters.length > 0 && { parameters }),
    ...(contract.body && { requestBody: requestBody(contract.body) }),
    responses: responsesOf(route, contract),
    ...(auth !== 'none' && { security: [{ [auth]: route.scope === null ? [] : [route.scope] }] }),
  };
}

type Place = 'path' | 'query' | 'header';

function parametersOf(schema: z.ZodObject | undefined, place: Place, { example = {} }: Operation): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = jsonSchema(schema, 'input') as {
    properties?: Record<string, { description?: string }>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...property }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description !== undefined && { description }),
    schema: property,
    ...(Object.hasOwn(example, name) && { example: example[name] }),
  }));
}

function requestBody({ description, schema, example, form }: BodyContract): Json {
  const content = { schema: jsonSchema(schema, 'input'), example };
  const line = Array.isArray(example) ? example[0] : example;
  return {
    required: true,
    description,
    content: {
      'application/json': content,
      ...(form === 'ndjson' && {
        'application/x-ndjson': { schema: { type: 'string' }, example: `${JSON.stringify(line)}\n` },
      }),
    },
  };
}

/** Headers of every answer that a cache may ask about again. */
const ETAG = {
  etag: {
    description: 'Changes with the run, the sales of the user, the catalogue and the request',
    schema: { type: 'string' },
  },
} as const;

function responsesOf({ method, stage }: Route, { replies, query }: Operation): Json {
  // Health, readiness and this document have no parameters, and no tag.
  const hasTag = method === 'GET' && stage === 'serve' && query !== undefined;
  const own = Object.entries(replies).map(([status, { description, schema, example }]) => [
    status,
    {
      description,
      ...(hasTag && { headers: ETAG }),
      ...(schema && {
        content: {
          'application/json': {
            schema: jsonSchema(schema, 'output'),
            ...(example !== undefined && { example }),
          },
        },
      }),
    },
  ]);
  return {
    ...Object.fromEntries(own),
    ...(hasTag && { 304: { description: 'The answer has the entity tag of If-None-Match' } }),
    default: {
      description: 'A problem',
      content: { 'application/problem+json': { schema: { $ref: reference('Problem') } } },
    },
  };
}

const reference = (id: string): string => `#/components/schemas/${id}`;

/** Makes a JSON Schema in which schemas with an id are references to the components. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const id = idOf(schema);
  if (id !== undefined) return { $ref: reference(id) };
  const { $schema: _, $defs: __, ...rest } = z.toJSONSchema(schema, OPTIONS(io)) as Record<string, unknown>;
  return withReferences(rest) as Json;
}

const OPTIONS = (io: 'input' | 'output') =>
  ({ io, target: 'draft-2020-12', unrepresentable: 'any' }) as const;

const idOf = (schema: z.ZodType): string | undefined => z.globalRegistry.get(schema)?.id;

/** zod writes references to definitions within the same document. */
function withReferences(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withReferences);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => {
      if (key === '$ref' && typeof inner === 'string')
        return [[key, inner.replace('#/$defs/', reference(''))]];
      return key === 'id' && typeof inner === 'string' ? [] : [[key, withReferences(inner)]];
    }),
  );
}

/** Collects the definitions of all schemas with an id. A schema is described as it is used: in requests or in answers. */
function componentSchemas(): Json {
  const found = new Map<string, unknown>();
  const collect = (schema: z.ZodType, io: 'input' | 'output') => {
    const { $schema: _, $defs = {}, ...own } = z.toJSONSchema(schema, OPTIONS(io)) as Record<string, unknown>;
    for (const [id, definition] of Object.entries($defs as Json)) found.set(id, withReferences(definition));
    const id = idOf(schema);
    // zod may write the schema itself as one of its definitions.
    if (id !== undefined && !Object.hasOwn($defs as Json, id)) found.set(id, withReferences(own));
  };
  for (const { params, query, headers, body, replies } of Object.values(OPERATIONS) as Operation[]) {
    for (const schema of [params, query, headers, body?.schema]) if (schema) collect(schema, 'input');
    for (const { schema } of Object.values(replies)) if (schema) collect(schema, 'output');
  }
  collect(Problem, 'output');
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}
