import { expect, test } from 'vitest';
import { MAX_TRIES, renderRun, sweep } from '../../../lambdas/render/render.ts';
import { chartsOf, manifestKey } from '../../../lambdas/shared/keys.ts';
import { type MemoryLake, memoryLake } from '../../lake.ts';
import { recordingLog } from '../log.ts';
import { sampleRun, storeRun } from '../samples.ts';

const parts = (lake: MemoryLake, log = recordingLog()) => ({ lake, log });
const FILES = [
  'degrees.png',
  'degrees.svg',
  'degrees.vg.json',
  'index.html',
  'recommendation-graph.png',
  'recommendation-graph.svg',
  'recommendation-graph.vg.json',
  'top-products.png',
  'top-products.svg',
  'top-products.vg.json',
].map((name) => `${chartsOf(1)}${name}`);

test('a run becomes three charts, each as SVG, PNG and specification, and a page', async () => {
  const lake = memoryLake();
  await storeRun(lake, 1);
  await renderRun(parts(lake), 1);
  expect(lake.keys('charts/')).toEqual(FILES);
  for (const key of FILES.filter((name) => name.endsWith('.png')))
    expect(lake.objects.get(key)?.bytes.subarray(1, 4).toString()).toBe('PNG');
  expect(lake.text(`${chartsOf(1)}index.html`)).toContain('0.500 (0.400–0.600)');
});

test('what is drawn again is the same to the byte', async () => {
  const [once, again] = [memoryLake(), memoryLake()];
  for (const lake of [once, again]) {
    await storeRun(lake, 1);
    await renderRun(parts(lake), 1);
  }
  await renderRun(parts(again), 1);
  for (const key of FILES) expect(again.objects.get(key)?.bytes, key).toEqual(once.objects.get(key)?.bytes);
});

test('a product named <script> is shown as that, on the page and in the pictures', async () => {
  const lake = memoryLake();
  await storeRun(lake, 1);
  await renderRun(parts(lake), 1);
  for (const key of FILES.filter((name) => /\.(svg|html)$/.test(name)))
    expect(lake.text(key), key).not.toContain('<script');
  expect(lake.text(`${chartsOf(1)}index.html`)).toContain(
    '&lt;script&gt;alert(&quot;lamp&quot;)&lt;/script&gt; (lamp2)',
  );
  expect(lake.text(`${chartsOf(1)}index.html`)).toContain('One user: ann &amp; bob');
  expect(lake.text(`${chartsOf(1)}top-products.svg`)).toContain('&lt;script&gt;');
});

test('a run of nothing has charts that say so', async () => {
  const lake = memoryLake();
  await storeRun(lake, 1, { isEmpty: true });
  await renderRun(parts(lake), 1);
  expect(lake.keys('charts/')).toEqual(FILES);
  expect(lake.text(`${chartsOf(1)}top-products.svg`)).toContain('Nothing is recommended yet');
  expect(lake.text(`${chartsOf(1)}index.html`)).toContain('No holdout could be made');
});

test('a file of the run that is missing is named, and so is one that is not what it should be', async () => {
  const lake = memoryLake();
  await storeRun(lake, 1);
  const key = sampleRun(1).manifest.files.find(({ name }) => name === 'summary/degrees.json')?.key ?? '';
  lake.objects.set(key, { bytes: Buffer.from('{"users": 3}'), storedAtMs: 0 });
  await expect(renderRun(parts(lake), 1)).rejects.toThrow(`Cannot read ${key}: users`);
  lake.objects.delete(key);
  await expect(renderRun(parts(lake), 1)).rejects.toThrow(`Cannot render run 1: ${key} is missing`);
  await expect(renderRun(parts(lake), 2)).rejects.toThrow('manifests/00000002.json is missing');
});

test('invariant 5: the sweep draws what has no page, goes past what fails, and gives it up after enough tries', async () => {
  const lake = memoryLake();
  const log = recordingLog();
  await lake.create(manifestKey(1), 'not JSON', 'application/json');
  await storeRun(lake, 2);
  for (let tries = 0; tries < MAX_TRIES; tries++)
    await expect(sweep(parts(lake, log))).rejects.toThrow('Cannot render 1 runs');
  expect(lake.keys(chartsOf(2))).toContain(`${chartsOf(2)}index.html`);
  await sweep(parts(lake, log));
  expect(log.lines.at(-1)).toMatchObject({
    level: 'error',
    message: `Gave up rendering after ${MAX_TRIES} tries`,
    object: manifestKey(1),
  });
});
