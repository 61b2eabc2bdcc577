import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { manifestKey } from '../lambdas/shared/keys.ts';
import { bundle } from '../lib/bundle.ts';
import { RENDER_FILES } from '../lib/render.ts';
import { NODE_BIN, ROOT } from '../local/paths.ts';
import { type Benchmark, median, spread } from './benchmark.ts';
import { timed } from './processes.ts';
import { retailSizedRun } from './retail-sized-run.ts';

const ROUNDS = 5;

export const render: Benchmark = {
  title: `the render Lambda's code on a run of the size of Online Retail, a new process each time, ${ROUNDS} times`,
  async run(say) {
    const directory = mkdtempSync(join(tmpdir(), 'cartograph-render-'));
    try {
      const program = bundle(
        { entry: join(ROOT, 'bench', 'render-process.ts'), beside: RENDER_FILES },
        join(directory, 'bundle'),
      );
      const [whole, cpu, memory, first]: [number[], number[], number[], number[]] = [[], [], [], []];
      for (let round = 0; round < ROUNDS; round++) {
        const lake = join(directory, `lake-${round}`);
        for (const [key, body] of retailSizedRun()) {
          mkdirSync(dirname(join(lake, key)), { recursive: true });
          writeFileSync(join(lake, key), body);
        }
        const { seconds, output } = await timed(join(NODE_BIN, 'node'), [program, lake]);
        const told = JSON.parse(readFileSync(join(lake, 'told.json'), 'utf8')) as Record<string, number>;
        whole.push(seconds);
        cpu.push(told.cpuSeconds ?? Number.NaN);
        memory.push(told.peakMb ?? Number.NaN);
        first.push(told.firstLineMs ?? Number.NaN);
        say(
          `${seconds.toFixed(2)} s, ${told.cpuSeconds?.toFixed(2)} s of CPU, ${told.peakMb?.toFixed(0)} MB ${output.trim()}`,
        );
        if (!readFileSync(join(lake, manifestKey(1)), 'utf8')) throw new Error('The run is gone');
      }
      return [
        {
          what: 'render, a run of the size of Online Retail, cold: read, all charts as SVG, PNG and specification, page, write',
          reach: '≤ 4 s, stretch 2 s',
          measured: `${spread(whole)}, ${median(cpu).toFixed(1)} s of CPU`,
        },
        {
          what: '… memory of the process at its highest',
          reach: '≤ 512 MB',
          measured: `${median(memory).toFixed(0)} MB`,
        },
        {
          what: '… start of the process to the first line of the program',
          measured: `${median(first).toFixed(0)} ms`,
        },
      ];
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};
