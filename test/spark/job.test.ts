import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { differences, readRun } from '../../bench/answer-run.ts';
import { evaluateGate } from '../../lambdas/publish/gate.ts';
import { manifestKey } from '../../lambdas/shared/contract/keys.ts';
import { polled, writeFileLake, writePolls } from '../../local/lake/file-lake.ts';
import { seeded } from '../../local/shop/random.ts';
import { bestProducts, plantShop, plantUniformShop, type Shop } from '../../local/shop/shop.ts';
import { SIMULATION_END_MS, simulate } from '../../local/shop/simulate.ts';
import { type FileJob, FileJobs, fileJobCommand, fileJobProgram } from '../../local/spark/file-job.ts';
import { loopCommand, loopRequest } from '../../local/spark/kept-jvms.ts';
import { reasonsOf } from './answered-reasons.ts';
import { testGraphFiles } from './graph-files.ts';
import { keyOf, manifestOf } from './lake-files.ts';

/** The real job, one after another in a JVM that stays, on directories instead of buckets. */
const directory = mkdtempSync(join(tmpdir(), 'cartograph-job-'));
const jobs = new FileJobs(directory);
afterAll(async () => {
  await jobs.stop();
  rmSync(directory, { recursive: true, force: true });
});

const MINUTES = 60_000;

async function runJob(lake: string, options: Omit<FileJob, 'lake' | 'directory'> = {}): Promise<string> {
  return (await jobs.run({ lake, directory, ...options })).output;
}

const sales = (shop: Shop, count: number, seed = 1) => [
  ...simulate({ shop, seed, count, endMs: SIMULATION_END_MS, days: 90 }),
];

test('a job that fails says why', { timeout: MINUTES }, async () => {
  const lake = join(directory, 'damaged');
  writeFileLake(lake, [sales(plantShop(1, { users: 20, products: 10 }), 100)]);
  rmSync(join(lake, 'interactions'), { recursive: true });
  await expect(runJob(lake)).rejects.toThrow(/^Cannot run the job: exit code 1: Cannot train: /);
});

