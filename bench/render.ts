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
/** The second has a run before it to be compared with. */
const RUN = 2;

export const render: Benchmark = {
  title: `the render Lambda's code on the second run of Online Retail, a new process each time, ${ROUNDS} times`,
  async run(say) {
    if (!existsSync(RETAIL_FILE)) {
      say(`left out: ${RETAIL_FILE} is not there`);
      return [];
    }
    const directory = mkdtempSync(join(tmpdir(), 'cartograph-render-'));
    try {
      const trained = join(directory, 'trained');
      await train(trained, directory, say);
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
        const told = JSON.parse(readFileSync(join(lake, 'told.json'), 'utf8')) as Record<string, number>;
        whole.push(seconds);
        cpu.push(told.cpuSeconds ?? Number.NaN);
        memory.push(told.peakMb ?? Number.NaN);
        first.push(told.firstLineMs ?? Number.NaN);
        pageBytes = statSync(join(lake, chartsOf(RUN), 'index.html')).size;
        say(
          `${seconds.toFixed(2)} s, ${told.cpuSeconds?.toFixed(2)} s of CPU, ${told.peakMb?.toFixed(0)} MB ${output.trim()}`,
        );
        rmSync(lake, { recursive: true });
      }
      return [
        {
          subject:
            'render, the second run of Online Retail, cold: read, all charts as SVG, PNG and specification, page, write',
          target: '≤ 4 s, stretch 2 s',
          measured: `${spread(whole)}, ${median(cpu).toFixed(1)} s of CPU`,
        },
        {
          subject: '… memory of the process at its highest',
          target: '≤ 512 MB',
          measured: `${median(memory).toFixed(0)} MB`,
        },
        { subject: '… the page', target: '< 3 MB', measured: `${(pageBytes / 1e6).toFixed(2)} MB` },
        {
          subject: '… start of the process to the first line of the program',
          measured: `${median(first).toFixed(0)} ms`,
        },
      ];
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

/** Leaves two runs of Online Retail in a directory, each on half of the file more. */
async function train(lake: string, directory: string, say: (line: string) => void): Promise<void> {
  const polls = await retailPolls();
  const half = Math.ceil(polls.length / 2);
  const first = writeFileLake(lake, polls.slice(0, half));
  for (let window = 1; window <= RUN; window++) {
    if (window === RUN) addToFileLake(lake, polls.slice(half).flat(), first);
    const { seconds } = await timed('java', fileJobCommand({ lake, directory, window }));
    say(`trained run ${window} in ${seconds.toFixed(1)} s`);
  }
}
