import { expect, test } from 'vitest';
import { requestErasure } from '../../../lambdas/erasures/request.ts';
import { workOnErasures } from '../../../lambdas/forget/worker.ts';
import { renderRun } from '../../../lambdas/render/render.ts';
import { PROGRESS_KEY, Progress } from '../../../lambdas/shared/contract/erasure.ts';
import { chartsOf, manifestKey } from '../../../lambdas/shared/contract/keys.ts';
import { Manifest } from '../../../lambdas/shared/contract/schemas.ts';
import { toJson } from '../../../lambdas/shared/platform/lake.ts';
import { versionedLake } from '../../../local/lake/versioned-lake.ts';
import { memoryLake } from '../../lake.ts';
import { recordingLog } from '../log.ts';
import { sampleRun, storeRun } from '../samples.ts';
import { factsOf, NOW, receiptOf, workerParts } from './sample-bucket.ts';

const PAGE = `${chartsOf(1)}index.html`;
const LISTS = 'user,product,list,rank,score\nleaving-7,1,any,1,0.5\n11,1,any,1,0.5\n';
const { run, attempt } = sampleRun(1).manifest;
const listsOf = (ofAttempt: number): string =>
  `runs/${String(run).padStart(8, '0')}/${String(ofAttempt).padStart(8, '0')}/recommendations.csv`;

/** The page shows the beginnings of hashes. */
const hashOnPage = (text: string): string => `${factsOf(text).sha256.slice(0, 16)}…`;

/** A run that was drawn; a user is in its lists, but in none of its summaries. */
async function drawnRun() {
  const lake = memoryLake();
  await storeRun(lake, 1);
  const manifest = Manifest.parse(JSON.parse(lake.text(manifestKey(1))));
  const file = { name: 'recommendations.csv', key: listsOf(attempt), rows: 2, ...factsOf(LISTS) };
  const files = [...manifest.files.filter(({ name }) => name !== file.name), file];
  const { etag } = (await lake.read(manifestKey(1))) ?? {};
  await lake.replace(manifestKey(1), toJson({ ...manifest, files }), 'application/json', etag);
  await renderRun({ lake, log: recordingLog() }, 1);
  const bucket = versionedLake();
  bucket.nowMs = NOW - 5_000;
  for (const [key, { bytes }] of lake.objects) bucket.put(key, bytes);
  bucket.put(listsOf(attempt), LISTS);
  return bucket;
}

test('the page of a run shows the new size and hash of a file, also if its summaries are as they were', async () => {
  const bucket = await drawnRun();
  const hash = hashOnPage(LISTS);
  expect(bucket.bytes(PAGE).includes(hash)).toBe(true);
  const before = bucket.state((key) => key.startsWith('charts/') && key !== PAGE);
  const parts = workerParts(bucket);
  await requestErasure(['leaving-7'], 'a test', parts);
  await workOnErasures(false, parts);
  const page = bucket.bytes(PAGE);
  expect(page.includes(hash)).toBe(false);
  expect(page.includes(hashOnPage(bucket.bytes(listsOf(attempt)).toString()))).toBe(true);
  expect(bucket.state((key) => key.startsWith('charts/') && key !== PAGE)).toEqual(before);
});

test('a run of which only another attempt was changed keeps its page', async () => {
  const bucket = await drawnRun();
  bucket.put(listsOf(attempt), LISTS.replace('leaving-7', '12'));
  bucket.put(listsOf(attempt + 1), LISTS);
  bucket.put(PAGE, 'drawn by an earlier version');
  const parts = workerParts(bucket);
  await requestErasure(['leaving-7'], 'a test', parts);
  await workOnErasures(false, parts);
  expect(bucket.bytes(listsOf(attempt + 1)).toString()).not.toContain('leaving-7');
  expect(bucket.bytes(PAGE).toString()).toBe('drawn by an earlier version');
});

const GRAPH = ['svg', 'png', 'vg.json'].map((ending) => `${chartsOf(1)}recommendation-graph.${ending}`);

test('old versions of pictures and pages that were deleted go too', async () => {
  const bucket = await drawnRun();
  const pages = [`${chartsOf(1)}recommendation-graph.svg`, PAGE];
  for (const key of pages) bucket.mark(key);
  const parts = workerParts(bucket);
  await requestErasure(['leaving-7'], 'a test', parts);
  await workOnErasures(false, parts);
  for (const key of pages) expect(bucket.objects.get(key)?.filter(({ bytes }) => bytes) ?? []).toEqual([]);
});

test('a run without a page loses the pictures that show users, and render draws it later', async () => {
  const bucket = await drawnRun();
  const { versionId = '' } = bucket.objects.get(PAGE)?.[0] ?? {};
  await bucket.bucket.removeVersion(PAGE, versionId);
  const others = bucket.state((key) => key.startsWith('charts/') && !GRAPH.includes(key));
  const parts = workerParts(bucket);
  await requestErasure(['leaving-7'], 'a test', parts);
  await workOnErasures(false, parts);
  expect(bucket.state((key) => key.startsWith('charts/'))).toEqual(others);
});

test('a page that was drawn during the work is followed by another pass', async () => {
  const bucket = await drawnRun();
  const page = bucket.bytes(PAGE);
  const graph = bucket.bytes(GRAPH[0] ?? '');
  const { versionId = '' } = bucket.objects.get(PAGE)?.[0] ?? {};
  await bucket.bucket.removeVersion(PAGE, versionId);
  const parts = workerParts(bucket);
  bucket.afterChange = (operation, key) => {
    if (operation !== 'replace' || key !== PROGRESS_KEY) return;
    const { step, after } = Progress.parse(JSON.parse(bucket.bytes(PROGRESS_KEY).toString()));
    if (step !== 'scan' || after !== '') return;
    bucket.afterChange = () => undefined;
    // render read the files before they were changed.
    bucket.nowMs = NOW;
    for (const [name, bytes] of [...GRAPH.map((name) => [name, graph] as const), [PAGE, page] as const])
      bucket.put(name, bytes);
  };
  await requestErasure(['leaving-7'], 'a test', parts);
  await workOnErasures(false, parts);
  expect(bucket.bytes(PAGE).includes(hashOnPage(LISTS))).toBe(false);
});

test('a page that this work has drawn needs no other search', async () => {
  const bucket = await drawnRun();
  const parts = workerParts(bucket);
  await requestErasure(['leaving-7'], 'a test', parts);
  await workOnErasures(false, parts);
  expect((await receiptOf(bucket, 1)).passes).toBe(2);
});
