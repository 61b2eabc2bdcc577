import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  CloudFormationClient,
  CreateStackCommand,
  waitUntilStackCreateComplete,
} from '@aws-sdk/client-cloudformation';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  CURRENT_KEY,
  catalogueKey,
  manifestKey,
  tombstonesKey,
} from '../../../lambdas/shared/contract/keys.ts';
import { Manifest } from '../../../lambdas/shared/contract/schemas.ts';
import { toJson } from '../../../lambdas/shared/platform/lake.ts';
import { s3RestorableBucket } from '../../../local/lake/restorable-bucket.ts';
import { NODE_BIN, ROOT } from '../../../local/process/paths.ts';
import { awsClient, awsEnvironment, type Emulator, startEmulator } from '../../../local/stack/emulator.ts';
import { batch } from '../../lambdas/forget/sample-bucket.ts';
import { OUTPUTS } from '../stack/fake-stack.ts';

/**
 * The section "Restore deleted objects" of the runbook, with the emulator of `npm start`: a stack with a bucket that keeps versions,
 * objects as the stages write them, and the command as an operator runs it. The tests depend on their order.
 */

const FIXTURE = join(import.meta.dirname, '..', '..', 'fixtures', 'manifest.json');
const directory = mkdtempSync(join(tmpdir(), 'cartograph-restore-'));
let emulator: Emulator;
let s3: S3Client;
let bucket: string;
beforeAll(async () => {
  emulator = await startEmulator(directory, 'http://127.0.0.1:1');
  s3 = new S3Client(awsClient(emulator.endpoint));
  bucket = await createStack();
});
afterAll(async () => {
  await emulator?.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** Creates a stack with the outputs of a deployed one. @returns The name of its bucket. */
async function createStack(): Promise<string> {
  const cloudformation = new CloudFormationClient(awsClient(emulator.endpoint));
  const outputs = Object.entries({ ...OUTPUTS, LakeBucket: { Ref: 'Lake' } });
  const TemplateBody = JSON.stringify({
    Resources: {
      Lake: {
        Type: 'AWS::S3::Bucket',
        Properties: { BucketName: 'shop-lake', VersioningConfiguration: { Status: 'Enabled' } },
      },
    },
    Outputs: Object.fromEntries(outputs.map(([name, Value]) => [name, { Value }])),
  });
  await cloudformation.send(new CreateStackCommand({ StackName: 'Shop', TemplateBody }));
  await waitUntilStackCreateComplete({ client: cloudformation, maxWaitTime: 60 }, { StackName: 'Shop' });
  return 'shop-lake';
}

type Stored = Pick<GetObjectCommandOutput, 'ContentType' | 'ContentEncoding' | 'CacheControl' | 'Metadata'>;

const put = (Key: string, Body: string | Uint8Array, headers: Stored = {}) =>
  s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body, ...headers }));
const remove = (Key: string) => s3.send(new DeleteObjectCommand({ Bucket: bucket, Key }));

/** @returns Bytes and headers; undefined if there is no object. */
async function read(Key: string): Promise<({ readonly sha256: string } & Stored) | undefined> {
  try {
    const found = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
    const { ContentType, ContentEncoding, CacheControl, Metadata } = found;
    const bytes = (await found.Body?.transformToByteArray()) ?? new Uint8Array();
    return { sha256: sha256(bytes), ContentType, ContentEncoding, CacheControl, Metadata };
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
    throw error;
  }
}

const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** @returns Exit code and output. */
async function restore(...args: readonly string[]) {
  const env = { PATH: process.env.PATH, NO_COLOR: '1', ...awsEnvironment(emulator.endpoint) };
  return promisify(execFile)(
    join(NODE_BIN, 'node'),
    [join(ROOT, 'local', 'main.ts'), 'restore', '--stack', 'Shop', ...args],
    { env },
  ).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { stdout: string; stderr: string; code: number }) => error,
  );
}

