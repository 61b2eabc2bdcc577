import type { AnswerOf, ArgumentsOf } from '../contract/api/operation.ts';
import { segmentOf } from '../contract/api/path-ids.ts';
import type { Problem } from '../contract/api/problem.ts';
import { type OperationId, ROUTES, type Route } from '../contract/api/routes.ts';

/** A client of the API: a function for each operation, with the types of its contract. Runs in browsers. */
export type Client = {
  readonly [Id in OperationId]: (args: ArgumentsOf<Id>, options?: CallOptions) => Promise<AnswerOf<Id>>;
};

export interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface ClientOptions {
  /** Address of the API, without `/v1`; empty for the address of the page. */
  readonly baseUrl: string;
  /** Headers of each request, such as the one with a token; called for each. */
  readonly headers?: () => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
  /** For example one that signs requests; `fetch` by default. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

/** The API refused a request, or could not answer it. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** Undefined if the answer is not a problem: it is of a gateway, for example. */
  readonly problem: Problem | undefined;

  constructor(message: string, status: number, problem: Problem | undefined) {
    super(message);
    this.status = status;
    this.problem = problem;
  }
}

/** Answers with these statuses have the body of the contract, although 422 is an error: all sales are refused, for example. */
const ANSWERED = [200, 202, 207, 422];

/**
 * Creates a client of the API. Its functions take the parameters by name: `client.recommendations({ user: 'u0016', list: 'new', n: 5 })`.
 *
 * @example
 * typeof createClient({ baseUrl: 'http://127.0.0.1:8081' }).recommendations // 'function'
 */
export function createClient(options: ClientOptions): Client {
  const ids = Object.keys(ROUTES) as OperationId[];
  const calls = ids.map((id) => [
    id,
    (args: Readonly<Record<string, unknown>> = {}, call: CallOptions = {}) =>
      send(ROUTES[id], args, { options, call }),
  ]);
  return Object.fromEntries(calls) as Client;
}

interface Sending {
  readonly options: ClientOptions;
  readonly call: CallOptions;
}

async function send(
  route: Route,
  { body, ...args }: Readonly<Record<string, unknown>>,
  { options: { baseUrl, headers, fetch: request = fetch }, call }: Sending,
): Promise<unknown> {
  const response = await request(`${baseUrl}${addressOf(route, args)}`, {
    method: route.method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(await headers?.()),
      ...call.headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(call.signal && { signal: call.signal }),
  });
  const text = await response.text();
  const type = response.headers.get('content-type') ?? '';
  if (ANSWERED.includes(response.status) && type.startsWith('application/json')) return JSON.parse(text);
  const problem = type.startsWith('application/problem+json') ? (JSON.parse(text) as Problem) : undefined;
  throw new ApiError(
    `${route.method} ${route.path}: ${response.status} ${problem?.detail ?? text.slice(0, 200)}`,
    response.status,
    problem,
  );
}

/**
 * Makes the address of a request: path and query.
 *
 * @param args Values by parameter; undefined ones are left out, arrays are repeated.
 * @throws {TypeError} If a parameter of the path is missing.
 */
export function addressOf({ path }: Pick<Route, 'path'>, args: Readonly<Record<string, unknown>>): string {
  const rest = new Map(Object.entries(args));
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const id = rest.get(name);
    rest.delete(name);
    if (typeof id !== 'string' || id === '') throw new TypeError(`Cannot call ${path}: ${name} is missing`);
    return segmentOf(id);
  });
  const query = new URLSearchParams();
  for (const [name, value] of rest)
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined) query.append(name, String(one));
  return query.size === 0 ? filled : `${filled}?${query}`;
}
