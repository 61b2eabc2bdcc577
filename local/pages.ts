import { createServer, type ServerResponse } from 'node:http';
import { GetObjectCommand, NoSuchKey, S3Client } from '@aws-sdk/client-s3';
import { CURRENT_KEY, INDEX_KEY, PREFIX } from '../lambdas/shared/keys.ts';
import { awsClient } from './emulator.ts';

/** Shows what the bucket holds for people; nothing of the sales. */
const SHOWN = [PREFIX.charts, PREFIX.runs, PREFIX.manifests, PREFIX.publications, CURRENT_KEY];

/** The compacted interactions of a run are sales. */
const isSales = (key: string): boolean => key.startsWith(PREFIX.runs) && key.split('/').includes('compacted');

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  json: 'application/json',
  csv: 'text/csv; charset=utf-8',
  parquet: 'application/vnd.apache.parquet',
};

export interface Pages {
  readonly url: string;
  stop(): Promise<void>;
}

/** Serves charts and run files from the bucket, to this machine only. */
export async function startPages(
  endpoint: string,
  bucket: string,
  { port = 0, host = '127.0.0.1' } = {},
): Promise<Pages> {
  const client = new S3Client(awsClient(endpoint));
  const server = createServer((request, response) => {
    const key = keyOf(request.url ?? '/');
    if (request.method !== 'GET' || key === undefined) return end(response, 404, 'Not here');
    if (key === '') return response.writeHead(302, { location: `/${INDEX_KEY}` }).end();
    serve(client, bucket, key, response).catch((error: unknown) =>
      end(
        response,
        error instanceof NoSuchKey ? 404 : 502,
        error instanceof NoSuchKey ? 'Not here (yet)' : 'The bucket does not answer',
      ),
    );
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

/** The key that a path asks for; empty for the root, undefined for what is not shown. */
function keyOf(url: string): string | undefined {
  const key = decoded(url.split('?', 1)[0] ?? '')?.slice(1);
  if (key === undefined || key.split('/').includes('..') || isSales(key)) return undefined;
  return key === '' || SHOWN.some((prefix) => key.startsWith(prefix)) ? key : undefined;
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

async function serve(client: S3Client, bucket: string, key: string, response: ServerResponse): Promise<void> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const bytes = await Body?.transformToByteArray();
  response
    .writeHead(200, {
      'content-type': CONTENT_TYPES[key.slice(key.lastIndexOf('.') + 1)] ?? 'application/octet-stream',
      'content-security-policy': "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-cache',
    })
    .end(bytes);
}

const end = (response: ServerResponse, status: number, text: string): void => {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
};
