import { expect, test } from 'vitest';
import { CHART_NAMES } from '../../../lambdas/render/charts/registry.ts';
import { type Parts, renderDecided, renderRun, sweep } from '../../../lambdas/render/render.ts';
import { MAX_TRIES } from '../../../lambdas/render/tries.ts';
import {
  chartsFailedKey,
  chartsOf,
  manifestKey,
  publicationKey,
} from '../../../lambdas/shared/contract/keys.ts';
import { toJson } from '../../../lambdas/shared/platform/lake.ts';
import { type MemoryLake, memoryLake } from '../../lake.ts';
import { recordingLog } from '../log.ts';
import { pagesPublication, storePagesRun } from '../pages-samples.ts';
import { sampleRun, storeRun } from '../samples.ts';

const parts = (lake: MemoryLake, log = recordingLog()) => ({ lake, log });

/** Returns the key of a file of run 1. */
const keyOf = (name: string): string => {
  const file = sampleRun(1).manifest.files.find((candidate) => candidate.name === name);
  if (!file) throw new Error(`The sample has no ${name}`);
  return file.key;
};

/** Writes decisions on runs: publication N decides run N. */
async function decide(lake: MemoryLake, ...runs: readonly number[]): Promise<void> {
  for (const run of runs)
    await lake.create(publicationKey(run), toJson(pagesPublication(run)), 'application/json');
}

/** Replaces a file of run 1, which only a test may do. */
const rewrite = (lake: MemoryLake, name: string, change: (text: string) => string): Promise<void> =>
  rewriteKey(lake, keyOf(name), change);

async function rewriteKey(lake: MemoryLake, key: string, change: (text: string) => string): Promise<void> {
  const { text = '', etag } = (await lake.read(key)) ?? {};
  await lake.replace(key, change(text), 'application/json', etag);
}

const FILES = [
  ...CHART_NAMES.flatMap((name) => [
    `${name}.png`,
    `${name}.svg`,
    `${name}.${name === 'recommendation-graph' ? 'vg' : 'vl'}.json`,
  ]),
  'index.html',
]
  .toSorted()
  .map((name) => `${chartsOf(1)}${name}`);

test('a run becomes charts, each as SVG, PNG and specification, and a page', async () => {
  const lake = memoryLake();
  await storeRun(lake, 1);
  await renderRun(parts(lake), 1);
  expect(lake.keys('charts/')).toEqual(FILES);
  for (const key of FILES.filter((name) => name.endsWith('.png')))
    expect(lake.objects.get(key)?.bytes.subarray(1, 4).toString()).toBe('PNG');
  expect(lake.text(`${chartsOf(1)}index.html`)).toContain('0.500 (0.400–0.600)');
});

test('drawing again gives the same bytes', async () => {
  const [once, again] = [memoryLake(), memoryLake()];
  for (const lake of [once, again]) {
    await storeRun(lake, 1);
    await renderRun(parts(lake), 1);
  }
  await renderRun(parts(again), 1);
  for (const key of FILES) expect(again.objects.get(key)?.bytes, key).toEqual(once.objects.get(key)?.bytes);
});

test('a product named <script> is shown as text, on the page and in the pictures', async () => {
  const lake = memoryLake();
  await storeRun(lake, 1);
  await renderRun(parts(lake), 1);
  // One holds the data of the page, and one is its script.
  for (const key of FILES.filter((name) => /\.(svg|html)$/.test(name)))
    expect(lake.text(key).match(/<script[ >]/g) ?? [], key).toHaveLength(key.endsWith('.html') ? 2 : 0);
  expect(lake.text(`${chartsOf(1)}index.html`)).toContain(
    '&lt;script&gt;alert(&quot;lamp&quot;)&lt;/script&gt; (lamp2)',
  );
  expect(lake.text(`${chartsOf(1)}index.html`)).toContain('Newest purchases of ann &amp; bob: ');
  expect(lake.text(`${chartsOf(1)}top-products.svg`)).toContain('&lt;script&gt;');
});

test.each([
  ['U+0000, which XML does not allow', 'Blue\u0000lamp', 'Blue\ufffdlamp'],
  ['an escape', 'Blue\u001blamp', 'Blue\ufffdlamp'],
  ['U+FFFE, which XML does not allow', 'Blue\ufffelamp', 'Blue\ufffdlamp'],
  ['a line separator, which ends a string in an expression of Vega', 'Blue\u2028lamp', 'Blue lamp'],
  ['quotes and a backslash', `Blue "'\\lamp`, `Blue "'\\lamp`],
])('a name with %s is drawn', async (_what, name, shown) => {
  const lake = memoryLake();
  await storeRun(lake, 1);
  await rewrite(lake, 'summary/products.json', (text) =>
    text.replaceAll('"Blue lamp"', JSON.stringify(name)),
  );
  await rewrite(lake, 'summary/graph.json', (text) => text.replaceAll('"Blue lamp"', JSON.stringify(name)));
  await renderRun(parts(lake), 1);
  expect(lake.keys('charts/')).toEqual(FILES);
  for (const picture of ['top-products.svg', 'recommendation-graph.svg'])
    expect(lake.text(`${chartsOf(1)}${picture}`)).toContain(shown);
});

