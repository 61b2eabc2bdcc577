import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { ROUTES } from '../../lambdas/shared/contract/api/routes.ts';
import type { ApiStage } from '../../lambdas/shared/contract/stages.ts';
import { bodyTooLarge, MAX_BODY_BYTES } from '../../lambdas/shared/http/body.ts';
import type { HttpResult } from '../../lambdas/shared/http/event.ts';
import { operationOf } from '../../lambdas/shared/http/match.ts';
import { invalidRequest, ProblemError } from '../../lambdas/shared/http/problem-error.ts';
import { resultOf } from '../../lambdas/shared/http/result.ts';
import { isThisMachine } from '../process/this-machine.ts';
import { toHttpEvent } from './to-event.ts';

/** Answers the events of the routes of one stage. */
export type Answer = (event: unknown) => Promise<HttpResult>;

/** A file that the server shows beside the API, such as a page. */
export interface Shown {
  readonly contentType: string;
  readonly body: string | Uint8Array;
  /** Content security policy; by default nothing may be loaded or run. */
  readonly policy?: string;
}

export interface ApiOptions {
  /** By stage; a request whose route no stage has goes to serve, which answers it with a problem. */
  readonly stages: Readonly<Partial<Record<ApiStage, Answer>>> & { readonly serve: Answer };
  /** Returns what is shown at a path; undefined if there is nothing. */
  readonly show?: (path: string) => Promise<Shown | undefined>;
  /** Origins of pages on other ports that may call the API. */
  readonly origins?: readonly string[];
  /** 0 for a free one. */
  readonly port?: number;
  readonly host?: string;
}

export interface LocalApi {
  /** Address of the API, without `/v1` and without a slash at its end. */
  readonly url: string;
  stop(): Promise<void>;
}

/** A body that is too large is read to its end, so that the caller gets the answer, but only as far as this. */
const MOST_IGNORED_BYTES = 64 * 1024 * 1024;

const KEEP_ALIVE_MS = 65_000;

/**
 * Serves the routes of all stages on this machine, as API Gateway does in the cloud, without sign-in. It answers only requests that
 * name this machine as their host, and pages only of this server and of the given origins.
 *
 * @throws {Error} With code EADDRINUSE if the port is taken.
 */
export async function startApi({ port = 0, host = '127.0.0.1', ...options }: ApiOptions): Promise<LocalApi> {
  const server = createServer((request, response) => {
    respond(request, options)
      .catch((error: unknown) => problemResult(request, toProblem(error)))
      .then(
        (result) => send(request, response, result),
        () => response.destroy(),
      );
  });
  // The default of 5 s closes connections that a client is about to use again.
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('Cannot serve the API: the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

type Parts = Omit<ApiOptions, 'port' | 'host'>;
/** An answer, or a file, in the form of an answer. */
type Sent = Omit<HttpResult, 'body' | 'isBase64Encoded'> & { readonly body: string | Uint8Array };

async function respond(request: IncomingMessage, { stages, show, origins = [] }: Parts): Promise<Sent> {
  const { method = 'GET', url = '/' } = request;
  if (!isThisMachine(request.headers.host))
    throw new ProblemError('forbidden', 'The host of the request is not this machine');
  const cors = corsOf(request, origins);
  if (method === 'OPTIONS' && cors['access-control-allow-origin'] !== undefined)
    return { statusCode: 204, headers: { ...cors, ...PREFLIGHT }, body: '' };
  const shown = method === 'GET' || method === 'HEAD' ? await show?.(url.split('?', 1)[0] ?? '') : undefined;
  if (shown) return shownResult(shown);
  const event = eventOf(request, await readBody(request));
  const operation = operationOf(event.routeKey);
  const stage = operation === undefined ? 'serve' : ROUTES[operation].stage;
  const answer = stages[stage];
  if (!answer) throw new ProblemError('unavailable', `The stage ${stage} does not run here`);
  const result = await answer(event);
  return { ...result, headers: { ...result.headers, ...cors } };
}

const PREFLIGHT = {
  'access-control-allow-methods': 'GET, POST, PUT, DELETE',
  'access-control-allow-headers': 'content-type, idempotency-key, if-none-match',
  'access-control-max-age': '600',
} as const;

/** @throws {ProblemError} If a page asks that is neither of this server nor of one of the origins. */
function corsOf({ headers }: IncomingMessage, origins: readonly string[]): Record<string, string> {
  const { origin } = headers;
  if (origin === undefined || origin === `http://${headers.host}`) return {};
  if (!origins.includes(origin))
    throw new ProblemError(
      'forbidden',
      `Pages of ${origin.slice(0, 200)} may not call the API on this machine`,
    );
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'etag, location',
    vary: 'origin',
  };
}

/** @throws {ProblemError} 413. */
async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > MOST_IGNORED_BYTES) break;
    if (sizeBytes <= MAX_BODY_BYTES) chunks.push(chunk);
    else chunks.length = 0;
  }
  if (sizeBytes > MAX_BODY_BYTES) throw bodyTooLarge(sizeBytes);
  return Buffer.concat(chunks);
}

function eventOf(request: IncomingMessage, body: Buffer) {
  try {
    return toHttpEvent(request, body);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    throw invalidRequest([
      {
        in: 'path',
        field: '',
        is: JSON.stringify(request.url?.slice(0, 100)),
        shouldBe: 'percent-encoded UTF-8',
      },
    ]);
  }
}

const toProblem = (error: unknown): ProblemError =>
  error instanceof ProblemError
    ? error
    : new ProblemError('internal-error', 'The request could not be answered because of a fault', {
        cause: error,
      });

const problemResult = ({ method = 'GET' }: IncomingMessage, problem: ProblemError): Sent =>
  resultOf(
    { method },
    {
      status: problem.status,
      headers: {
        ...problem.headers,
        'content-type': 'application/problem+json',
        'cache-control': 'no-store',
      },
      body: problem.toProblem('local'),
    },
  );

const POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const shownResult = ({ contentType, body, policy = POLICY }: Shown): Sent => ({
  statusCode: 200,
  headers: {
    'content-type': contentType,
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-cache',
  },
  body,
});

function send(
  { method }: IncomingMessage,
  response: ServerResponse,
  { statusCode, headers, body }: Sent,
): void {
  const bytes = Buffer.from(body);
  const hasBody = statusCode !== 204 && statusCode !== 304;
  response.writeHead(statusCode, {
    ...headers,
    ...(hasBody && method !== 'HEAD' && { 'content-length': bytes.length }),
  });
  response.end(hasBody && method !== 'HEAD' ? bytes : undefined);
}
