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
/** Path or Maven coordinates of the GraphFrames jar, which the Python package does not contain. */
const GRAPHFRAMES_JAR = process.env.GRAPHFRAMES_JAR ?? 'io.graphframes:graphframes-spark4_2.13:0.9.3';

/** The last line that graph.py prints. */
const GraphFramesResult = z.object({
  seconds: z.tuple([z.number(), z.number()]),
  pageRankDifference: z.number(),
  vertices: z.int(),
});

/**
 * This project's side is the step `graph` of the job, from links in memory to counted rows. It is cold, because a job runs it
 * only once. PageRank is iterated until no rank changes by more than 1e-9.
 *
 * The other side is timed in its Spark session, from edges and vertices in memory to collected rows, with 20 iterations of
 * PageRank: the first time, and again when all its classes are loaded and compiled.
 */
export const graph: Benchmark = {
  title: 'degrees, PageRank and components of the Online Retail graph, compared with GraphFrames on PySpark',
  async run(report) {
    if (!existsSync(RETAIL_FILE)) {
      report(`skipped: ${RETAIL_FILE} does not exist`);
      return [];
    }
    await install(report);
    const directory = mkdtempSync(join(tmpdir(), 'cartograph-bench-'));
    try {
      const lake = join(directory, 'lake');
      // A cheap model is enough, because the order of the lists does not change the size of the graph.
      writeFileLake(lake, await retailPolls(), { algorithm: 'als', rank: 8, iterations: 2 });
      const jobSeconds: number[] = [];
      const graphFrames: z.infer<typeof GraphFramesResult>[] = [];
      for (let round = 1; round <= ROUNDS; round++) {
        jobSeconds.push(await runJob(lake, directory, round));
        const other = await runGraphFrames(lake, directory, round);
        if (other) graphFrames.push(other);
        const seconds = other?.seconds.map((s) => s.toFixed(1)).join(', then ') ?? 'not measured,';
        report(`graph ${jobSeconds.at(-1)?.toFixed(1)} s; GraphFrames ${seconds} s`);
      }
      const own = {
        subject: 'degrees, PageRank, components, Online Retail: the step of the job, cold',
        measured: spread(jobSeconds),
      };
      if (graphFrames.length < ROUNDS) {
        report(`not compared: ${GRAPHFRAMES_JAR} cannot be downloaded; GRAPHFRAMES_JAR may name its file`);
        return [own];
      }
      const [first, second] = [
        graphFrames.map(({ seconds }) => seconds[0]),
        graphFrames.map(({ seconds }) => seconds[1]),
      ];
      const times = (other: readonly number[]): string =>
        median(other.map((seconds, round) => seconds / (jobSeconds[round] ?? Number.NaN))).toFixed(1);
      const difference = highest(graphFrames.map(({ pageRankDifference }) => pageRankDifference));
      return [
        own,
        {
          subject: '… GraphFrames 0.9.3, 20 iterations of PageRank, the second run in its session',
          target: '≥ 5 times as long',
          measured: `${spread(second)}; ${times(second)} times as long; ranks differ from the job’s by up to ${difference.toFixed(3)}`,
        },
        {
          subject: '… GraphFrames 0.9.3, the first run in its session',
          measured: `${spread(first)}; ${times(first)} times as long`,
        },
      ];
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

async function install(report: (line: string) => void): Promise<void> {
  const python = join(VENV, 'bin', 'python');
  if (!existsSync(python)) await timed('python3', ['-m', 'venv', VENV]);
  report(`installing ${PYSPARK} and ${GRAPHFRAMES} for the comparison …`);
  await timed(python, ['-m', 'pip', 'install', '--quiet', PYSPARK, GRAPHFRAMES]);
}

async function runJob(lake: string, directory: string, attempt: number): Promise<number> {
  rmSync(join(lake, manifestKey(1)), { force: true });
  await timed('java', fileJobCommand({ lake, directory, attempt }));
  const manifest = Manifest.parse(JSON.parse(readFileSync(join(lake, manifestKey(1)), 'utf8')));
  return manifest.seconds.graph ?? Number.NaN;
}

/** Spark's message if a package is in no repository that it can reach. */
const NO_PACKAGE = 'resolveMavenCoordinates';

/** @returns undefined if the jar of GraphFrames cannot be downloaded. */
async function runGraphFrames(
  lake: string,
  directory: string,
  attempt: number,
): Promise<z.infer<typeof GraphFramesResult> | undefined> {
  const run = join(lake, 'runs', '00000001', String(attempt).padStart(8, '0'));
  const scratch = join(directory, 'checkpoints');
  mkdirSync(scratch, { recursive: true });
  const program = [join(ROOT, 'bench', 'graph.py'), run, scratch, GRAPHFRAMES_JAR];
  const { output } = await timed(join(VENV, 'bin', 'python'), program).catch((error: Error) => {
    if (error.message.includes(NO_PACKAGE)) return { output: undefined };
    throw error;
  });
  return output === undefined
    ? undefined
    : GraphFramesResult.parse(JSON.parse(/\{"seconds".*\}/.exec(output)?.[0] ?? 'null'));
}