describe('a simulated shop of planted tastes', () => {
  const lake = join(directory, 'planted');
  const shop = plantShop(1, { users: 400, products: 150 });
  const records = sales(shop, 12_000);
  const isValid = records.filter(({ broken }) => broken === undefined).length;

  test('is learned: the model beats popularity clearly on both lists', { timeout: 3 * MINUTES }, async () => {
    writeFileLake(lake, [records.slice(0, 5000), records.slice(5000)], { rank: 16 });
    await runJob(lake);
    const { quality, inputs } = manifestOf(lake);
    expect(inputs).toMatchObject({
      interactions: isValid,
      repeats: 0,
      conflicts: 0,
      unweighted: 0,
      windows: [1],
      batches: 2,
    });
    for (const list of [quality.any, quality.new]) {
      expect(list?.model.low).toBeGreaterThan(list?.popularity.high ?? 1);
      expect(list?.model.value).toBeGreaterThan(1.5 * (list?.popularity.value ?? 1));
    }
  });

  test('gets lists near the planted best answer', () => {
    const manifest = manifestOf(lake);
    const rows = readFileSync(join(lake, keyOf(manifest, 'recommendations.csv')), 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','));
    const likely = new Map(
      shop.users.map((user) => [
        user.id,
        new Set(
          bestProducts(shop, user)
            .slice(0, 30)
            .map(({ id }) => id),
        ),
      ]),
    );
    const fresh = rows.filter(([, , list]) => list === 'new');
    const hits = fresh.filter(([user = '', product = '']) => likely.get(user)?.has(product)).length;
    // By chance a fifth of the products would be among the thirty most likely of 150.
    expect(hits / fresh.length).toBeGreaterThan(0.5);
  });

  test('every user without newer sales is answered with the published lists', () => {
    const run = readRun(lake);
    expect(run.published.size).toBeGreaterThan(300);
    expect(differences(run)).toEqual([]);
  });

  test('answers are explained as the explorer explains them', () => {
    const { shown, answered } = reasonsOf(lake);
    expect(shown.filter(({ because }) => because.length > 0).length).toBeGreaterThan(1000);
    expect(answered).toEqual(shown);
  });

  test('invariant 7: the manifest names every file, with its true size and hash', () => {
    const manifest = manifestOf(lake);
    for (const { key, sizeBytes, sha256 } of manifest.files) {
      const bytes = readFileSync(join(lake, key));
      expect({ key, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }).toEqual({
        key,
        size: sizeBytes,
        sha256,
      });
    }
  });

  testGraphFiles(lake);

  test('list new holds nothing that the user has; both lists are full, ranked, and in order of score', () => {
    const manifest = manifestOf(lake);
    const rows = readFileSync(join(lake, keyOf(manifest, 'recommendations.csv')), 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','));
    const bought = new Set(
      readFileSync(join(lake, keyOf(manifest, 'graph/edges.csv')), 'utf8')
        .split('\n')
        .map((line) => line.split(','))
        .filter(([, , kind]) => kind === 'bought')
        .map(([user = '', product = '']) => `${user.slice(2)} ${product.slice(2)}`),
    );
    expect(rows.length).toBe(manifest.counts.recommendations);
    expect(bought.size).toBe(manifest.counts.pairs);
    for (const [index, [user, product, list, rank, score]] of rows.entries()) {
      if (list === 'new') expect(bought.has(`${user} ${product}`)).toBe(false);
      const next = rows[index + 1];
      if (next?.[0] === user && next?.[2] === list) {
        expect(Number(next?.[3])).toBe(Number(rank) + 1);
        expect(Number(next?.[4])).toBeLessThanOrEqual(Number(score));
      }
    }
  });

  test('a second attempt loses to the manifest of the first and leaves it alone', {
    timeout: 3 * MINUTES,
  }, async () => {
    const before = readFileSync(join(lake, manifestKey(1)));
    expect(await runJob(lake, { attempt: 2, cores: 4 })).toContain(
      'Another attempt wrote the manifest first',
    );
    expect(readFileSync(join(lake, manifestKey(1)))).toEqual(before);
    expect(existsSync(join(lake, 'runs/00000001/00000002/metrics.json'))).toBe(true);
  });

  test('invariants 2 and 6: the same inputs give the same lists on any number of cores', {
    timeout: 5 * MINUTES,
  }, async () => {
    // The first attempt ran on 2 cores, the second on 4, both in the same JVM. The third is a spark-submit, as in the cloud.
    const args = fileJobCommand({ lake, directory, attempt: 3, cores: 1 });
    await promisify(execFile)('java', args, { maxBuffer: 1e8 });
    const [first = '', ...others] = [1, 2, 3].map((attempt) =>
      readFileSync(join(lake, `runs/00000001/0000000${attempt}/recommendations.csv`), 'utf8'),
    );
    expect(first.split('\n').length).toBeGreaterThan(1000);
    for (const other of others) expect(other === first).toBe(true);
  });

  test('a JVM ends with the process that sends it jobs, in the middle of a job', {
    timeout: 3 * MINUTES,
  }, async () => {
    const log = join(directory, 'orphan.log');
    const program = fileJobProgram({ lake, directory, attempt: 5 });
    const child = spawn('java', loopCommand(program), { stdio: ['pipe', 'ignore', 'ignore'] });
    const ended = once(child, 'exit');
    child.stdin.write(`${loopRequest(program, log)}\n`);
    await expect
      .poll(() => existsSync(log) && readFileSync(log, 'utf8'), { timeout: MINUTES })
      .toContain('"message":"Done"');
    child.stdin.end();
    await ended;
    expect(readFileSync(log, 'utf8')).not.toContain('Another attempt');
    expect(existsSync(join(lake, 'runs/00000001/00000005/metrics.json'))).toBe(false);
  });
});

test('on uniformly random sales the model does not beat popularity, and the gate lets nothing take its place', {
  timeout: 3 * MINUTES,
}, async () => {
  const lake = join(directory, 'uniform');
  writeFileLake(lake, [sales(plantUniformShop({ users: 400, products: 150 }), 12_000)], { rank: 16 });
  await runJob(lake);
  const { quality, gate, counts } = manifestOf(lake);
  for (const list of [quality.any, quality.new])
    expect(list?.model.value).toBeLessThan((list?.popularity.high ?? 0) + 0.01);
  // Nobody has to be asked about what is served: popularity would be.
  expect(evaluateGate({ gate, counts }, 1).decision).toBe('refused');
});

test('invariant 2: delivered twice, reordered and re-cut, the training set has the same hash and every file the same bytes', {
  timeout: 6 * MINUTES,
}, async () => {
  const records = polled(sales(plantShop(5, { users: 60, products: 40 }), 2000));
  const [once, again] = [join(directory, 'once'), join(directory, 'again')];
  writePolls(once, [records], { rank: 8, iterations: 3 });
  const random = seeded(7);
  const cuts = Array.from({ length: 12 }, () => {
    const first = random.below(records.length - 1);
    return records.slice(first, first + 1 + random.below(400)).sort(() => random.unit() - 0.5);
  });
  writePolls(again, [records.slice(1000), ...cuts, records.slice(0, 1200)], { rank: 8, iterations: 3 });
  await runJob(once, { cores: 1 });
  await runJob(again, { cores: 1 });
  const [a, b] = [manifestOf(once), manifestOf(again)];
  expect(b.inputs.repeats).toBeGreaterThan(200);
  expect(b.inputs.trainingSetSha256).toBe(a.inputs.trainingSetSha256);
  expect(b.files.map(({ name, sha256 }) => [name, sha256])).toEqual(
    a.files.map(({ name, sha256 }) => [name, sha256]),
  );
});
