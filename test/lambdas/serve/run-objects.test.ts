import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client } from '@aws-sdk/client-s3';
import { afterEach, expect, test } from 'vitest';
import { s3RunObjects } from '../../../lambdas/serve/run-objects.ts';

let stop: () => void = () => undefined;
afterEach(() => stop());

/** S3 as the test wants it, and what it was asked for. */
async function s3(respond: (response: ServerResponse) => void) {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    respond(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    forcePathStyle: true,
    maxAttempts: 1,
  });
  stop = () => {
    client.destroy();
    server.close();
  };
  return { objects: s3RunObjects('lake', client), asked };
}

const error = (status: number, code: string) => (response: ServerResponse) =>
  response
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>m</Message></Error>`);

test('an object is read with its ETag; without a known one nothing is asked of the version', async () => {
  const { objects, asked } = await s3((response) => response.writeHead(200, { etag: '"a"' }).end('text'));
  expect(await objects.readUnless('current.json', undefined)).toEqual({ text: 'text', etag: '"a"' });
  expect([asked[0]?.url?.split('?')[0], asked[0]?.headers['if-none-match']]).toEqual([
    '/lake/current.json',
    undefined,
  ]);
});

test('an object that has not changed is the same: S3 answers 304', async () => {
  const { objects, asked } = await s3((response) => response.writeHead(304, { etag: '"a"' }).end());
  expect(await objects.readUnless('current.json', '"a"')).toBe('same');
  expect(asked[0]?.headers['if-none-match']).toBe('"a"');
});

test('an object that does not exist is undefined; every other fault is thrown', async () => {
  const missing = await s3(error(404, 'NoSuchKey'));
  expect(await missing.objects.readUnless('current.json', '"a"')).toBeUndefined();
  expect(await missing.objects.bytes('runs/1')).toBeUndefined();
  expect(await missing.objects.part('runs/1', { offset: 0, sizeBytes: 3 })).toBeUndefined();
  stop();
  for (const [status, code] of [
    [403, 'AccessDenied'],
    [404, 'NoSuchBucket'],
    [500, 'InternalError'],
  ] as const) {
    const { objects } = await s3(error(status, code));
    await expect(objects.readUnless('current.json', '"a"')).rejects.toThrow();
    await expect(objects.bytes('runs/1')).rejects.toThrow();
    await expect(objects.part('runs/1', { offset: 0, sizeBytes: 3 })).rejects.toThrow();
    stop();
  }
});

test('a range is asked for with both ends inclusive, and of one version if that is known', async () => {
  const { objects, asked } = await s3((response) => response.writeHead(206, { etag: '"a"' }).end('abc'));
  const range = { offset: 5, sizeBytes: 3 };
  const first = await objects.part('runs/1', range);
  if (!first || first === 'changed') throw new Error('should be read');
  expect([Buffer.from(first.bytes).toString(), first.etag]).toEqual(['abc', '"a"']);
  await objects.part('runs/1', range, '"a"');
  expect(asked.map(({ headers }) => [headers.range, headers['if-match']])).toEqual([
    ['bytes=5-7', undefined],
    ['bytes=5-7', '"a"'],
  ]);
  await objects.bytes('runs/1');
  expect(asked[2]?.headers.range).toBeUndefined();
});

test('a server that does not support ranges sends the whole object, of which the range is used', async () => {
  const { objects } = await s3((response) => response.writeHead(200, { etag: '"a"' }).end('0123456789'));
  for (const [sizeBytes, text] of [
    [3, '567'],
    [9, '56789'],
  ] as const) {
    const found = await objects.part('runs/1', { offset: 5, sizeBytes });
    expect(found !== 'changed' && Buffer.from(found?.bytes ?? []).toString()).toBe(text);
  }
});

test.each([
  [412, 'PreconditionFailed'],
  [416, 'InvalidRange'],
])(
  'an object of another version, or that ends before the range, has changed: S3 answers %i',
  async (status, code) => {
    const { objects } = await s3(error(status, code));
    expect(await objects.part('runs/1', { offset: 5, sizeBytes: 3 }, '"a"')).toBe('changed');
  },
);
