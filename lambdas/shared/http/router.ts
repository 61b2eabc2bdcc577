import type * as z from 'zod';
import type { ApiRequest, Operation, Reply, StageRoutes } from '../contract/api/operation.ts';
import { OPERATIONS } from '../contract/api/operations.ts';
import { idOf } from '../contract/api/path-ids.ts';
import type { FieldProblem } from '../contract/api/problem.ts';
import type { OperationId } from '../contract/api/routes.ts';
import type { ApiStage } from '../contract/stages.ts';
import type { Log } from '../platform/log.ts';
import { type Authorisation, authorise } from './authorise.ts';
import { checkContentType, checkEncoding, checkSize, parseJsonBody } from './body.ts';
import { askerOf, type HttpRequest, type HttpResult, readEvent } from './event.ts';
import { fieldProblems } from './fields.ts';
import { matchRoute, operationOf } from './match.ts';
import { invalidRequest, ProblemError } from './problem-error.ts';
import { readQuery } from './query.ts';
import { resultOf } from './result.ts';

export interface RouterParts {
  readonly log: Log;
  readonly authorisation: Authorisation;
}

/** Answers an event of an HTTP API. */
export type Router = (event: unknown, parts: RouterParts) => Promise<HttpResult>;

type AnyRoute = (request: ApiRequest<never>) => Promise<Reply> | Reply;

/**
 * Creates the router of a stage: it finds the operation of a request, checks who asks and what, and lets the stage answer.
 *
 * Whatever is wrong becomes a problem (RFC 9457). A fault that is not a {@link ProblemError} is logged as an error and answered
 * with 500, without its message.
 */
export function createRouter<Stage extends ApiStage>(routes: StageRoutes<Stage>): Router {
  return async (event, { log, authorisation }) => {
    const request = readEvent(event);
    try {
      return await answer(request, routes as unknown as Readonly<Record<string, AnyRoute>>, authorisation);
    } catch (error) {
      const problem = error instanceof ProblemError ? error : unexpected(error);
      if (problem.status >= 500)
        log[problem.status === 500 ? 'error' : 'warn']('Cannot answer a request', {
          requestId: request.requestId,
          routeKey: request.routeKey,
          error: problem.cause ?? problem,
        });
      return resultOf(request, {
        status: problem.status,
        headers: {
          ...problem.headers,
          'content-type': 'application/problem+json',
          'cache-control': 'no-store',
        },
        body: problem.toProblem(request.requestId),
      });
    }
  };
}

const unexpected = (cause: unknown): ProblemError =>
  new ProblemError('internal-error', 'The request could not be answered because of a fault; the log has it', {
    cause,
  });

async function answer(
  request: HttpRequest,
  routes: Readonly<Record<string, AnyRoute>>,
  authorisation: Authorisation,
): Promise<HttpResult> {
  const matched = match(request);
  if (matched === undefined) return optionsOf(request);
  const [operation, params] = matched;
  const route = Object.hasOwn(routes, operation) ? routes[operation] : undefined;
  if (!route) throw notFound(request);
  const contract: Operation = OPERATIONS[operation];
  const ids = readIds(params, contract.params);
  const onlyUser = authorise(operation, ids.user, { caller: request.caller, authorisation });
  const checked = {
    operation,
    params: ids,
    ...readInputs(request, contract),
    headers: request.headers,
    bytes: request.bytes,
    claims: request.caller.token?.claims ?? {},
    onlyUser,
    requestedBy: askerOf(request.caller, onlyUser),
    requestId: request.requestId,
  };
  return resultOf(request, await route(checked as unknown as ApiRequest<never>));
}

/** @returns undefined for OPTIONS of an address that exists. @throws {ProblemError} 404 or 405. */
function match(request: HttpRequest): readonly [OperationId, Readonly<Record<string, string>>] | undefined {
  const { routeKey, method, path, pathParameters } = request;
  const operation = routeKey === undefined ? undefined : operationOf(routeKey);
  if (operation !== undefined) return [operation, pathParameters];
  const found = matchRoute(method, path);
  if (found.kind === 'operation') return [found.operation, found.params];
  if (found.kind === 'none') throw notFound(request);
  if (method === 'OPTIONS') return undefined;
  const allow = found.allowed.join(', ');
  throw new ProblemError('method-not-allowed', `The method is ${method}, should be one of ${allow}`, {
    headers: { allow },
  });
}

const notFound = ({ method, path }: HttpRequest): ProblemError =>
  new ProblemError('not-found', `There is no ${method} ${path.slice(0, 200)}; see /v1/openapi.json`);

function optionsOf(request: HttpRequest): HttpResult {
  const found = matchRoute('OPTIONS', request.path);
  const allow = found.kind === 'otherMethod' ? found.allowed.join(', ') : '';
  return resultOf(request, { status: 204, headers: { allow } });
}

/** @throws {ProblemError} 400. */
function readIds(
  params: Readonly<Record<string, string>>,
  schema: z.ZodObject | undefined,
): Readonly<Record<string, string>> {
  if (!schema) return {};
  const decoded = Object.fromEntries(
    Object.keys(schema.shape).map((name) => [name, idOf(params[name] ?? '')]),
  );
  for (const [name, id] of Object.entries(decoded))
    if (id === undefined || !id.isWellFormed())
      throw invalidRequest([
        {
          in: 'path',
          field: name,
          is: JSON.stringify((params[name] ?? '').slice(0, 100)),
          shouldBe: 'an id, percent-encoded, or ~ and the base64url of its UTF-8',
        },
      ]);
  return check(schema, decoded, 'path') as Readonly<Record<string, string>>;
}

/** Reads query, headers and body. @throws {ProblemError} 400, 413 or 415. */
function readInputs({ query, headers, bytes }: HttpRequest, contract: Operation) {
  const { values, problems } = readQuery(query, contract.query);
  const result = contract.query?.safeParse(values);
  if (result && !result.success)
    problems.push(...fieldProblems(result.error.issues, { place: 'query', input: values }));
  if (problems.length > 0) throw invalidRequest(problems);
  if (contract.headers) check(contract.headers, headers, 'header');
  return { query: result?.data ?? {}, body: readBody(bytes, headers, contract) };
}

function readBody(bytes: Buffer, headers: HttpRequest['headers'], { body }: Operation): unknown {
  if (!body) return undefined;
  checkSize(bytes);
  checkEncoding(headers['content-encoding']);
  checkContentType(headers['content-type'], body);
  return body.isChecked ? check(body.schema, parseJsonBody(bytes), 'body') : undefined;
}

/** @throws {ProblemError} 400. */
function check(schema: z.ZodType, input: unknown, place: FieldProblem['in']): unknown {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw invalidRequest(fieldProblems(result.error.issues, { place, input }));
}
