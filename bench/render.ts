import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chartsOf, PREFIX } from '../lambdas/shared/contract/keys.ts';
import { bundle } from '../lib/bundle.ts';
import { RENDER_FILES } from '../lib/render.ts';
import { addToFileLake, writeFileLake } from '../local/lake/file-lake.ts';
import { NODE_BIN, ROOT } from '../local/process/paths.ts';
import { fileJobCommand } from '../local/spark/file-job.ts';
import { type Benchmark, median, spread } from './benchmark.ts';
import { retailPolls } from './job.ts';
import { timed } from './processes.ts';
import { RETAIL_FILE } from './retail.ts';

const ROUNDS = 5;
/** The second run, because its charts also show the changes since the first. */
const RUN = 2;

export const render: Benchmark = {
  title: `the render Lambda's code on the second run of Online Retail, ${ROUNDS} times, each in a new process`,
  async run(report) {
    if (!existsSync(RETAIL_FILE)) {
      report(`skipped: ${RETAIL_FILE} does not exist`);
      return [];
    }
    const directory = mkdtempSync(join(tmpdir(), 'cartograph-render-'));
    try {
      const trained = join(directory, 'trained');
      await train(trained, directory, report);
      const program = bundle(
        { entry: join(ROOT, 'bench', 'render-process.ts'), extraFiles: RENDER_FILES },
        join(directory, 'bundle'),
      );
      const [whole, cpu, memory, first]: [number[], number[], number[], number[]] = [[], [], [], []];
      let pageBytes = Number.NaN;
      for (let round = 0; round < ROUNDS; round++) {
        const lake = join(directory, `lake-${round}`);
        for (const prefix of [PREFIX.manifests, PREFIX.runs])
          cpSync(join(trained, prefix), join(lake, prefix), { recursive: true });
        const { seconds, output } = await timed(join(NODE_BIN, 'node'), [program, lake, String(RUN)]);
        const measured = JSON.parse(readFileSync(join(lake, 'measured.json'), 'utf8')) as Record<
          string,
          number
        >;
        whole.push(seconds);
        cpu.push(measured.cpuSeconds ?? Number.NaN);
        memory.push(measured.peakMb ?? Number.NaN);
        first.push(measured.firstLineMs ?? Number.NaN);
        pageBytes = statSync(join(lake, chartsOf(RUN), 'index.html')).size;
        report(
          `${seconds.toFixed(2)} s, ${measured.cpuSeconds?.toFixed(2)} s of CPU, ${measured.peakMb?.toFixed(0)} MB ${output.trim()}`,
        );
        rmSync(lake, { recursive: true });
      }
      return [
        {
          subject:
            'render, the second run of Online Retail, cold: reads the run, draws all charts as SVG, PNG and specification and the page, writes them',
          target: '≤ 4 s, stretch 2 s',
          measured: `${spread(whole)}, ${median(cpu).toFixed(1)} s of CPU`,
        },
        {
          subject: '… peak memory of the process',
          target: '≤ 512 MB',
          measured: `${median(memory).toFixed(0)} MB`,
        },
        { subject: '… the page', target: '< 3 MB', measured: `${(pageBytes / 1e6).toFixed(2)} MB` },
        {
          subject: '… from the start of the process to the first line of the program',
          measured: `${median(first).toFixed(0)} ms`,
        },
      ];
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

/** Trains two runs of Online Retail in a directory: the first on half of the file, the second on all of it. */
async function train(lake: string, directory: string, report: (line: string) => void): Promise<void> {
  const polls = await retailPolls();
  const half = Math.ceil(polls.length / 2);
  const first = writeFileLake(lake, polls.slice(0, half));
  for (let window = 1; window <= RUN; window++) {
    if (window === RUN) addToFileLake(lake, polls.slice(half).flat(), first);
    const { seconds } = await timed('java', fileJobCommand({ lake, directory, window }));
    report(`trained run ${window} in ${seconds.toFixed(1)} s`);
  }
}