test('the events of files that were replaced because a user was forgotten draw nothing again', async () => {
  const lake = memoryLake();
  await storeRun(lake, 1);
  await decide(lake, 1);
  const draw: NonNullable<Parts['draw']> = async () => [];
  await renderDecided({ ...parts(lake), draw }, 1);
  await rewrite(lake, 'summary/users.json', () => '{"users": []}\n');
  await rewriteKey(lake, manifestKey(1), (text) => text.replaceAll(/"sizeBytes": \d+/g, '"sizeBytes": 1'));
  const before = lake.keys().map((key) => [key, lake.text(key)]);
  const fail: NonNullable<Parts['draw']> = async () => {
    throw new Error('nothing should be drawn');
  };
  await renderDecided({ ...parts(lake), draw: fail }, 1);
  await sweep({ ...parts(lake), draw: fail });
  expect(lake.keys().map((key) => [key, lake.text(key)])).toEqual(before);
});

test('a run that is drawn after its files were replaced does not need their sizes and hashes', async () => {
  const lake = memoryLake();
  await storeRun(lake, 1);
  await rewrite(lake, 'summary/users.json', () => '{"users": []}\n');
  await renderRun({ ...parts(lake), draw: async () => [] }, 1);
  expect(lake.text(`${chartsOf(1)}index.html`)).not.toContain('Newest purchases of ann');
});

test('the charts of an empty run say so', async () => {
  const lake = memoryLake();
  await storeRun(lake, 1, { isEmpty: true });
  await renderRun(parts(lake), 1);
  expect(lake.keys('charts/')).toEqual(FILES);
  expect(lake.text(`${chartsOf(1)}recommendation-graph.svg`)).toContain('Nothing is recommended yet');
  expect(lake.text(`${chartsOf(1)}top-products.svg`)).toContain('Nothing is recommended yet');
  expect(lake.text(`${chartsOf(1)}degrees.svg`)).toContain('There are no links yet');
  expect(lake.text(`${chartsOf(1)}index.html`)).toContain('No sales could be held out to measure quality');
});

test('three messages at once render the same files as one message', async () => {
  const [once, thrice] = [memoryLake(), memoryLake()];
  for (const lake of [once, thrice]) await storeRun(lake, 1);
  await renderRun(parts(once), 1);
  await Promise.all([1, 2, 3].map(() => renderRun(parts(thrice), 1)));
  expect(thrice.keys('charts/')).toEqual(FILES);
  for (const key of FILES) expect(thrice.objects.get(key)?.bytes, key).toEqual(once.objects.get(key)?.bytes);
});

test.each(Object.keys(sampleRun(1).documents))(
  'without %s no page is written, and the error names it',
  async (name) => {
    const lake = memoryLake();
    await storeRun(lake, 1);
    const key = keyOf(name);
    lake.objects.delete(key);
    await expect(renderRun(parts(lake), 1)).rejects.toThrow(`Cannot render run 1: ${key} is missing`);
    expect(lake.keys('charts/')).toEqual([]);
  },
);

test('the error names a file that is missing from the manifest', async () => {
  const lake = memoryLake();
  const { manifest } = sampleRun(1);
  const files = manifest.files.filter(({ name }) => name !== 'summary/users.json');
  await storeRun(lake, 1);
  await rewriteKey(lake, manifestKey(1), () => toJson({ ...manifest, files }));
  await expect(renderRun(parts(lake), 1)).rejects.toThrow(
    'Cannot render run 1: its manifest names no summary/users.json',
  );
});

test('the error names a file of the run that is missing or malformed', async () => {
  const lake = memoryLake();
  await storeRun(lake, 1);
  const key = keyOf('summary/degrees.json');
  await rewriteKey(lake, key, () => '{"users": 3}');
  await expect(renderRun(parts(lake), 1)).rejects.toThrow(`Cannot read ${key}: users`);
  lake.objects.delete(key);
  await expect(renderRun(parts(lake), 1)).rejects.toThrow(`Cannot render run 1: ${key} is missing`);
  await expect(renderRun(parts(lake), 2)).rejects.toThrow('manifests/00000002.json is missing');
});

