import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { differences, readRun } from '../../bench/answer-run.ts';
import { verifyRun } from '../../lambdas/forget/files/manifest.ts';
import { createFileKinds, kindOf } from '../../lambdas/forget/files/registry.ts';
import { renderRun } from '../../lambdas/render/render.ts';
import { loadRun } from '../../lambdas/serve/load-run.ts';
import { createModelEngine } from '../../lambdas/serve/model-engine.ts';
import { ExplorerIndex } from '../../lambdas/shared/contract/explorer.ts';
import { CURRENT_KEY, chartsOf } from '../../lambdas/shared/contract/keys.ts';
import { highest } from '../../lambdas/shared/contract/numbers.ts';
import type { Window } from '../../lambdas/shared/contract/schemas.ts';
import { GraphSummary, Network, UserSummary } from '../../lambdas/shared/contract/summaries.ts';
import { directoryLake } from '../../local/lake/directory-lake.ts';
import { directoryRunObjects } from '../../local/lake/directory-run-objects.ts';
import { polled, writeFileLake, writePolls } from '../../local/lake/file-lake.ts';
import { seeded } from '../../local/shop/random.ts';
import type { OutgoingRecord } from '../../local/shop/simulate.ts';
import { FileJobs } from '../../local/spark/file-job.ts';
import { recordingLog } from '../lambdas/log.ts';
import {
  drawAgain,
  eraseFromBatches,
  eraseFromRun,
  erasing,
  keysOf,
  readObject,
  rowsOf,
} from './erased-run.ts';
import { json, keyOf, manifestOf } from './lake-files.ts';

/** A shop whose users and products share ids, and whose users have ids that every format must escape. */
const ODD = ['a,b"c', 'ü', 'x&<\n1,y', '😀', 'lamp'];
const USERS = [...Array.from({ length: 130 }, (_, at) => String(at + 1)), ...ODD];
const PRODUCTS = [...Array.from({ length: 30 }, (_, at) => String(at + 1)), 'lamp', 'p,"1\n1,'];
const DAY_MS = 86_400_000;
const END_MS = Date.UTC(2026, 5, 30);

/** Sales of tastes: users with the same remainder like the same products. */
function sales(seed: number, users: readonly string[], perUser: number): OutgoingRecord[] {
  const random = seeded(seed);
  return users
    .flatMap((userId, user) =>
      Array.from({ length: perUser + random.below(5) }, (_, at) => {
        const liked = random.unit() < 0.8 ? (user % 4) + 4 * random.below(8) : random.below(PRODUCTS.length);
        const timestampMs = END_MS - Math.floor(60 * DAY_MS * random.unit());
        const sale = {
          userId,
          productId:
            at === 0 && userId === '1' ? 'bought by 1 alone' : (PRODUCTS[liked % PRODUCTS.length] ?? '1'),
          timestamp: timestampMs,
          price: 5,
          ...(at % 3 === 0 && { orderId: `order ${user} ${at}`, productName: 'A name' }),
        };
        return { key: null, timestampMs, value: Buffer.from(JSON.stringify(sale)) };
      }),
    )
    .sort((a, b) => a.timestampMs - b.timestampMs);
}

