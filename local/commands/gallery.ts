import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { publish } from '../../lambdas/publish/publish.ts';
import { renderRun } from '../../lambdas/render/render.ts';
import { chartsOf, receiptKey } from '../../lambdas/shared/contract/keys.ts';
import type { Receipt } from '../../lambdas/shared/contract/receipt.ts';
import { secondsOfRun } from '../../lambdas/shared/contract/run-seconds.ts';
import type { Window } from '../../lambdas/shared/contract/schemas.ts';
import { type Lake, toJson } from '../../lambdas/shared/platform/lake.ts';
import { createLog } from '../../lambdas/shared/platform/log.ts';
import { makeReceipt } from '../../lambdas/train/bill.ts';
import { STACK } from '../cost/assumed.ts';
import { directoryLake } from '../lake/directory-lake.ts';
import { addToFileLake, writeFileLake } from '../lake/file-lake.ts';
import { ROOT } from '../process/paths.ts';
import { galleryPage } from '../results/gallery-page.ts';
import { defaultSales } from '../shop/simulate.ts';
import { FileJobs } from '../spark/file-job.ts';
import { commandLine as npmCommandLine, parseCommandLine } from '../terminal/command-line.ts';
import { DEFAULT_COUNT, DEFAULT_SEED } from './sales-options.ts';

/** Where the windows end, as shares of the sales: a first run, one that is compared with it, and the one that is drawn. */
const WINDOW_ENDS = [0.6, 0.8, 1] as const;

export const commandLine = () =>
  npmCommandLine('gallery', 'the pictures of docs/gallery, drawn from the default simulated shop').argument(
    '[DIR]',
    'where the pictures go (default: docs/gallery)',
  );

/**
 * `npm run gallery`: draws the charts of the default simulated shop, trained in three windows, into `docs/gallery/` or
 * the given directory, and writes `gallery.md` next to it. The jobs run on one core, so that every machine draws the
 * same bytes.
 */
export async function run(args: readonly string[]): Promise<void> {
  const [target = join(ROOT, 'docs', 'gallery')] = parseCommandLine(commandLine(), args).processedArgs;
  const directory = mkdtempSync(join(tmpdir(), 'cartograph-gallery-'));
  const jobs = new FileJobs(directory);
  try {
    const lake = join(directory, 'lake');
    const bucket = directoryLake(lake);
    const log = createLog('render', {}, () => undefined);
    const last = await train(lake, bucket, (window) => jobs.run({ lake, directory, cores: 1, window }));
    await renderRun({ lake: bucket, log }, last.window);
    const charts = join(lake, chartsOf(last.window));
    const output = resolve(target);
    mkdirSync(output, { recursive: true });
    const pictures = readdirSync(charts).filter((name) => name.endsWith('.svg'));
    for (const name of pictures) cpSync(join(charts, name), join(output, name));
    writeFileSync(`${output}.md`, galleryPage(charts, output));
    console.log(`Drew ${pictures.join(', ')} into ${output}`);
  } finally {
    await jobs.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** @returns the last window */
async function train(
  lake: string,
  bucket: Lake,
  runJob: (window: number) => Promise<unknown>,
): Promise<Window> {
  const records = [...defaultSales({ seed: DEFAULT_SEED, count: DEFAULT_COUNT })];
  const log = createLog('publish', {}, () => undefined);
  let [first, last]: [number, Window | undefined] = [0, undefined];
  for (const share of WINDOW_ENDS) {
    const end = Math.floor(share * records.length);
    const own = records.slice(first, end);
    last = last ? addToFileLake(lake, own, last) : writeFileLake(lake, [own]);
    await runJob(last.window);
    await publish({ lake: bucket, log }, false);
    await bucket.create(receiptKey(last.window, 1), toJson(estimatedReceipt(last)), 'application/json');
    console.log(`Trained window ${last.window}, sales up to ${end}`);
    first = end;
  }
  if (!last) throw new Error('Cannot draw the gallery: there is no window');
  return last;
}

/** Estimates a receipt as `npm run cost` does, because a measured one would differ from machine to machine. */
function estimatedReceipt({ window, totalInteractions }: Window): Receipt {
  const hours = secondsOfRun(totalInteractions) / 3600;
  const { workers, workerVcpu, workerGb } = STACK;
  return makeReceipt({
    run: window,
    attempt: 1,
    nowMs: 0,
    month: '1970-01',
    architecture: 'ARM64',
    region: undefined,
    isLocal: false,
    succeeded: true,
    job: {
      state: 'SUCCESS',
      usage: {
        vcpuHours: workers * workerVcpu * hours,
        memoryGbHours: workers * workerGb * hours,
        storageGbHours: 0,
      },
      unknownBecause: null,
    },
    lambda: null,
    s3: { puts: 0, gets: 0, bytesKept: 0 },
    forecastUsd: null,
    overBudget: false,
    sales: totalInteractions,
    users: null,
    earlierUsd: [],
    pace: undefined,
  });
}
