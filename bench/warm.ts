import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manifestKey } from '../lambdas/shared/contract/keys.ts';
import { Manifest, type Window } from '../lambdas/shared/contract/schemas.ts';
import { addToFileLake, writeFileLake } from '../local/lake/file-lake.ts';
import { hashOf, type Purchase, type Row, readRows } from '../local/quality/retail.ts';
import { readLists, scoreLists } from '../local/quality/score.ts';
import type { Benchmark, Figure } from './benchmark.ts';
import { retailPolls } from './job.ts';
import { runJob } from './job-runs.ts';
import { RETAIL_FILE } from './retail.ts';
import {
  type ComparedWindow,
  describeQuality,
  describeWindow,
  reusing,
  splitAt,
  type TrainedRun,
  timeRatio,
} from './warm-windows.ts';

/** Windows that are compared. In the first run before them both series learn. */
const WINDOWS = 20;
const WEEK_MS = 7 * 86_400_000;
/** End of the last window, exclusive. The file has another week after it, by which the last lists are scored. */
const END_MS = Date.UTC(2011, 11, 2);
/** One user in so many, by a hash of the id, so that the 42 runs take less than an hour. */
const USERS_IN = 4;
const LEARN_EVERY = { always: 1, seldom: 10 } as const;
type Series = keyof typeof LEARN_EVERY;

export const warm: Benchmark = {
  title: `a quarter of the users of UCI Online Retail, ${WINDOWS} windows of a week: every run learns, or only if it must`,
  runsOnlyByName: true,
  async run(report) {
    if (!existsSync(RETAIL_FILE)) {
      report(`skipped: ${RETAIL_FILE} does not exist`);
      return [];
    }
    const directory = mkdtempSync(join(tmpdir(), 'cartograph-bench-warm-'));
    try {
      return figuresOf(await compareWindows(await retailRows(), directory, report));
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

/** Returns the rows of a quarter of the users, by time. */
async function retailRows(): Promise<Row[]> {
  const polls = await retailPolls();
  const rows = await readRows(
    (async function* () {
      yield* polls.flat();
    })(),
  );
  return rows
    .filter(({ user }) => user !== undefined && hashOf(user) % USERS_IN === 0)
    .sort((a, b) => a.atMs - b.atMs);
}

/** Trains both series on the same sales in turns: the first to run changes with each window. */
async function compareWindows(
  rows: readonly Row[],
  directory: string,
  report: (line: string) => void,
): Promise<ComparedWindow[]> {
  const moments = Array.from({ length: WINDOWS + 2 }, (_, index) => END_MS + (index - WINDOWS) * WEEK_MS);
  const weeks = splitAt(rows, moments);
  const series = { always: createSeries('always', directory), seldom: createSeries('seldom', directory) };
  const compared: ComparedWindow[] = [];
  for (let window = 1; window <= WINDOWS + 1; window++) {
    const sales = { known: weeks.slice(0, window), following: weeks[window] ?? [] };
    const order: readonly Series[] = window % 2 === 0 ? ['always', 'seldom'] : ['seldom', 'always'];
    const runs = new Map<Series, TrainedRun>();
    for (const name of order) runs.set(name, await series[name](sales));
    const [always, seldom] = [runs.get('always'), runs.get('seldom')];
    if (!always || !seldom) continue;
    report(describeWindow({ window, always, seldom }));
    if (window > 1) compared.push({ window, always, seldom });
  }
  return compared;
}

interface KnownSales {
  /** The rows of each window so far. */
  readonly known: readonly (readonly Row[])[];
  /** The rows of the week after them. */
  readonly following: readonly Row[];
}

/** Returns a function that adds the newest window to a lake of its own, trains on it, and scores the lists. */
function createSeries(name: Series, directory: string): (sales: KnownSales) => Promise<TrainedRun> {
  const lake = join(directory, name);
  let last: Window | undefined;
  return async ({ known, following }) => {
    const records = (known.at(-1) ?? []).map(({ record }) => record);
    last = last
      ? addToFileLake(lake, records, last)
      : writeFileLake(lake, [records], { learnEvery: LEARN_EVERY[name] });
    const job = await runJob(lake, directory, 1, { window: last.window });
    const read = (key: string): string => readFileSync(join(lake, key), 'utf8');
    const manifest = Manifest.parse(JSON.parse(read(manifestKey(last.window))));
    const lists = manifest.files.filter(({ name }) => /^recommendations.*\.csv$/.test(name));
    const scores = scoreLists(
      readLists(lists.map(({ key }) => read(key))),
      purchasesOf(known.flat()),
      purchasesOf(following),
    );
    return {
      job,
      learnedBy: manifest.ranker?.learnedBy ?? last.window,
      ndcg: { any: scores.any?.ndcg.value ?? null, new: scores.new?.ndcg.value ?? null },
    };
  };
}

const purchasesOf = (rows: readonly Row[]): Purchase[] => rows.flatMap(({ purchase }) => purchase ?? []);

function figuresOf(windows: readonly ComparedWindow[]): Figure[] {
  const [reused, all] = [reusing(windows), windows];
  const ratios = (some: readonly ComparedWindow[]): string =>
    `${timeRatio(some, 'cpuSeconds').toFixed(3)} of the CPU time, ${timeRatio(some, 'seconds').toFixed(3)} of the wall time`;
  const quality = (list: 'any' | 'new'): Figure[] => [
    {
      subject: `NDCG@10 of \`${list}\` by the week after each window, learnEvery ${LEARN_EVERY.always} and ${LEARN_EVERY.seldom}`,
      measured: describeQuality(all, list),
    },
    { subject: '… only windows that used an earlier ranker', measured: describeQuality(reused, list) },
  ];
  return [
    ...quality('any'),
    ...quality('new'),
    { subject: `all ${all.length} windows: learnEvery ${LEARN_EVERY.seldom} took`, measured: ratios(all) },
    {
      subject: '… windows that used an earlier ranker',
      measured: `${ratios(reused)}, ${reused.length} windows`,
    },
  ];
}