const directory = mkdtempSync(join(tmpdir(), 'cartograph-forget-'));
const [original, lake] = [join(directory, 'original'), join(directory, 'lake')];
const jobs = new FileJobs(directory);
afterAll(async () => {
  await jobs.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function runJob(window: number): Promise<void> {
  await jobs.run({ lake: window === 1 ? original : lake, directory, window });
}

const pathOf = (root: string, name: string): string => keyOf(manifestOf(root), name);

/** All objects of the original that users are in, with their tables. */
const tablesOf = async (root: string, key: string) =>
  (await rowsOf(key, readFileSync(join(root, key)))) ?? [];

let first: Window;
beforeAll(async () => {
  const records = sales(1, USERS, 8);
  first = writeFileLake(original, [records.slice(0, 700), records.slice(700)], { rank: 8, iterations: 3 });
  await runJob(1);
  await renderRun({ lake: directoryLake(original), log: recordingLog() }, 1);
  cpSync(original, lake, { recursive: true });
  await erase(lake, ['1']);
  await drawAgain(lake);
});

async function erase(root: string, users: readonly string[], erasure = 1) {
  await eraseFromBatches(root, erasing(users));
  return eraseFromRun(root, erasing(users), { erasure });
}

describe('a run without user 1', () => {
  test('has no row of the user; all other rows are the same and in the same order', async () => {
    let tables = 0;
    for (const key of keysOf(original).filter((each) => !each.startsWith('charts/'))) {
      const rows = await tablesOf(original, key);
      const left = rows.filter(({ users }) => !users.includes('1'));
      if (left.length < rows.length) tables += 1;
      expect([key, await tablesOf(lake, key)]).toEqual([key, left]);
    }
    // Two batches, two parts of the compacted sales, seven tables of lists and graph, users, and two tables in blocks.
    expect(tables).toBeGreaterThanOrEqual(13);
  });

  test('is whole: its files have the sizes and hashes of the manifest, which has those from before as well', async () => {
    expect(await verifyRun(manifestOf(lake), (key) => readObject(lake, key))).toEqual([]);
    const [before, after] = [manifestOf(original), manifestOf(lake)];
    const { files, erased, ...rest } = after;
    expect({ ...rest, files: before.files, erased: [] }).toEqual(before);
    expect(files.map(({ name }) => name)).toEqual(before.files.map(({ name }) => name));
    for (const { name, before: facts, after: now } of erased) {
      expect(before.files.find((file) => file.name === name)).toMatchObject(facts);
      expect(files.find((file) => file.name === name)).toMatchObject(now ?? {});
    }
    const changed = files
      .filter((file, at) => file.sha256 !== before.files[at]?.sha256)
      .map(({ name }) => name);
    expect(erased.map(({ name }) => name).sort()).toEqual(changed.sort());
  });

  test('counts its rows as the job does', async () => {
    const kinds = createFileKinds({});
    for (const root of [original, lake])
      for (const { name, key, rows } of manifestOf(root).files) {
        const kind = kindOf(kinds, key);
        if (kind?.holds) expect([name, kind.rows(readFileSync(join(root, key)))]).toEqual([name, rows]);
      }
  });

  test('has the same bytes in every file that names no user', () => {
    const { files } = manifestOf(original);
    const kinds = createFileKinds({});
    const others = files.filter(({ key }) => kindOf(kinds, key)?.holds === undefined);
    expect(others.length).toBeGreaterThanOrEqual(11);
    for (const { key } of others)
      expect([key, readFileSync(join(lake, key))]).toEqual([key, readFileSync(join(original, key))]);
  });

  test('has summaries, an explorer and pages without the user and with the others', () => {
    const [now, before] = [summariesOf(lake), summariesOf(original)];
    expect(now.users).toEqual(before.users.filter((user) => user !== '1'));
    expect(now.graph.edges).toEqual(before.graph.edges.filter(({ source }) => source !== 'u:1'));
    const ends = new Set(now.graph.edges.flatMap(({ source, target }) => [source, target]));
    expect(new Set(now.graph.vertices.map(({ id }) => id))).toEqual(ends);
    expect(before.network.vertices.ids).toContain('u:1');
    expect(now.network.vertices.ids).toEqual(before.network.vertices.ids.filter((id) => id !== 'u:1'));
    expect(namedEdges(now.network)).toEqual(
      namedEdges(before.network).filter(([source]) => source !== 'u:1'),
    );
    expect(now.index.picks.users).toEqual(before.index.picks.users.filter((user) => user !== '1'));
    // The first user of all begins the first block with the whole id.
    expect(before.index.users[0]?.from[0]).toBe('1');
    expect(now.index.users[0]?.from[0]).toBe('10');
    const page = (root: string): string => readFileSync(join(root, `${chartsOf(1)}index.html`), 'utf8');
    expect(page(original)).toContain('"u1"');
    expect(page(lake)).not.toContain('"u1"');
    expect(page(lake)).toContain('"u11"');
    expect(page(lake)).toContain('"p1"');
  });

  test('is answered from: every other user gets the published lists, and the user is not known', async () => {
    const run = readRun(lake);
    expect(run.histories.has('1')).toBe(false);
    expect(run.histories.size).toBe(USERS.length - 1);
    expect(differences(run)).toEqual([]);
    const loaded = await loadRun(1, { objects: directoryRunObjects(lake), createEngine: createModelEngine });
    expect(await loaded.historyOf('1')).toBeUndefined();
    expect(await loaded.historyOf('11')).toEqual(readRun(original).histories.get('11'));
  });

  test('is answered from by a process that read its index before', async () => {
    const before = await loadRun(1, {
      objects: directoryRunObjects(original),
      createEngine: createModelEngine,
    });
    const objects = directoryRunObjects(lake);
    const held = await loadRun(1, {
      objects: {
        ...objects,
        bytes: (key) =>
          key.endsWith('answer.json') ? directoryRunObjects(original).bytes(key) : objects.bytes(key),
      },
      createEngine: createModelEngine,
    });
    expect(await held.historyOf('1')).toBeUndefined();
    for (const user of USERS.slice(1))
      expect(await held.historyOf(user)).toEqual(await before.historyOf(user));
  });

  test('is rewritten once: a second time changes nothing', async () => {
    const before = keysOf(lake).map((key) => readFileSync(join(lake, key)));
    expect(await erase(lake, ['1'], 2)).toEqual([]);
    await drawAgain(lake);
    expect(keysOf(lake).map((key) => readFileSync(join(lake, key)))).toEqual(before);
  });
});

test.each([...ODD.map((user) => [user]), ['130', '99', '1'], USERS])(
  'users with other ids are removed likewise: %j',
  async (...users) => {
    const copy = mkdtempSync(join(directory, 'copy-'));
    cpSync(original, copy, { recursive: true });
    await erase(copy, users);
    for (const key of keysOf(original).filter((each) => !each.startsWith('charts/'))) {
      const left = (await tablesOf(original, key)).filter(
        (row) => !row.users.some((user) => users.includes(user)),
      );
      expect([key, await tablesOf(copy, key)]).toEqual([key, left]);
    }
    expect(await verifyRun(manifestOf(copy), (key) => readObject(copy, key))).toEqual([]);
    expect(differences(readRun(copy))).toEqual([]);
  },
);

test('the next run reads all of it, also a batch that has become empty, and learns from the others alone', async () => {
  const current = { publication: 1, run: 1, previous: null, decidedThrough: 1 };
  writeFileSync(join(lake, CURRENT_KEY), JSON.stringify(current));
  const records = sales(2, USERS, 2);
  const ofUser = (record: OutgoingRecord): boolean => record.value?.includes('"userId":"1"') ?? false;
  const polls = [records.filter(ofUser), records.filter((record) => !ofUser(record))];
  const [own = [], others = []] = polls;
  const from = 1 + highest(Object.values(first.partitions).flatMap(({ ranges }) => ranges.flat()));
  writePolls(lake, [polled(own, from), polled(others, from + own.length)], first.model, first);
  await eraseFromBatches(lake, erasing(['1']));
  await runJob(2);
  const [before, after] = [manifestOf(original), manifestOf(lake, 2)];
  const compacted = keysOf(original).filter((key) => key.includes('/compacted/'));
  const rows = await Promise.all(compacted.map((key) => tablesOf(original, key)));
  const erased = rows.flat().filter(({ users }) => users.includes('1')).length;
  expect(erased).toBeGreaterThan(7);
  expect(own.length).toBeGreaterThan(1);
  expect(after.inputs.interactions).toBe(before.inputs.interactions - erased + others.length);
  expect(after.counts.users).toBe(before.counts.users - 1);
  expect(json(lake, keyOf(after, 'diff.json'))).toMatchObject({ previous: { run: 1 }, reason: null });
  const lists = await tablesOf(lake, keyOf(after, 'recommendations.csv'));
  expect(lists.flatMap(({ users }) => users)).not.toContain('1');
});

const summariesOf = (root: string) => ({
  users: UserSummary.parse(json(root, pathOf(root, 'summary/users.json'))).users.map(({ user }) => user),
  graph: GraphSummary.parse(json(root, pathOf(root, 'summary/graph.json'))).shown,
  network: Network.parse(json(root, pathOf(root, 'summary/network.json'))),
  index: ExplorerIndex.parse(json(root, pathOf(root, 'explorer/index.json'))),
});

/** The edges of the interactive graph, by the ids of their ends. */
const namedEdges = ({ vertices, edges }: Network): unknown[][] =>
  edges.sources.map((source, edge) => [
    vertices.ids[source],
    vertices.ids[edges.targets[edge] ?? -1],
    edges.kinds[edge],
    edges.strengths[edge],
  ]);
