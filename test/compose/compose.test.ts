import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, type TestContext, test } from 'vitest';
import { CURRENT_KEY, chartsOf, INDEX_KEY, PREFIX } from '../../lambdas/shared/contract/keys.ts';
import { Current } from '../../lambdas/shared/contract/schemas.ts';
import { writeFileLake } from '../../local/lake/file-lake.ts';
import { REFUSED_CODE } from '../../local/results/smoke.ts';
import { defaultSales } from '../../local/shop/simulate.ts';
import { hashesOf, runJob } from './cluster-job.ts';
import { BASE_IMAGES, LOCALSTACK_IMAGES, skipOverBudget, whyNoContainers } from './engine.ts';
import { FILES, Project } from './project.ts';

/** What the README says of Docker, with the containers themselves: from the first sale to a page, and down to nothing. */
const MINUTES = 60_000;

const IMAGES = {
  MiniStack: BASE_IMAGES,
  LocalStack: [...BASE_IMAGES, ...LOCALSTACK_IMAGES],
} as const;

/**
 * Skips a test if its containers cannot run. This is decided when the test runs, so that a test which the command line leaves
 * out needs none of its images.
 */
async function skipWithoutContainers(context: TestContext, images: readonly string[]): Promise<void> {
  const reason = await whyNoContainers(images);
  if (reason === undefined) return;
  console.log(`Skipped: ${context.task.suite?.name ?? context.task.name}: ${reason}`);
  context.skip(reason);
}

describe.each(['MiniStack', 'LocalStack'] as const)('the compose file with %s', (emulator) => {
  const project = new Project(`cartograph-${emulator.toLowerCase()}-${process.pid}`, FILES[emulator]);
  afterAll(() => project.down());

  test('comes up, draws the pages, takes a sale that a user sends, passes smoke, and leaves nothing behind', {
    timeout: 50 * MINUTES,
  }, async (context) => {
    await skipWithoutContainers(context, IMAGES[emulator]);
    await skipOverBudget(context, async () => {
      // Not --wait: it takes the end of the service `lambda`, which only pulls an image, for a failure.
      await project.run('up', '--build', '--detach');
      const log = await project.untilLogged('cartograph', 'Running until Ctrl-C');
      expect(log).not.toContain('✗');
      const pages = await project.addressOf('cartograph', 8080);
      const before = await runServed(pages);
      await expectPage(pages, before);
      await expectDrawn(pages, 2);

      await expect(project.npm('lists', '--user', 'someone-new')).rejects.toThrow('someone-new');
      await project.npm('produce', '--user', 'someone-new', '--product', 'p0001');
      // One of them is the purchase that the report of the start shows.
      expect(await project.npm('flush')).toMatch(
        /is cut: 2 new interactions in [12] batch(es)?: flushed on request/,
      );
      expect(await project.npm('lists', '--user', 'someone-new')).toContain(
        `Run ${before + 1} recommends to someone-new`,
      );
      expect(await runServed(pages)).toBe(before + 1);
      expect(before + 1).toBeGreaterThanOrEqual(2);
      await expectPage(pages, before + 1);

      expect(await smoke(project)).toMatch(/✓ the numbers of run \d+ add up: /);

      project.down();
      expect(project.leftovers()).toEqual([]);
    });
  });
});

/**
 * The same job in one process on two cores, and on a standalone cluster of two workers with a core each. Both read the sales
 * from the emulator's bucket and write their files there.
 */
describe('a standalone cluster of two workers', () => {
  const SALES = 5_000;
  const project = new Project(`cartograph-cluster-${process.pid}`, FILES.MiniStack, ['cluster']);
  afterAll(() => project.down());

  test('invariant 6: on two workers the job writes the same lists as in one process, and every file of the run has the same hash', {
    timeout: 40 * MINUTES,
  }, async (context) => {
    await skipWithoutContainers(context, IMAGES.MiniStack);
    await skipOverBudget(context, async () => {
      // Not before: if the command line leaves the test out, no hook would remove it.
      const directory = mkdtempSync(join(tmpdir(), 'cartograph-cluster-'));
      context.onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
      writeFileLake(directory, [[...defaultSales({ seed: 1, count: SALES })]]);
      await project.run('up', '--build', '--detach', '--wait', 'aws', 'spark');
      const alone = await runJob(project, { directory, bucket: 'alone', interactions: SALES });

      project.set('SPARK_MASTER', 'spark://spark-master:7077');
      await project.run('up', '--detach', '--wait', 'spark', 'spark-master', 'spark-worker');
      await project.untilLogged('spark-master', 'Registering worker');
      const cluster = await runJob(project, { directory, bucket: 'cluster', interactions: SALES });

      const workers = await project.run('logs', '--no-color', 'spark-worker');
      for (const worker of ['spark-worker-1', 'spark-worker-2'])
        expect(workers).toMatch(new RegExp(`${worker} .*Asked to launch executor`));
      expect(hashesOf(cluster.manifest)).toEqual(hashesOf(alone.manifest));
      expect(Object.keys(hashesOf(alone.manifest))).toEqual(
        expect.arrayContaining(['recommendations.csv', 'metrics.json', 'graph/edges.csv']),
      );
      expect(cluster.manifest.inputs).toEqual(alone.manifest.inputs);
      console.log(
        `${SALES} sales: ${alone.seconds.toFixed(1)} s in one process, ${cluster.seconds.toFixed(1)} s on two workers`,
      );
    });
  });
});

/** The number of the served run; 0 if none is served. */
const runServed = async (pages: string): Promise<number> =>
  Current.parse(await (await fetch(`${pages}/${CURRENT_KEY}`)).json()).run ?? 0;

/** Expects that the page of a run is drawn, and that the index page shows pictures of this run, which are served too. */
async function expectPage(pages: string, run: number): Promise<void> {
  await expectDrawn(pages, run);
  const [, picture] = /<img src="([^"]+\.svg)"/.exec(await read(pages, INDEX_KEY)) ?? [];
  expect(`${PREFIX.charts}${picture}`).toContain(chartsOf(run));
  expect(await read(pages, `${PREFIX.charts}${picture}`)).toContain('<svg');
}

/** Expects that the page of a run is drawn, whether or not the run is served. */
const expectDrawn = async (pages: string, run: number): Promise<void> =>
  expect(await read(pages, `${chartsOf(run)}index.html`)).toContain('<svg');

async function read(pages: string, key: string): Promise<string> {
  const answer = await fetch(`${pages}/${key}`);
  expect(answer.status, key).toBe(200);
  return answer.text();
}

/**
 * Runs `npm run smoke` in the container. The gate may refuse the run of so dense sales, which the exit code says; that is a
 * success of the pipeline.
 *
 * @returns What it printed, or the end of it.
 */
const smoke = (project: Project): Promise<string> =>
  project.npm('smoke', '--anyway').catch((error: Error) => {
    if (!error.message.includes(` ended with ${REFUSED_CODE}:`)) throw error;
    return error.message;
  });
