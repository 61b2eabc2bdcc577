import { expect, test, vi } from 'vitest';
import * as z from 'zod';
import { PRIVACY_KEY } from '../../../../lambdas/shared/contract/keys.ts';
import { ENV, readEnvironment } from '../../../../lambdas/shared/platform/env.ts';
import {
  type PersonAccessOptions,
  PRIVACY_VARIABLES,
  personAccessOf,
} from '../../../../lambdas/shared/privacy/environment.ts';
import { createPersonKey } from '../../../../lambdas/shared/privacy/person-key.ts';
import { type MemoryLake, memoryLake } from '../../../lake.ts';

const key = createPersonKey('0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01');
const loadKey = vi.fn(async (_secret: string) => key);

function open(
  privacy: string,
  { lake = memoryLake(), use = 'storing' }: { lake?: MemoryLake; use?: PersonAccessOptions['use'] } = {},
  secret: string | undefined = 'arn:secret',
) {
  loadKey.mockClear();
  const environment = readEnvironment(z.object(PRIVACY_VARIABLES), {
    [ENV.privacy]: privacy,
    ...(secret === '' ? {} : { [ENV.personSecret]: secret }),
  });
  return { lake, ...personAccessOf(environment, { lake, use, loadKey }) };
}

test('plain ids need no secret', async () => {
  const { ids, key, lake } = open('{}', {}, '');
  expect((await ids()).stored('ann')).toBe('ann');
  expect(loadKey).not.toHaveBeenCalled();
  expect(JSON.parse(lake.text(PRIVACY_KEY))).toEqual({ userIds: 'plain', keyCheck: null });
  await expect(key()).rejects.toThrow('environment variable PERSON_SECRET is missing');
});

test('the secret is read and the bucket checked once in a process, also by calls at the same time', async () => {
  const { ids, key: keyOnce, lake } = open('{"userIds":"keyed"}');
  const found = await Promise.all([ids(), ids(), keyOnce()]);
  expect(found[0].stored('ann')).toBe(key.pseudonym('ann'));
  expect(loadKey.mock.calls).toEqual([['arn:secret']]);
  expect(JSON.parse(lake.text(PRIVACY_KEY))).toEqual({ userIds: 'keyed', keyCheck: key.check });
  lake.fault = () => {
    throw new Error('the bucket is not looked at again');
  };
  await ids();
});

test('after a failure the next call tries again', async () => {
  const { ids } = open('{"userIds":"keyed"}');
  loadKey.mockRejectedValueOnce(new Error('throttled'));
  await expect(ids()).rejects.toThrow('throttled');
  expect((await ids()).mode).toBe('keyed');
});

test('only the stage that stores first writes how ids are stored', async () => {
  for (const use of ['reading', 'serving'] as const) {
    const { ids, lake } = open('{"userIds":"keyed"}', { use });
    expect((await ids()).mode).toBe('keyed');
    expect(lake.keys()).toEqual([]);
  }
});

test('a bucket whose sales are stored in another way is refused by every stage', async () => {
  const lake = memoryLake();
  await open('{}', { lake }).ids();
  for (const key of ['interactions/a', 'manifests/00000001.json']) await lake.create(key, '', 'text/plain');
  for (const use of ['storing', 'reading', 'serving'] as const)
    await expect(open('{"userIds":"keyed"}', { lake, use }).ids(), use).rejects.toThrow(
      'its sales are stored with plain ids',
    );
});

test('serve takes a run for the sign that there are sales, because it may not list them', async () => {
  const lake = memoryLake();
  await lake.create('interactions/a', '', 'text/plain');
  lake.fault = (operation, key) => {
    if (operation === 'list') expect(key).toBe('manifests/');
  };
  await open('{"userIds":"keyed"}', { lake, use: 'serving' }).ids();
  await lake.create('manifests/00000001.json', '', 'text/plain');
  await expect(open('{"userIds":"keyed"}', { lake, use: 'serving' }).ids()).rejects.toThrow('plain ids');
});

test('a process without settings does not start', () => {
  expect(() => readEnvironment(z.object(PRIVACY_VARIABLES), {})).toThrow(/environment variable PRIVACY/);
  expect(() => open('{"userIds":"hashed"}')).toThrow(/PRIVACY\.userIds/);
});
