import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { requestErasure } from '../lambdas/erasures/request.ts';
import type { Version, VersionedBucket } from '../lambdas/forget/bucket.ts';
import { forecastErasure } from '../lambdas/forget/forecast.ts';
import { createKindOf } from '../lambdas/forget/kinds.ts';
import type { WorkerParts } from '../lambdas/forget/parts.ts';
import { workOnErasures } from '../lambdas/forget/worker.ts';
import { ErasureReceipt } from '../lambdas/shared/contract/erasure.ts';
import { erasureKey } from '../lambdas/shared/contract/keys.ts';
import { grouped } from '../lambdas/shared/contract/numbers.ts';
import { readJson } from '../lambdas/shared/platform/lake.ts';
import { createLog } from '../lambdas/shared/platform/log.ts';
import { PLAIN_IDS } from '../lambdas/shared/privacy/person-ids.ts';
import { createPersonKey } from '../lambdas/shared/privacy/person-key.ts';
import { writeFileLake } from '../local/lake/file-lake.ts';
import { type VersionedLake, versionedLake } from '../local/lake/versioned-lake.ts';
import { userIdOf } from '../local/shop/shop.ts';
import type { Benchmark, Figure } from './benchmark.ts';
import { polls } from './growth.ts';
import { runJob } from './job-runs.ts';

const SIZE = { users: 100_000, products: 10_000, sales: 1_000_000 };
const USERS = [1, 100, 10_000];
/** Of S3 within a region, for objects of some MB. */
const REQUEST_SECONDS = 0.03;
/** Objects that the worker reads at the same time, except those of one run. */
const AT_ONCE = 8;
/** US dollars in us-east-1: a read, and a write or a page of a listing; a second of a Lambda of 3 GB on ARM. */
const DOLLARS = { read: 0.4e-6, write: 5e-6, second: 3 * 0.0000133334 };

export const forget: Benchmark = {
  title: `forgetting ${USERS.map(grouped).join(', ')} users in a lake of ${grouped(SIZE.sales)} sales of ${grouped(SIZE.users)} users, with one run`,
  runsOnlyByName: true,
  async run(report) {
    const directory = mkdtempSync(join(tmpdir(), 'cartograph-bench-forget-'));
    try {
      const lake = join(directory, 'lake');
      // The algorithm of the lists makes no difference here.
      writeFileLake(lake, polls(SIZE), { algorithm: 'als', rank: 8, iterations: 2 });
      const job = await runJob(lake, directory, 1, { jvmOptions: ['-Xmx6g'] });
      report(`trained in ${job.seconds.toFixed(0)} s`);
      const figures: Figure[] = [];
      for (const count of USERS) figures.push(await measure(lake, count, report));
      return figures;
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

async function measure(directory: string, count: number, report: (line: string) => void): Promise<Figure> {
  const lake = load(directory);
  const requests = { reads: 0, writes: 0, lists: 0 };
  const parts = partsOf(lake, requests);
  const forecast = await forecastErasure(count, parts);
  Object.assign(requests, { reads: 0, writes: 0, lists: 0 });
  const users = Array.from({ length: count }, (_, index) => userIdOf(index * 7));
  const [startedMs, cpuBefore] = [performance.now(), process.cpuUsage()];
  const erasure = await requestErasure(users, 'benchmark', { ...parts, ids: PLAIN_IDS });
  await workOnErasures(false, parts);
  const seconds = (performance.now() - startedMs) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  const cpuSeconds = (cpu.user + cpu.system) / 1e6;
  const receipt = await readJson(lake.lake, erasureKey(erasure), ErasureReceipt);
  if (!receipt) throw new Error(`Cannot measure: erasure ${erasure} has no receipt`);
  const { objects, scan } = receipt;
  const waiting = ((requests.reads + requests.writes) * REQUEST_SECONDS) / AT_ONCE;
  const dollars =
    requests.reads * DOLLARS.read +
    (requests.writes + requests.lists) * DOLLARS.write +
    // The machine may be busy with other work; a Lambda is not.
    (cpuSeconds + waiting) * DOLLARS.second;
  const measured = `${seconds.toFixed(1)} s here, ${cpuSeconds.toFixed(1)} s of CPU (load ${(loadavg()[0] ?? 0).toFixed(1)}), about ${waiting.toFixed(0)} s of waiting for S3 more in an account; ${grouped(objects.read)} objects (${grouped(Math.round(objects.readBytes / 1e6))} MB) read, ${grouped(objects.changed)} changed, ${grouped(scan.objects)} searched; ${grouped(requests.reads)} reads, ${grouped(requests.writes)} writes; about $${dollars.toFixed(4)}; estimated ${forecast.seconds} s and $${forecast.dollars.toFixed(4)}; found afterwards: ${scan.found.length}`;
  report(`${grouped(count)} users: ${measured}`);
  return { subject: `Forget ${grouped(count)} users`, measured };
}

function load(directory: string): VersionedLake {
  const lake = versionedLake();
  lake.nowMs = Date.now() - 3_600_000;
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name);
      lake.put(relative(directory, path), readFileSync(path));
    }
  lake.nowMs = Date.now();
  return lake;
}

interface Requests {
  reads: number;
  writes: number;
  lists: number;
}

const LISTED_PER_REQUEST = 1000;

function partsOf({ lake, bucket }: VersionedLake, requests: Requests): WorkerParts {
  const counted: VersionedBucket = {
    async *versions(prefix, after): AsyncGenerator<Version> {
      let listed = 0;
      for await (const version of bucket.versions(prefix, after)) {
        if (listed++ % LISTED_PER_REQUEST === 0) requests.lists++;
        yield version;
      }
    },
    content(...args) {
      requests.reads++;
      return bucket.content(...args);
    },
    rewrite(...args) {
      requests.writes++;
      return bucket.rewrite(...args);
    },
    removeVersion: (...args) => bucket.removeVersion(...args),
  };
  return {
    lake: {
      ...lake,
      read(key) {
        requests.reads++;
        return lake.read(key);
      },
      create(...args) {
        requests.writes++;
        return lake.create(...args);
      },
      replace(...args) {
        requests.writes++;
        return lake.replace(...args);
      },
    },
    bucket: counted,
    kindOf: createKindOf({}),
    hasPseudonyms: false,
    places: [],
    settlesSeconds: 0,
    key: createPersonKey('benchmark'.repeat(8)),
    log: createLog('forget', {}, () => undefined),
    nowMs: Date.now,
    isLate: () => false,
    holder: 'benchmark',
  };
}
