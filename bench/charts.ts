import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { grouped } from '../lambdas/shared/contract/numbers.ts';
import { bundle } from '../lib/bundle.ts';
import { RENDER_FILES } from '../lib/render.ts';
import { NODE_BIN, ROOT, STATE } from '../local/process/paths.ts';
import { type Benchmark, type Figure, median } from './benchmark.ts';
import { drawCsv, type Kind } from './draw-csv.ts';
import { timed } from './processes.ts';
import { randomGraph } from './random-graph.ts';

const SIZES = [300, 1_000] as const;
const ROUNDS = 3;
/** How often a warm process has drawn before it is timed: a few times and many times, like a Lambda that has drawn other runs. */
const WARM_UPS = [8, 40] as const;
/** Only for the comparison: the project itself does not draw with Python. */
const VENV = join(STATE, 'bench-charts-venv');
const PACKAGES = ['networkx==3.4.2', 'matplotlib==3.10.0', 'scipy==1.15.1'];

export const charts: Benchmark = {
  title: 'three charts of one CSV file, cold and warm, compared with networkx and matplotlib',
  async run(report) {
    if (!existsSync(join(VENV, 'bin', 'python'))) {
      report(`installing ${PACKAGES.join(', ')} for the comparison …`);
      await timed('python3', ['-m', 'venv', VENV]);
      await timed(join(VENV, 'bin', 'pip'), ['install', '--quiet', ...PACKAGES]);
    }
    const directory = mkdtempSync(join(tmpdir(), 'cartograph-charts-'));
    try {
      const program = bundle(
        { entry: join(ROOT, 'bench', 'draw-csv-process.ts'), extraFiles: RENDER_FILES },
        join(directory, 'bundle'),
      );
      const figures: Figure[] = [];
      for (const count of SIZES)
        for (const kind of ['svg', 'png'] as const)
          figures.push(await compare(report, { directory, program, count, kind }));
      return figures;
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

interface Comparison {
  readonly directory: string;
  readonly program: string;
  readonly count: number;
  readonly kind: Kind;
}

async function compare(
  report: (line: string) => void,
  { directory, program, count, kind }: Comparison,
): Promise<Figure> {
  const csv = join(directory, `${count}.csv`);
  const output = join(directory, 'output');
  mkdirSync(output, { recursive: true });
  writeFileSync(csv, recommendationsOf(count));
  const [prototype, cold]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    const command = [join(ROOT, 'bench', 'prototype-charts.py'), csv, output, kind];
    prototype.push((await timed(join(VENV, 'bin', 'python'), command)).seconds);
    cold.push((await timed(join(NODE_BIN, 'node'), [program, csv, output, kind])).seconds);
  }
  const text = (seconds: readonly number[]): string =>
    `${(1000 * median(seconds)).toFixed(0)} ms: ${(median(prototype) / median(seconds)).toFixed(0)}x`;
  const warm: string[] = [];
  let drawn = 0;
  for (const warmUp of WARM_UPS) {
    for (; drawn < warmUp; drawn++) await drawCsv(csv, output, kind);
    const seconds: number[] = [];
    for (let round = 0; round < ROUNDS; round++, drawn++) {
      const startedMs = performance.now();
      await drawCsv(csv, output, kind);
      seconds.push((performance.now() - startedMs) / 1000);
    }
    warm.push(`after ${warmUp} repetitions ${text(seconds)}`);
  }
  const measured = `warm, ${warm.join(', ')}; new process ${text(cold)}; networkx and matplotlib ${median(prototype).toFixed(1)} s`;
  report(`${count} vertices as ${kind}: ${measured}`);
  return {
    subject: `three charts as ${kind.toUpperCase()}, ${grouped(count)} vertices, compared with networkx and matplotlib`,
    target: 'warm ≥ 100x, new process ≥ 30x, stretch 250x',
    measured,
  };
}

/** Returns recommendations to the users of a random graph, as CSV. */
function recommendationsOf(count: number): string {
  const { users, edges } = randomGraph(count);
  const ranks = new Map<number, number>();
  const rows = edges
    .filter(([user]) => user < users)
    .map(([user, product]) => {
      const rank = (ranks.get(user) ?? 0) + 1;
      ranks.set(user, rank);
      return `u${user},p${product},any,${rank},${(1 / rank).toFixed(3)}`;
    });
  return ['user,product,list,rank,score', ...rows, ''].join('\n');
}
