import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { CURRENT_KEY, chartsOf, INDEX_KEY, PREFIX } from '../../lambdas/shared/contract/keys.ts';
import { Current } from '../../lambdas/shared/contract/schemas.ts';
import { writeFileLake } from '../../local/lake/file-lake.ts';
import { defaultSales } from '../../local/shop/simulate.ts';
import { hashesOf, runJob } from './cluster-job.ts';
import { BASE_IMAGES, LOCALSTACK_IMAGES, skipOverBudget, whyNoContainers } from './engine.ts';
import { FILES, Project } from './project.ts';

/** What the README says of Docker, with the containers themselves: from the first sale to a page, and down to nothing. */
const MINUTES = 60_000;

const REASONS = {
  MiniStack: await whyNoContainers(BASE_IMAGES),
  LocalStack: await whyNoContainers([...BASE_IMAGES, ...LOCALSTACK_IMAGES]),
};

describe.each(['MiniStack', 'LocalStack'] as const)('the compose file with %s', (emulator) => {
  const reason = REASONS[emulator];
  if (reason !== undefined) console.log(`Skipped: the compose file with ${emulator}: ${reason}`);
  const project = new Project(`cartograph-${emulator.toLowerCase()}-${process.pid}`, FILES[emulator]);
  afterAll(() => project.down());

  test.skipIf(reason !== undefined)(
    'comes up, draws the pages, takes a sale that a user sends, and leaves nothing behind',
    { timeout: 40 * MINUTES },
    async (context) => {
      await skipOverBudget(context, async () => {
        // Not --wait: it takes the end of the service `lambda`, which only pulls an image, for a failure.
        await project.run('up', '--build', '--detach');
        const log = await project.untilLogged('cartograph', 'Running until Ctrl-C');
        expect(log).not.toContain('✗');
        const pages = await project.addressOf('cartograph', 8080);
        const before = await runServed(pages);
        await expectPage(pages, before);

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

        project.down();
        expect(project.leftovers()).toEqual([]);
      });
    },
  );
});

/**
 * The same job in one process on two cores, and on a standalone cluster of two workers with a core each. Both read the sales
 * from the emulator's bucket and write their files there.
 */
describe('a standalone cluster of two workers', () => {
  const reason = REASONS.MiniStack;
  const SALES = 5_000;
  const project = new Project(`cartograph-cluster-${process.pid}`, FILES.MiniStack, ['cluster']);
  const directory = mkdtempSync(join(tmpdir(), 'cartograph-cluster-'));
  afterAll(() => {
    project.down();
    rmSync(directory, { recursive: true, force: true });
  });

  test.skipIf(reason !== undefined)(
    'invariant 6: on two workers the job writes the same lists as in one process, and every file of the run has the same hash',
    { timeout: 30 * MINUTES },
    async (context) => {
      await skipOverBudget(context, async () => {
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
    },
  );
});

/** The number of the served run; 0 if none is served. */
const runServed = async (pages: string): Promise<number> =>
  Current.parse(await (await fetch(`${pages}/${CURRENT_KEY}`)).json()).run ?? 0;

/** Expects that the page of a run is drawn, and that the index page shows pictures of this run, which are served too. */
async function expectPage(pages: string, run: number): Promise<void> {
  const read = async (key: string): Promise<string> => {
    const answer = await fetch(`${pages}/${key}`);
    expect(answer.status, key).toBe(200);
    return answer.text();
  };
  expect(await read(`${chartsOf(run)}index.html`)).toContain('<svg');
  const [, picture] = /<img src="([^"]+\.svg)"/.exec(await read(INDEX_KEY)) ?? [];
  expect(`${PREFIX.charts}${picture}`).toContain(chartsOf(run));
  expect(await read(`${PREFIX.charts}${picture}`)).toContain('<svg');
}
