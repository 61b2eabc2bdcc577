import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeS3 {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Answers GetObject and ListObjectsV2 (in pages of two) for a bucket that is a map from key to bytes. */
export async function startFakeS3(objects: ReadonlyMap<string, string | Uint8Array>): Promise<FakeS3> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const key = decodeURIComponent(url.pathname).split('/').slice(2).join('/');
    if (key === '') {
      const prefix = url.searchParams.get('prefix') ?? '';
      response.end(listing(objects, prefix, url.searchParams.get('continuation-token') ?? ''));
      return;
    }
    const bytes = objects.get(key);
    if (bytes === undefined) response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>');
    else response.setHeader('etag', '"1"').end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

const PAGE = 2;

function listing(objects: ReadonlyMap<string, string | Uint8Array>, prefix: string, after: string): string {
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
  const contents = keys
    .slice(0, PAGE)
    .map(
      (key) =>
        `<Contents><Key>${key}</Key><Size>${objects.get(key)?.length}</Size><LastModified>2026-06-30T00:00:00.000Z</LastModified></Contents>`,
    );
  const next =
    keys.length > PAGE
      ? `<IsTruncated>true</IsTruncated><NextContinuationToken>${keys[PAGE - 1]}</NextContinuationToken>`
      : '';
  return `<?xml version="1.0"?><ListBucketResult>${contents.join('')}${next}</ListBucketResult>`;
}
