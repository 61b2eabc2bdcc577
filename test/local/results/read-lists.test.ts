import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CURRENT_KEY, manifestKey } from '../../../lambdas/shared/contract/keys.ts';
import { shardOf } from '../../../lambdas/shared/contract/shards.ts';
import { toJson } from '../../../lambdas/shared/platform/lake.ts';
import { createPersonIds, type PersonIds, PLAIN_IDS } from '../../../lambdas/shared/privacy/person-ids.ts';
import { createPersonKey } from '../../../lambdas/shared/privacy/person-key.ts';
import { readLists } from '../../../local/results/read-lists.ts';
import { awsClient } from '../../../local/stack/emulator.ts';
import { sampleRun } from '../../lambdas/samples.ts';
import { type FakeS3, startFakeS3 } from '../stack/fake-s3.ts';

/** Run 1 has the lists of Ann and Bob in four files, and its sales are stored as `persons` says. */
const KEYED = createPersonIds('keyed', createPersonKey('a secret of a small shop, with 40 letters'));
const SHARDS = 4;
const keyOf = (name: string): string => `runs/00000001/00000001/${name}`;

const parquet = (columns: Readonly<Record<string, readonly (string | number)[]>>): Uint8Array =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: Object.entries(columns).map(([name, data]) => ({
        name,
        data: [...data],
        type: name === 'rank' ? 'INT32' : name === 'score' ? 'DOUBLE' : 'STRING',
      })),
    }),
  );

function objectsOf(persons: PersonIds): Map<string, string | Uint8Array> {
  const users = ['ann', 'bob'].map((id) => persons.stored(id));
  const shards = Array.from({ length: SHARDS }, (_, shard) => {
    const own = users.filter((user) => shardOf(user, SHARDS) === shard);
    return parquet({
      user: own,
      product: own.map((user) => (user === users[0] ? 'lamp' : 'mug')),
      list: own.map(() => 'any'),
      rank: own.map(() => 1),
      score: own.map(() => 0.5),
    });
  });
  const files = new Map([
    ...shards.map((bytes, shard) => [`recommendations/part-0000${shard}.parquet`, bytes] as const),
    ['model/products-00000.parquet', parquet({ product: ['lamp', 'mug'], name: ['Blue lamp', 'Red mug'] })],
  ]);
  const listed = [...files.keys()].map((name) => ({
    ...{ name, key: keyOf(name), sizeBytes: 1, rows: 1, sha256: '0'.repeat(64) },
  }));
  return new Map<string, string | Uint8Array>([
    [CURRENT_KEY, toJson({ publication: 1, run: 1, previous: null, decidedThrough: 1 })],
    [manifestKey(1), toJson({ ...sampleRun(1).manifest, files: listed })],
    ...[...files].map(([name, bytes]) => [keyOf(name), bytes] as const),
  ]);
}

const servers: FakeS3[] = [];
const targets = new Map<PersonIds, Parameters<typeof readLists>[0]>();
beforeAll(async () => {
  for (const persons of [PLAIN_IDS, KEYED]) {
    const server = await startFakeS3(objectsOf(persons));
    servers.push(server);
    targets.set(persons, { client: awsClient(server.endpoint), bucket: 'lake' });
  }
});
afterAll(() => Promise.all(servers.map((server) => server.stop())));

const listsOf = (persons: PersonIds, user: string) => {
  const target = targets.get(persons);
  if (!target) throw new Error('there is no such bucket');
  return readLists(target, user, persons);
};

test.each([
  ['plain', PLAIN_IDS],
  ['keyed', KEYED],
] as const)('with %s ids, both users have their own lists, by their ids in the shop', async (_, persons) => {
  const row = { list: 'any', rank: 1, score: 0.5 };
  expect(await listsOf(persons, 'ann')).toEqual({
    run: 1,
    lists: [{ ...row, product: 'lamp', name: 'Blue lamp' }],
  });
  expect((await listsOf(persons, 'bob')).lists).toEqual([{ ...row, product: 'mug', name: 'Red mug' }]);
});

test('a user without lists is named by the id that was asked for', async () => {
  await expect(listsOf(KEYED, 'zoe')).rejects.toThrow('Cannot show lists: run 1 has no user zoe');
  const pseudonym = KEYED.stored('ann');
  await expect(listsOf(KEYED, pseudonym)).rejects.toThrow(`run 1 has no user ${pseudonym}`);
});
