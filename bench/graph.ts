import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { manifestKey } from '../lambdas/shared/contract/keys.ts';
import { highest } from '../lambdas/shared/contract/numbers.ts';
import { Manifest } from '../lambdas/shared/contract/schemas.ts';
import { writeFileLake } from '../local/lake/file-lake.ts';
import { ROOT } from '../local/process/paths.ts';
import { fileJobCommand } from '../local/spark/file-job.ts';
import { type Benchmark, median, spread } from './benchmark.ts';
import { PYSPARK, retailPolls, VENV } from './job.ts';
import { timed } from './processes.ts';
import { RETAIL_FILE } from './retail.ts';

const ROUNDS = 3;
const GRAPHFRAMES = 'graphframes-py==0.9.3';
/** A jar, or the coordinates of one for Spark to fetch: GraphFrames' Python package holds none. */
const GRAPHFRAMES_JAR = process.env.GRAPHFRAMES_JAR ?? 'io.graphframes:graphframes-spark4_2.13:0.9.3';

/** The last line that graph.py prints. */
const Theirs = z.object({
  seconds: z.tuple([z.number(), z.number()]),
  pageRankDifference: z.number(),
  vertices: z.int(),
});

/**
 * Ours is the job's step `graph`, from links in memory to counted rows, cold: it comes once in a job. PageRank goes on until
 * nothing moves by 1e-9. Theirs is timed in its session, from edges and vertices in memory to collected rows, with twenty
 * rounds of PageRank: the first time, and again when all its classes are loaded and compiled.
 */
export const graph: Benchmark = {
  title: 'degrees, PageRank and components of the Online Retail graph, beside GraphFrames on PySpark',
  async run(say) {
    if (!existsSync(RETAIL_FILE)) {
      say(`left out: ${RETAIL_FILE} is not there`);
      return [];
    }
    await install(say);
    const directory = mkdtempSync(join(tmpdir(), 'cartograph-bench-'));
    try {
      const lake = join(directory, 'lake');
      // How lists are ordered makes no difference to the graph's size.
      writeFileLake(lake, await retailPolls(), { algorithm: 'als', rank: 8, iterations: 2 });
      const ours: number[] = [];
      const theirs: z.infer<typeof Theirs>[] = [];
      for (let round = 1; round <= ROUNDS; round++) {
        ours.push(await runJob(lake, directory, round));
        theirs.push(await runGraphFrames(lake, directory, round));
        say(
          `graph ${ours.at(-1)?.toFixed(1)} s; GraphFrames ${theirs
            .at(-1)
            ?.seconds.map((s) => s.toFixed(1))
            .join(', then ')} s`,
        );
      }
      const [first, second] = [
        theirs.map(({ seconds }) => seconds[0]),
        theirs.map(({ seconds }) => seconds[1]),
      ];
      const times = (other: readonly number[]): string =>
        median(other.map((seconds, round) => seconds / (ours[round] ?? Number.NaN))).toFixed(1);
      const difference = highest(theirs.map(({ pageRankDifference }) => pageRankDifference));
      return [
        {
          what: `degrees, PageRank, components, Online Retail (${theirs[0]?.vertices} vertices): the job's step graph`,
          measured: spread(ours),
        },
        {
          what: '… GraphFrames 0.9.3, PageRank of 20 rounds, in a session where it has run once',
          reach: '≥ 5 times as long',
          measured: `${spread(second)}; ${times(second)} times as long; ranks differ from ours by up to ${difference.toFixed(3)}`,
        },
        {
          what: '… the first time in its session',
          measured: `${spread(first)}; ${times(first)} times as long`,
        },
      ];
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

async function install(say: (line: string) => void): Promise<void> {
  const python = join(VENV, 'bin', 'python');
  if (!existsSync(python)) await timed('python3', ['-m', 'venv', VENV]);
  say(`installing ${PYSPARK} and ${GRAPHFRAMES} for the other side …`);
  await timed(python, ['-m', 'pip', 'install', '--quiet', PYSPARK, GRAPHFRAMES]);
}

async function runJob(lake: string, directory: string, attempt: number): Promise<number> {
  rmSync(join(lake, manifestKey(1)), { force: true });
  await timed('java', fileJobCommand({ lake, directory, attempt }));
  const manifest = Manifest.parse(JSON.parse(readFileSync(join(lake, manifestKey(1)), 'utf8')));
  return manifest.seconds.graph ?? Number.NaN;
}

async function runGraphFrames(
  lake: string,
  directory: string,
  attempt: number,
): Promise<z.infer<typeof Theirs>> {
  const run = join(lake, 'runs', '00000001', String(attempt).padStart(8, '0'));
  const scratch = join(directory, 'checkpoints');
  mkdirSync(scratch, { recursive: true });
  const { output } = await timed(join(VENV, 'bin', 'python'), [
    join(ROOT, 'bench', 'graph.py'),
    run,
    scratch,
    GRAPHFRAMES_JAR,
  ]);
  return Theirs.parse(JSON.parse(/\{"seconds".*\}/.exec(output)?.[0] ?? 'null'));
}