test('invariant 5: the sweep draws runs without a page, continues after a failure, and gives a run up after enough tries', async () => {
  const lake = memoryLake();
  const log = recordingLog();
  await lake.create(manifestKey(1), 'not JSON', 'application/json');
  await storeRun(lake, 2);
  await decide(lake, 1, 2);
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

test('a run is not given up because the bucket does not answer: the sweep draws it when the bucket answers again', async () => {
  const lake = memoryLake();
  await storeRun(lake, 1);
  await decide(lake, 1);
  lake.fault = (operation, key) => {
    if (operation === 'create' && key.endsWith('.svg')) throw new Error('the bucket is unreachable');
  };
  for (let tries = 0; tries <= MAX_TRIES; tries++)
    await expect(sweep({ ...parts(lake), draw: writeOne })).rejects.toThrow('Cannot render 1 runs');
  expect(lake.keys(chartsFailedKey(1))).toEqual([]);
  lake.fault = () => undefined;
  await sweep({ ...parts(lake), draw: writeOne });
  expect(lake.keys(chartsOf(1))).toContain(`${chartsOf(1)}index.html`);
});

/** Draws nothing, because that takes seconds. */
const writeOne: NonNullable<Parts['draw']> = async (_, write) => {
  await write('chart.svg', '-', 'image/svg+xml');
  return [];
};

test('sweeps skip a run that was given up; a message draws it once it can be read', async () => {
  const lake = memoryLake();
  await storeRun(lake, 1);
  await decide(lake, 1);
  const { text = '' } = (await lake.read(manifestKey(1))) ?? {};
  await rewriteKey(lake, manifestKey(1), () => 'not JSON');
  for (let tries = 0; tries < MAX_TRIES; tries++)
    await expect(sweep(parts(lake))).rejects.toThrow('Cannot render 1 runs');
  const before = lake.keys();
  const log = recordingLog();
  await sweep(parts(lake, log));
  await sweep(parts(lake, log));
  expect(lake.keys()).toEqual([...before, chartsFailedKey(1)].toSorted());
  expect(log.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  await rewriteKey(lake, manifestKey(1), () => text);
  await renderRun(parts(lake), 1);
  expect(lake.keys(chartsOf(1))).toEqual(expect.arrayContaining(FILES));
});

test('the sweep skips a run with a page, and does not count a try', async () => {
  const lake = memoryLake();
  await storeRun(lake, 1);
  await decide(lake, 1);
  await renderRun(parts(lake), 1);
  lake.fault = (operation, key) => {
    if (operation === 'create') throw new Error(`${key} is written again`);
  };
  await sweep(parts(lake));
  expect(lake.keys('charts/')).toEqual(FILES);
});

test('the sweep completes a run after a crash between the charts and the page', async () => {
  const [crashed, whole] = [memoryLake(), memoryLake()];
  for (const lake of [crashed, whole]) {
    await storeRun(lake, 1);
    await decide(lake, 1);
  }
  crashed.fault = (operation, key) => {
    if (operation === 'create' && key.endsWith('index.html')) throw new Error('the store is away');
  };
  await expect(renderRun(parts(crashed), 1)).rejects.toThrow('the store is away');
  expect(crashed.keys('charts/')).toEqual(FILES.filter((key) => !key.endsWith('index.html')));
  crashed.fault = () => undefined;
  await sweep(parts(crashed));
  await renderRun(parts(whole), 1);
  for (const key of FILES) expect(crashed.text(key), key).toBe(whole.text(key));
});

test('without a run the sweep has nothing to do', async () => {
  const lake = memoryLake();
  await sweep(parts(lake));
  expect(lake.keys()).toEqual([]);
});

test('the page shows the decision of its time; later decisions do not change it', {
  timeout: 180_000,
}, async () => {
  const [early, late] = [memoryLake(), memoryLake()];
  for (const lake of [early, late]) for (const run of [1, 2]) await storePagesRun(lake, run);
  await storePagesRun(late, 3, { decision: 'refused' });
  for (const lake of [early, late]) await renderDecided(parts(lake), 2);
  const page = `${chartsOf(2)}index.html`;
  expect(late.text(page)).toBe(early.text(page));
  expect(late.text(page)).toContain('✓ promoted</span>: better than run 1');
  await renderDecided(parts(late), 3);
  expect(late.text(`${chartsOf(3)}index.html`)).toContain('✗ refused</span>: worse on &lt;script&gt;');
});

test('a decision on a run with a page changes nothing; a missing decision is an error', async () => {
  const lake = memoryLake();
  await storePagesRun(lake, 1);
  await renderDecided(parts(lake), 1);
  const before = lake.keys();
  const log = recordingLog();
  await renderDecided(parts(lake, log), 1);
  expect([lake.keys(), log.lines]).toEqual([before, []]);
  await expect(renderDecided(parts(lake), 2)).rejects.toThrow('publications/00000002.json is missing');
});

test('the sweep skips a run that is not decided yet, and draws one that was passed over', async () => {
  const lake = memoryLake();
  for (const run of [1, 2, 3]) await storeRun(lake, run);
  await lake.create(
    publicationKey(1),
    toJson({ ...pagesPublication(2), publication: 1 }),
    'application/json',
  );
  // Publish counts its tries below the prefix of its decisions.
  await lake.create('publications/tries/00000003/00000001.json', '{}', 'application/json');
  await sweep(parts(lake));
  expect(lake.keys('charts/').filter((key) => key.endsWith('.html'))).toEqual([
    `${chartsOf(1)}index.html`,
    `${chartsOf(2)}index.html`,
  ]);
  expect(lake.text(`${chartsOf(1)}index.html`)).toContain('No decision had been made');
});
