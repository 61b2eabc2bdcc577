import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, NoSuchKey, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { ROUTES } from '../../lambdas/shared/contract/api/routes.ts';
import { CURRENT_KEY, INDEX_KEY, PREFIX, SHOWN_PREFIXES } from '../../lambdas/shared/contract/keys.ts';
import { isThisMachine } from '../process/this-machine.ts';

/** Stored sales, with order and price, are never served. The explorer and the graph show who bought what. */
const isSales = (key: string): boolean =>
  key.startsWith(PREFIX.runs) && key.split('/').some((part) => part === 'compacted' || part === 'model');

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  json: 'application/json',
  csv: 'text/csv; charset=utf-8',
  parquet: 'application/vnd.apache.parquet',
  gz: 'application/gzip',
};

/** A bucket, and a client that may read it. */
export interface PagesSource {
  readonly client: S3Client;
  readonly bucket: string;
}

export interface PagesOptions {
  /** To listen on; 0 for a free one. */
  readonly port?: number;
  /** The address to listen on. */
  readonly host?: string;
  /** Returns the address of the API, which is asked for users where the files have pseudonyms; undefined if there is none (yet). */
  readonly apiUrl?: () => string | undefined;
}

export interface Pages {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Serves charts and run files from the bucket, read-only. Answers only requests that name this machine as their host.
 *
 * @throws {Error} With code EADDRINUSE if the port is taken.
 */
export async function startPages(
  source: PagesSource,
  { port = 0, host = '127.0.0.1', apiUrl = () => undefined }: PagesOptions = {},
): Promise<Pages> {
  const server = createServer((request, response) => {
    const api = EXPLORER.test(request.url ?? '') ? apiUrl() : undefined;
    const answering = api === undefined ? answer(source, request, response) : forward(api, request, response);
    answering.catch((error: unknown) => {
      const isMissing =
        error instanceof NoSuchKey ||
        (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404);
      const isPastEnd = error instanceof S3ServiceException && error.$metadata.httpStatusCode === 416;
      if (response.headersSent) response.destroy();
      else if (isPastEnd) end(response, 416, 'The range is outside the file');
      else end(response, isMissing ? 404 : 502, isMissing ? 'Not found (yet)' : 'The bucket does not answer');
    });
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('Cannot serve the charts: the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}/${INDEX_KEY}`,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The address at which a page asks for a user. */
const EXPLORER = new RegExp(`^${ROUTES.explorer.path.replace('{user}', '[^/?]+')}$`);

/** Passes a page's question on to the API, so that the page needs no address but its own. */
async function forward(
  apiUrl: string,
  { method, url, headers }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (method !== 'GET' || !isThisMachine(headers.host)) return end(response, 404, 'Not found');
  const answer = await fetch(`${apiUrl}${url}`);
  response
    .writeHead(answer.status, {
      'content-type': answer.headers.get('content-type') ?? 'application/json',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'content-security-policy': POLICY,
    })
    .end(await answer.text());
}

async function answer(
  source: PagesSource,
  { method, url = '/', headers }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const key = keyOf(url);
  if (method !== 'GET' || key === undefined || !isThisMachine(headers.host))
    return end(response, 404, 'Not found');
  if (key === '') {
    response.writeHead(302, { location: `/${INDEX_KEY}` }).end();
    return;
  }
  await serve(source, key, headers.range, response);
}

/** @returns The key of the requested object; empty for the root, undefined if it must not be served. */
function keyOf(url: string): string | undefined {
  const key = decoded(url.split('?', 1)[0] ?? '')?.slice(1);
  if (key === undefined || key.split('/').includes('..') || isSales(key)) return undefined;
  return key === '' || key === CURRENT_KEY || SHOWN_PREFIXES.some((prefix) => key.startsWith(prefix))
    ? key
    : undefined;
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/** One range of bytes. RFC 9110 allows the whole file as the answer to any other range. */
const RANGE = /^bytes=\d+-\d+$/;

async function serve(
  { client, bucket }: PagesSource,
  key: string,
  range: string | undefined,
  response: ServerResponse,
): Promise<void> {
  const isPage = key.endsWith('.html');
  const part = !isPage && range !== undefined && RANGE.test(range) && { Range: range };
  const { Body, ContentLength, ContentRange } = await client.send(
    new GetObjectCommand({ Bucket: bucket, Key: key, ...part }),
  );
  const head = {
    'content-type': CONTENT_TYPES[key.slice(key.lastIndexOf('.') + 1)] ?? 'application/octet-stream',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-cache',
  };
  if (isPage) {
    const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
    const policy = pagePolicy(Buffer.from(bytes).toString('utf8', 0, HEAD_BYTES));
    response.writeHead(200, { ...head, 'content-security-policy': policy }).end(bytes);
    return;
  }
  response.writeHead(ContentRange === undefined ? 200 : 206, {
    ...head,
    ...(ContentRange !== undefined && { 'content-range': ContentRange }),
    ...(ContentLength !== undefined && { 'content-length': ContentLength }),
    'accept-ranges': 'bytes',
    'content-security-policy': POLICY,
  });
  // Streams, because files of large shops do not fit into memory.
  await pipeline(Body?.transformToWebStream() ?? [], response);
}

const POLICY =
  "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/** The hash of a page's script is within these first bytes. */
const HEAD_BYTES = 1024;

/** Lets a page run the one script whose hash is in its head, and lets that script read from this server. */
function pagePolicy(head: string): string {
  const [, hash] =
    /http-equiv="Content-Security-Policy" content="[^"]*script-src &#39;(sha256-[\w+/=]+)&#39;/.exec(head) ??
    [];
  return hash === undefined ? POLICY : `${POLICY}; script-src '${hash}'; connect-src 'self'`;
}

const end = (response: ServerResponse, status: number, text: string): void => {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
};