const [SALES, BATCH] = batch(0, ['ann', 'bob', 'ann', 'cem']);
const RUN = 'runs/00000001/00000001/';
const FACTORS = `${RUN}model/products-00000.parquet`;
const LISTS = `${RUN}recommendations.csv`;
const CATALOGUE = catalogueKey('batches', 1);
const CONTENTS: Readonly<Record<string, readonly [string | Uint8Array, Stored]>> = {
  [SALES]: [BATCH, { ContentType: 'application/vnd.apache.parquet' }],
  [FACTORS]: [new Uint8Array([1, 2, 255, 0]), { Metadata: { writer: 'spark' } }],
  [LISTS]: ['user,product,list,rank,score\nann,lamp,any,1,0.5\n', { ContentType: 'text/csv' }],
  [CATALOGUE]: ['{}\n', { ContentType: 'application/x-ndjson', ContentEncoding: 'identity' }],
  [CURRENT_KEY]: ['{"run":1}', { ContentType: 'application/json', CacheControl: 'no-cache' }],
};

test('deleted sales, model files, lists, catalogue and pointer come back with the same bytes, type and metadata', async () => {
  for (const [key, [body, headers]] of Object.entries(CONTENTS)) await put(key, body, headers);
  const saved = Manifest.parse(JSON.parse(readFileSync(FIXTURE, 'utf8')));
  const files = [FACTORS, LISTS].map((key) => {
    const [body = ''] = CONTENTS[key] ?? [];
    return {
      ...{ name: key.slice(RUN.length), key, sizeBytes: body.length, rows: 1 },
      sha256: sha256(body),
    };
  });
  await put(manifestKey(1), toJson({ ...saved, run: 1, attempt: 1, files, erased: [] }));
  const before = Object.fromEntries(
    await Promise.all(Object.keys(CONTENTS).map(async (key) => [key, await read(key)] as const)),
  );
  for (const key of Object.keys(CONTENTS)) await remove(key);
  for (const key of Object.keys(CONTENTS)) expect(await read(key), key).toBeUndefined();

  const dry = await restore('--below', 'runs/00000001/', '--dry-run');
  expect([dry.code, dry.stdout]).toEqual([
    0,
    `  ${FACTORS}\n  ${LISTS}\n2 objects (0.0 MB) would be restored; nothing was changed, because this is a dry run\n`,
  ]);
  expect(await read(FACTORS)).toBeUndefined();
  for (const below of ['interactions/', 'runs/00000001/', 'catalogue/', CURRENT_KEY])
    expect(await restore('--below', below), below).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('restored\n'),
    });
  for (const key of Object.keys(CONTENTS)) expect(await read(key), key).toEqual(before[key]);
});

test('a second restore is refused, because nothing is deleted any more', async () => {
  const { code, stdout, stderr } = await restore('--below', 'runs/00000001/');
  expect([code, stdout, stderr]).toEqual([
    1,
    '',
    '✗ Cannot restore: no object below runs/00000001/ is deleted\n',
  ]);
});

test('a write over an existing object is refused by the bucket, and the object stays as it is', async () => {
  const before = await read(LISTS);
  const restorable = s3RestorableBucket(bucket, s3);
  expect(await restorable.create(LISTS, { bytes: Buffer.from('older'), headers: {} })).toBeUndefined();
  expect(await read(LISTS)).toEqual(before);
});

test('the newest of several versions comes back, and objects that were never deleted are left alone', async () => {
  await put(CATALOGUE, 'newer\n');
  await remove(CATALOGUE);
  await put(catalogueKey('batches', 2), 'present\n');
  const present = await read(catalogueKey('batches', 2));
  expect((await restore('--below', 'catalogue/')).stdout).toContain('✓ 1 object (0.0 MB) restored\n');
  expect((await read(CATALOGUE))?.sha256).toBe(sha256('newer\n'));
  expect(await read(catalogueKey('batches', 2))).toEqual(present);
});

test('while users are being forgotten, sales stay deleted, and the exit code says so', async () => {
  await put(
    tombstonesKey(1),
    toJson({ erasure: 1, untilMs: 1, keyCheck: 'a'.repeat(16), users: ['b'.repeat(64)] }),
  );
  await remove(SALES);
  const { code, stdout } = await restore('--below', SALES);
  expect([code, stdout]).toEqual([
    1,
    expect.stringContaining(`✗ ${SALES} is not restored: erasure 1 is not finished`),
  ]);
  expect(await read(SALES)).toBeUndefined();
});

test('without --below nothing is read', async () => {
  const { code, stderr } = await restore();
  expect([code, stderr]).toEqual([1, expect.stringContaining('--below is missing: it names the objects')]);
});
