import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PRIVACY_KEY, tombstonesKey } from '../../../lambdas/shared/contract/keys.ts';
import { createPersonKey } from '../../../lambdas/shared/privacy/person-key.ts';
import { awsClient } from '../../../local/stack/emulator.ts';
import {
  loadLocalKey,
  prepareLocalPrivacy,
  readPersonIds,
  readPersonKey,
} from '../../../local/stack/person-key.ts';
import type { Target } from '../../../local/stack/target.ts';
import { startFakeS3 } from './fake-s3.ts';

const SECRET = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01';
const KEY = createPersonKey(SECRET);

let directory: string;
let stops: (() => Promise<void>)[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cartograph-person-key-'));
  stops = [];
});
afterEach(async () => {
  for (const stop of stops) await stop();
  rmSync(directory, { recursive: true, force: true });
});

/** Answers for Secrets Manager with one secret, and for S3 with the objects of a bucket. */
async function startAws(
  objects: Readonly<Record<string, string>> = {},
  generated = 'generated-by-the-emulator-at-first',
) {
  const s3 = await startFakeS3(new Map(Object.entries(objects)));
  const secret = { text: generated };
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const operation = String(request.headers['x-amz-target'] ?? '').split('.')[1];
    if (operation === undefined) {
      const answer = await fetch(`${s3.endpoint}${request.url}`);
      return response
        .writeHead(answer.status, { etag: answer.headers.get('etag') ?? '' })
        .end(Buffer.from(await answer.arrayBuffer()));
    }
    const { SecretId, SecretString } = JSON.parse(body.toString());
    if (operation === 'PutSecretValue') secret.text = SecretString;
    const value = operation === 'GetSecretValue' ? { SecretString: secret.text } : {};
    return response
      .writeHead(200, { 'content-type': 'application/x-amz-json-1.1' })
      .end(JSON.stringify({ ARN: SecretId, ...value }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
    await s3.stop();
  });
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, secret };
}

const prepare = (endpoint: string, more: Partial<Parameters<typeof prepareLocalPrivacy>[0]> = {}) =>
  prepareLocalPrivacy({
    ...{ endpoint, bucket: 'lake', secretId: 'arn:secret', userIds: 'keyed', directory },
    isEmulatorElsewhere: false,
    ...more,
  });

test('the secret of this machine is made once, of 64 letters and digits, for its owner alone', () => {
  const { check } = loadLocalKey(directory);
  expect(loadLocalKey(directory).check).toBe(check);
  const path = join(directory, 'person-secret');
  expect(readFileSync(path, 'utf8')).toMatch(/^[A-Za-z0-9]{64}$/);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  rmSync(path);
  expect(loadLocalKey(directory).check).not.toBe(check);
});

test('a line break that an editor adds does not change it, and a short file is an error', () => {
  const path = join(directory, 'person-secret');
  writeFileSync(path, `${SECRET}\n`);
  expect(loadLocalKey(directory).check).toBe(KEY.check);
  writeFileSync(path, 'short');
  expect(() => loadLocalKey(directory)).toThrow('it has 5 characters, should have 32 or more');
});

test('the secret replaces the one that the emulator has generated, at every start', async () => {
  const { endpoint, secret } = await startAws();
  const key = await prepare(endpoint);
  expect(key.check).toBe(loadLocalKey(directory).check);
  expect(secret.text).toBe(readFileSync(join(directory, 'person-secret'), 'utf8'));
  secret.text = 'generated-by-the-next-emulator';
  await prepare(endpoint);
  expect(createPersonKey(secret.text).check).toBe(key.check);
});

test('without a file, the secret of an emulator that runs elsewhere counts', async () => {
  const { endpoint, secret } = await startAws({}, SECRET);
  expect((await prepare(endpoint, { isEmulatorElsewhere: true })).check).toBe(KEY.check);
  expect(loadLocalKey(directory).check).toBe(KEY.check);
  secret.text = 'another-one-of-a-new-emulator-0123456789';
  await prepare(endpoint, { isEmulatorElsewhere: true });
  expect(secret.text).toBe(SECRET);
});

test('a kept bucket with ids of another kind ends the start, before the secret is touched', async () => {
  const objects = { [PRIVACY_KEY]: '{"userIds":"plain","keyCheck":null}', 'interactions/a': '' };
  const { endpoint, secret } = await startAws(objects, 'as-before');
  await expect(prepare(endpoint)).rejects.toThrow('its sales are stored with plain ids');
  expect(secret.text).toBe('as-before');
  await prepare(endpoint, { userIds: 'plain' });
});

test('a kept bucket whose users were forgotten with another secret ends the start, also with plain ids', async () => {
  const tombstones = { erasure: 1, untilMs: 1, keyCheck: KEY.check, users: ['a'.repeat(64)] };
  const objects = { [tombstonesKey(1)]: JSON.stringify(tombstones) };
  const { endpoint, secret } = await startAws(objects, 'as-before');
  await expect(prepare(endpoint, { userIds: 'plain' })).rejects.toThrow(
    `its forgotten users were hashed with another secret, so they would not be recognised. Restore ${join(directory, 'person-secret')}`,
  );
  expect(secret.text).toBe('as-before');
  writeFileSync(join(directory, 'person-secret'), SECRET);
  await prepare(endpoint, { userIds: 'plain' });
  expect(secret.text).toBe(SECRET);
});

/** A deployed stack. */
const target = (endpoint: string, more: Partial<Target> = {}): Target => ({
  bucket: 'lake',
  functions: { accumulate: '', threshold: '', train: '', render: '', publish: '' },
  client: awsClient(endpoint),
  isLocal: false,
  personSecret: 'arn:secret',
  ...more,
});
const keyedBy = (keyCheck: string) => ({
  [PRIVACY_KEY]: JSON.stringify({ userIds: 'keyed', keyCheck }),
});

test('commands find users of a stack by its bucket and its secret', async () => {
  const { endpoint } = await startAws(keyedBy(KEY.check), SECRET);
  const ids = await readPersonIds(target(endpoint));
  expect(ids.stored('ann')).toBe(KEY.pseudonym('ann'));
  expect((await readPersonKey(target(endpoint))).check).toBe(KEY.check);
});

test('in a bucket with plain ids, also of an earlier version, users keep their ids, and no secret is read', async () => {
  const old: Record<string, string> = {};
  for (const objects of [old, { [PRIVACY_KEY]: '{"userIds":"plain","keyCheck":null}' }]) {
    const { endpoint } = await startAws(objects);
    const ids = await readPersonIds(target(endpoint, { personSecret: undefined }));
    expect(ids.stored('ann')).toBe('ann');
  }
});

test('another secret than the one that keyed the ids, and a stack without one, are errors', async () => {
  const { endpoint } = await startAws(keyedBy('0123456789abcdef'), SECRET);
  await expect(readPersonIds(target(endpoint))).rejects.toThrow(
    'Cannot find users: the ids in the bucket are keyed with another secret',
  );
  await expect(readPersonIds(target(endpoint, { personSecret: undefined }))).rejects.toThrow(
    'the stack has no output PersonSecret; deploy it again',
  );
});
