import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createFileKinds, kindOf } from '../../../../lambdas/forget/files/registry.ts';
import { CHART_NAMES } from '../../../../lambdas/render/charts/registry.ts';
import * as keys from '../../../../lambdas/shared/contract/keys.ts';
import { Manifest } from '../../../../lambdas/shared/contract/schemas.ts';
import { shardOf } from '../../../../lambdas/shared/contract/shards.ts';
import { describedDocuments, describedTables } from '../../../spark/described-files.ts';
import { erasing } from './erasing.ts';

const KINDS = createFileKinds({});
const RUN = 'runs/00000001/00000001/';
const range = { source: '0a1b2c3d', topic: 'sales', partition: 0, first: 0, last: 9, count: 10, firstMs: 1 };

/** Every file that docs/files.md describes, with its parts. */
const described = [
  ...describedTables().flatMap(({ names }) => names),
  ...describedDocuments().map(({ name }) => name),
].map((name) => RUN + name.replace('NNNNN', '00012'));

/** An object of every prefix. */
const others = [
  keys.interactionsKey(range),
  keys.rejectedKey(range),
  keys.windowKey(1),
  keys.attemptKey(1, 1),
  keys.startedKey(1, 1),
  keys.failedKey(1),
  keys.manifestKey(1),
  keys.publicationKey(1),
  `${keys.PREFIX.publications}tries/00000001/00000001.json`,
  keys.receiptKey(1, 1),
  keys.tombstonesKey(1),
  keys.erasureKey(1),
  keys.catalogueKey('batches', 1),
  keys.catalogueKey('merged', 1),
  keys.catalogueKey('snapshots', 1),
  keys.chartsFailedKey(1),
  `${keys.chartsOf(1)}tries/00000001.json`,
  `${keys.chartsOf(1)}index.html`,
  ...CHART_NAMES.flatMap((name) =>
    ['svg', 'png', name === 'recommendation-graph' ? 'vg.json' : 'vl.json'].map(
      (end) => `${keys.chartsOf(1)}${name}.${end}`,
    ),
  ),
  keys.CURRENT_KEY,
  keys.INDEX_KEY,
  keys.PRIVACY_KEY,
  `${keys.PREFIX.logs}applications/00f/jobs/00g/SPARK_DRIVER/stdout.gz`,
];

test('every file of a run, and every other object of the bucket, is of exactly one kind', () => {
  expect(described.length).toBeGreaterThan(25);
  for (const key of [...described, ...others])
    expect([key, KINDS.filter((kind) => kind.matches(key)).length]).toEqual([key, 1]);
});

test('there is an object of every prefix', () => {
  for (const prefix of Object.values(keys.PREFIX))
    expect([prefix, [...described, ...others].some((key) => key.startsWith(prefix))]).toEqual([prefix, true]);
});

test('every file of a manifest that the job wrote has a kind', () => {
  const manifest = Manifest.parse(
    JSON.parse(readFileSync(join(import.meta.dirname, '../../../fixtures/manifest.json'), 'utf8')),
  );
  for (const { key } of manifest.files) expect([key, kindOf(KINDS, key) !== undefined]).toEqual([key, true]);
});

test('an object that no stage writes has no kind', () => {
  for (const key of [
    `${RUN}new.json`,
    'backup/1.json',
    `${keys.chartsOf(1)}users.html`,
    'interactions/x.txt',
  ])
    expect([key, kindOf(KINDS, key)]).toEqual([key, undefined]);
});

test('every kind has a different name', () => {
  expect(new Set(KINDS.map(({ name }) => name)).size).toBe(KINDS.length);
});

test('the page about files says where users are', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/files.md'), 'utf8');
  for (const { name, holds } of KINDS)
    if (holds !== undefined) expect(page, name).toContain(`| ${name} | ${holds} |`);
});

test('a shard of lists is read only if a user may be in it', async () => {
  const files = [0, 1, 2].map((part) => `recommendations/part-0000${part}.parquet`);
  const run = {
    files: files.map((name) => ({ name, key: RUN + name, sizeBytes: 1 })),
    read: () => Promise.reject(new Error('Nothing should be read')),
  };
  const users = ['ann', 'bob'];
  const wanted = new Set(users.map((user) => shardOf(user, 3)));
  for (const [part, name] of files.entries()) {
    const key = RUN + name;
    expect(await kindOf(KINDS, key)?.mayHold?.({ key, run }, erasing(users))).toBe(wanted.has(part));
  }
});
