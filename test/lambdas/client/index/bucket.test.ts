import { gzipSync } from 'node:zlib';
import { afterEach, expect, test, vi } from 'vitest';
import { RunFiles } from '../../../../lambdas/client/index/bucket.ts';
import { manifestKey } from '../../../../lambdas/shared/contract/keys.ts';
import { BlockChanged } from '../../../../lambdas/shared/web/block-table.ts';

afterEach(() => vi.unstubAllGlobals());

const block = (user: string) => gzipSync(JSON.stringify({ names: [], rows: [[user, { products: 1 }]] }));

/** The bucket, with the users of a run in two blocks of one file. A change of the file changes its entity tag. */
async function open() {
  const blocks = [block('ann'), block('bob')];
  const users = { file: 'explorer/users', from: ['a', 'b'], sizes: blocks.map(({ length }) => length) };
  const files = ['explorer/index.json', 'explorer/users'].map((name) => ({ name, key: `runs/${name}` }));
  const bucket = {
    etag: '"1"' as string | undefined,
    status: 206,
    objects: new Map<string, Buffer>([
      [manifestKey(1), Buffer.from(JSON.stringify({ files }))],
      [
        'runs/explorer/index.json',
        Buffer.from(JSON.stringify({ users: [users], products: [], names: [], picks: {} })),
      ],
      ['runs/explorer/users', Buffer.concat(blocks)],
    ]),
  };
  vi.stubGlobal('fetch', async (path: string, { headers }: { headers: Readonly<Record<string, string>> }) => {
    const bytes = bucket.objects.get(path.replace('../', ''));
    if (!bytes) return new Response(null, { status: 404 });
    const [, from, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
    if (from === undefined) return new Response(new Uint8Array(bytes));
    if (Number(from) >= bytes.length) return new Response(null, { status: 416 });
    const part = bucket.status === 206 ? bytes.subarray(Number(from), Number(last) + 1) : bytes;
    return new Response(new Uint8Array(part), {
      status: bucket.status,
      headers: bucket.etag === undefined ? {} : { etag: bucket.etag },
    });
  });
  const tables = await (await RunFiles.open(1)).tables();
  if (!tables) throw new Error('The run should have tables');
  return { ...bucket, bucket, users: tables.users };
}

test('blocks are read by range, or from a server that sends whole files, with or without entity tags', async () => {
  for (const [status, etag] of [
    [206, '"1"'],
    [206, undefined],
    [200, '"1"'],
  ] as const) {
    const { bucket, users } = await open();
    Object.assign(bucket, { status, etag });
    expect([await users.get('ann'), await users.get('bob')]).toMatchObject([{ key: 'ann' }, { key: 'bob' }]);
  }
});

test('blocks of two versions of a file are not mixed', async () => {
  const { bucket, users } = await open();
  await users.get('ann');
  bucket.etag = '"2"';
  await expect(users.get('bob')).rejects.toThrow(BlockChanged);
  // The earlier result is still complete.
  expect((await users.get('ann'))?.key).toBe('ann');
});

test.each([
  ['a file of other blocks', Buffer.concat([block('anna and others'), block('bob')])],
  ['a shorter file', block('ann').subarray(0, 20)],
  ['an empty file', Buffer.alloc(0)],
  ['the users of another block', Buffer.concat([block('ann'), block('ann')])],
])('%s is not read with the index of the file before', async (_, bytes) => {
  const { objects, users } = await open();
  objects.set('runs/explorer/users', bytes);
  await expect(users.get('bob')).rejects.toThrow(BlockChanged);
});
