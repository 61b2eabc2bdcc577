import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { closedLoad, type LoadClient, percentile, steadyLoad } from '../../bench/realtime-load.ts';
import { createCheck } from '../../bench/realtime-requests.ts';
import { publish, RUNS, writeTwoRuns } from '../../bench/realtime-runs.ts';
import { loadRun } from '../../lambdas/serve/load-run.ts';
import { createModelEngine } from '../../lambdas/serve/model-engine.ts';
import { CURRENT_KEY, manifestKey } from '../../lambdas/shared/contract/keys.ts';
import { Current } from '../../lambdas/shared/contract/schemas.ts';
import { directoryRunObjects } from '../../local/lake/directory-run-objects.ts';

const fixture = (name: string): string => new URL(`../fixtures/${name}`, import.meta.url).pathname;

describe('two runs', () => {
  let lake = '';
  beforeEach(() => {
    lake = mkdtempSync(join(tmpdir(), 'cartograph-two-runs-'));
  });
  afterEach(() => rmSync(lake, { recursive: true }));

  test('both are complete, and the names of their products begin with their numbers', async () => {
    cpSync(fixture('answer/model'), join(lake, 'model'), { recursive: true });
    mkdirSync(join(lake, 'manifests'));
    const manifest = JSON.parse(readFileSync(fixture('manifest.json'), 'utf8'));
    const names = ['answer.json', 'answer.safetensors', 'histories-00000.json.gz', 'histories-00001.json.gz'];
    const files = names.map((name) => ({
      ...manifest.files[0],
      name: `model/${name}`,
      key: `model/${name}`,
    }));
    writeFileSync(join(lake, manifestKey(1)), JSON.stringify({ ...manifest, run: 1, files }));
    writeTwoRuns(lake);
    const objects = directoryRunObjects(lake);
    for (const run of RUNS) {
      const { engine, ...loaded } = await loadRun(run, { objects, createEngine: createModelEngine });
      expect(loaded.run).toBe(run);
      const found = Array.from({ length: engine.products.count }, (_, number) =>
        engine.products.name(number),
      );
      expect(found.some((name) => name !== undefined)).toBe(true);
      expect(found.every((name) => name === undefined || name.startsWith(String(run)))).toBe(true);
    }
    publish(lake, 2, 7);
    const current = Current.parse(JSON.parse(readFileSync(join(lake, CURRENT_KEY), 'utf8')));
    expect(current).toMatchObject({ run: 2, previous: 1, publication: 7 });
  });
});

describe('the check of answers', () => {
  const answer = (run: number, ...names: string[]) => ({
    status: 200,
    body: JSON.stringify({
      ...{ list: 'any', source: 'model', missing: [], momentMs: 1, newerSales: 0, newestSaleMs: null },
      run: { run, newestSaleMs: 1 },
      unknownProducts: [],
      products: names.map((name, at) => ({ product: `p${at}`, name, rank: at + 1, score: 1 })),
    }),
  });

  test('names of another run are mixed; answers are counted by run', () => {
    const check = createCheck();
    expect(check.fault(answer(1, '1amp', '1ug'))).toBeUndefined();
    expect(check.fault(answer(2, '2amp', '1ug'))).toMatch(/names of another/);
    expect(check.mixed()).toBe(1);
    expect([...check.runs]).toEqual([
      [1, 1],
      [2, 1],
    ]);
  });

  test('an answer without products or with another status is wrong', () => {
    const { fault } = createCheck();
    expect(fault(answer(1))).toMatch(/not complete/);
    expect(fault({ status: 503, body: 'no run' })).toBe('status 503: no run');
  });
});

describe('loads', () => {
  const clientOf = (ask: LoadClient['ask']): LoadClient => ({ ask, stop: () => undefined });
  const options = { next: () => ({ path: '/' }), fault: () => undefined };

  test('callers ask one request at a time each, and failures have their reasons', async () => {
    let [asking, most] = [0, 0];
    const client = clientOf(async () => {
      asking += 1;
      most = Math.max(most, asking);
      await new Promise((resolve) => setTimeout(resolve, 1));
      asking -= 1;
      throw new Error('gone');
    });
    const { latenciesMs, failures } = await closedLoad(3, { ...options, client, seconds: 0.05 });
    expect(most).toBe(3);
    expect(latenciesMs).toEqual([]);
    expect(new Set(failures)).toEqual(new Set(['/: gone']));
  });

  test('a steady load waits for no answer, and a latency counts from the moment when the request was due', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let asked = 0;
    const client = clientOf(async () => {
      asked += 1;
      if (asked === 10) release();
      await held;
      return { status: 200, body: '' };
    });
    const { latenciesMs } = await steadyLoad(100, { ...options, client, seconds: 0.1 });
    expect(latenciesMs).toHaveLength(10);
    // The first request was due 90 ms before the last one, which released all of them.
    expect(Math.max(...latenciesMs)).toBeGreaterThanOrEqual(89);
  });

  test('a percentile is the value that this share does not exceed', () => {
    const values = [4, 1, 3, 2];
    expect([0.25, 0.5, 0.99, 1].map((share) => percentile(values, share))).toEqual([1, 2, 4, 4]);
    expect(percentile([], 0.5)).toBeNaN();
  });
});
