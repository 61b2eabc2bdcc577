import { expect, test } from 'vitest';
import { updateManifest } from '../../../../lambdas/forget/files/manifest.ts';
import { redraw } from '../../../../lambdas/forget/files/redraw.ts';
import { createFileKinds, kindOf } from '../../../../lambdas/forget/files/registry.ts';
import { renderRun } from '../../../../lambdas/render/render.ts';
import { chartsOf, manifestKey } from '../../../../lambdas/shared/contract/keys.ts';
import { type MemoryLake, memoryLake } from '../../../lake.ts';
import { recordingLog } from '../../log.ts';
import { sampleRun, storeRun } from '../../samples.ts';
import { changedBytes, erasing } from './erasing.ts';

async function drawnRun(): Promise<MemoryLake> {
  const lake = memoryLake();
  await storeRun(lake, 1);
  await renderRun({ lake, log: recordingLog() }, 1);
  return lake;
}

const redrawn = (lake: MemoryLake) => redraw(1, { lake, read: async (key) => lake.objects.get(key)?.bytes });

async function replace(lake: MemoryLake, key: string, text: string): Promise<void> {
  const { etag } = (await lake.read(key)) ?? {};
  await lake.replace(key, text, 'application/json', etag);
}

/** Removes a user from the summaries and the manifest of run 1. */
async function erase(lake: MemoryLake, user: string): Promise<void> {
  for (const { key, name } of sampleRun(1).manifest.files) {
    const kind = kindOf(createFileKinds({}), key);
    const rewritten = await kind?.rewrite(lake.objects.get(key)?.bytes ?? Buffer.alloc(0), erasing([user]), {
      key,
    });
    if (!rewritten?.changed) continue;
    await replace(lake, key, changedBytes(rewritten).toString());
    const after = { sizeBytes: 1, rows: 1, sha256: 'c'.repeat(64) };
    await replace(lake, manifestKey(1), updateManifest(lake.text(manifestKey(1)), 1, [{ name, after }]));
  }
}

test('a run without a forgotten user is not drawn again', async () => {
  expect(await redrawn(await drawnRun())).toEqual([]);
});

test('pictures without users stay as an earlier version drew them', async () => {
  const lake = await drawnRun();
  await replace(lake, `${chartsOf(1)}top-products.svg`, 'drawn by an earlier version');
  expect(await redrawn(lake)).toEqual([]);
});

test('a run that was not drawn stays so', async () => {
  const lake = memoryLake();
  await storeRun(lake, 1);
  expect(await redrawn(lake)).toEqual([]);
});

test('the picture and the page lose the user, and nothing else is drawn again', async () => {
  const lake = await drawnRun();
  const named = ['recommendation-graph.svg', 'recommendation-graph.vg.json', 'index.html'];
  for (const name of named) expect(lake.text(chartsOf(1) + name)).toContain('bob');
  const before = new Map(lake.objects);
  await erase(lake, 'bob');
  const objects = await redrawn(lake);
  expect(objects.map(({ key }) => key.slice(chartsOf(1).length)).sort()).toEqual(
    ['recommendation-graph.png', ...named].sort(),
  );
  for (const { key, bytes, contentType } of objects) {
    expect(contentType).toMatch(/^(?:image\/(?:png|svg\+xml)|application\/json|text\/html; charset=utf-8)$/);
    // The page also names a user called "ann & bob".
    if (!key.endsWith('.png'))
      expect(
        Buffer.from(bytes)
          .toString()
          .replaceAll(/ann &(?:amp;)? bob|ann%20%26%20bob/g, ''),
      ).not.toContain('bob');
  }
  const isDrawn = new Set(objects.map(({ key }) => key));
  for (const [key, { bytes }] of before)
    if (key.startsWith(chartsOf(1)) && !isDrawn.has(key)) expect(lake.objects.get(key)?.bytes).toEqual(bytes);
});

test('the page without the user who was its example shows none', async () => {
  const lake = await drawnRun();
  expect(lake.text(`${chartsOf(1)}index.html`)).toContain('Newest purchases of ann &amp; bob');
  await erase(lake, 'ann & bob');
  const objects = await redrawn(lake);
  expect(objects.map(({ key }) => key)).toEqual([`${chartsOf(1)}index.html`]);
  expect(Buffer.from(objects[0]?.bytes ?? []).toString()).not.toContain('Newest purchases');
});
