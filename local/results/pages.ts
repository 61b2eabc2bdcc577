import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, NoSuchKey, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { CURRENT_KEY, INDEX_KEY, PREFIX, SHOWN_PREFIXES } from '../../lambdas/shared/contract/keys.ts';

/** The sales as they came, with order and price, are not shown; who bought what is in the explorer and the graph. */
const isSales = (key: string): boolean => key.startsWith(PREFIX.runs) && key.split('/').includes('compacted');

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

export interface Pages {
  readonly url: string;
  stop(): Promise<void>;
}

/** Serves charts and run files from the bucket, to this machine only, and to nobody to change. */
export async function startPages(source: PagesSource, { port = 0, host = '127.0.0.1' } = {}): Promise<Pages> {
  const server = createServer((request, response) => {
    answer(source, request, response).catch((error: unknown) => {
      const isMissing =
        error instanceof NoSuchKey ||
        (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404);
      const isBehindEnd = error instanceof S3ServiceException && error.$metadata.httpStatusCode === 416;
      if (response.headersSent) response.destroy();
      else if (isBehindEnd) end(response, 416, 'There are no such bytes');
      else end(response, isMissing ? 404 : 502, isMissing ? 'Not here (yet)' : 'The bucket does not answer');
    });
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('Cannot serve the charts: no port');
  return {
    url: `http://127.0.0.1:${address.port}/${INDEX_KEY}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(
  source: PagesSource,
  { method, url = '/', headers }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const key = keyOf(url);
  if (method !== 'GET' || key === undefined || !isThisMachine(headers.host))
    return end(response, 404, 'Not here');
  if (key === '') {
    response.writeHead(302, { location: `/${INDEX_KEY}` }).end();
    return;
  }
  await serve(source, key, headers.range, response);
}

/** A page elsewhere that gives its own name this machine's address would read the bucket through its visitor. */
const isThisMachine = (host = ''): boolean => /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host);

/** The key that a path asks for; empty for the root, undefined for what is not shown. */
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

/** One run of bytes; whoever asks for something else may be answered with the whole, says RFC 9110. */
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
  // Files of large shops are larger than what a program should hold.
  await pipeline(Body?.transformToWebStream() ?? [], response);
}

const POLICY =
  "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/** A page names its program in its first lines. */
const HEAD_BYTES = 1024;

/** What a page may do here: run the one program that its head names by its hash, and read what is served beside it. */
function pagePolicy(head: string): string {
  const [, hash] =
    /http-equiv="Content-Security-Policy" content="[^"]*script-src &#39;(sha256-[\w+/=]+)&#39;/.exec(head) ??
    [];
  return hash === undefined ? POLICY : `${POLICY}; script-src '${hash}'; connect-src 'self'`;
}

const end = (response: ServerResponse, status: number, text: string): void => {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
};
