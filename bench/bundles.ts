import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { highest, lowest } from '../lambdas/shared/contract/numbers.ts';
import { ENV } from '../lambdas/shared/platform/env.ts';
import type { Launch } from '../lambdas/train/settings.ts';
import { NODE_BIN, ROOT } from '../local/process/paths.ts';
import { synthesize } from '../local/stack/deploy.ts';
import { zipDirectory } from '../local/stack/zip.ts';
import { type Benchmark, type Figure, median } from './benchmark.ts';
import { timed } from './processes.ts';

const ROUNDS = 5;
const STACK = 'Bundles';

const launch: Launch = {
  applicationId: 'application',
  executionRoleArn: 'arn:aws:iam::000000000000:role/job',
  entryPoint: 's3://assets/job.jar',
  sparkSubmitParameters: '',
  logUri: 's3://lake/logs/',
  attempts: 3,
  deadlineMinutes: 60,
};
/** What the constructs set; enough for every handler to be loaded. */
const ENVIRONMENT: Readonly<Record<string, string>> = {
  AWS_REGION: 'us-east-1',
  [ENV.lakeBucket]: 'lake',
  [ENV.fieldMap]: '{}',
  [ENV.partialAnswers]: 'false',
  [ENV.threshold]: '{}',
  [ENV.model]: '{}',
  [ENV.launch]: JSON.stringify(launch),
  [ENV.brokers]: 'broker:9098',
  [ENV.topic]: 'sales',
};

const Assets = z.object({
  files: z.record(z.string(), z.object({ displayName: z.string(), source: z.object({ path: z.string() }) })),
});
const Template = z.object({
  Resources: z.record(
    z.string(),
    z.object({
      Type: z.string(),
      Properties: z
        .looseObject({
          Code: z.object({ S3Key: z.string() }).partial().optional(),
          Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }).optional(),
        })
        .optional(),
    }),
  ),
});

interface Bundle {
  /** As in `lambdas/NAME/`. */
  readonly name: string;
  readonly directory: string;
  readonly nodeOptions: string;
}

/** The bundles that a deployment would upload: every `lambdas/NAME/handler.ts`. */
async function bundle(directory: string): Promise<Bundle[]> {
  await synthesize({ stackName: STACK }, directory);
  const read = (kind: string): unknown =>
    JSON.parse(readFileSync(join(directory, `${STACK}.${kind}.json`), 'utf8'));
  const resources = Object.values(Template.parse(read('template')).Resources);
  return Object.entries(Assets.parse(read('assets')).files).flatMap(([hash, { displayName, source }]) => {
    const name = /(\w+)\/Function\/Code$/.exec(displayName)?.[1]?.toLowerCase();
    if (name === undefined) return [];
    const fn = resources.find(({ Properties }) => Properties?.Code?.S3Key?.startsWith(hash));
    const nodeOptions = String(fn?.Properties?.Environment?.Variables.NODE_OPTIONS ?? '');
    return [{ name, directory: join(directory, source.path), nodeOptions }];
  });
}

/** A fresh process, from its start until the handler of a module could be called. */
interface ColdStart {
  readonly ms: number;
  /** Of all its threads: what remains comparable while the machine is busy. */
  readonly cpuMs: number;
}

const TELL = "const c=process.cpuUsage();console.log('ready',performance.now(),(c.user+c.system)/1000)";

/** @param module Undefined: Node alone. */
async function coldStart(module: string | undefined, nodeOptions = ''): Promise<ColdStart> {
  const load = `const{handler}=await import(${JSON.stringify(pathToFileURL(module ?? '').href)});if(typeof handler!=='function')throw new Error('no handler');`;
  const script = `${module === undefined ? '' : load}${TELL}`;
  const { output } = await timed(join(NODE_BIN, 'node'), ['--input-type=module', '--eval', script], {
    env: { PATH: process.env.PATH, NODE_OPTIONS: nodeOptions, ...ENVIRONMENT },
  });
  const [, ms, cpuMs] = /ready ([\d.]+) ([\d.]+)/.exec(output) ?? [];
  return { ms: Number(ms), cpuMs: Number(cpuMs) };
}

/** Medians of several starts. */
async function coldStarts(module?: string, nodeOptions?: string): Promise<ColdStart & { text: string }> {
  const starts: ColdStart[] = [];
  for (let round = 0; round < ROUNDS; round++) starts.push(await coldStart(module, nodeOptions));
  const all = starts.map(({ ms }) => ms);
  const [ms, cpuMs] = [median(all), median(starts.map((start) => start.cpuMs))];
  const range = `${lowest(all).toFixed(0)}–${highest(all).toFixed(0)}`;
  return { ms, cpuMs, text: `${ms.toFixed(0)} ms (${range}), ${cpuMs.toFixed(0)} ms of CPU` };
}

function sizeOf(directory: string, counts: (name: string) => boolean): number {
  return readdirSync(directory)
    .filter(counts)
    .reduce((bytes, name) => bytes + statSync(join(directory, name)).size, 0);
}

const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;

export const bundles: Benchmark = {
  title: `each Lambda's bundle: size, and fresh process → handler, ${ROUNDS} times; render beside its unbundled sources`,
  async run(say) {
    const directory = mkdtempSync(join(tmpdir(), 'cartograph-bundles-'));
    try {
      const figures: Figure[] = [];
      figures.push({ what: 'cold start of Node alone', measured: (await coldStarts()).text });
      for (const { name, directory: path, nodeOptions } of await bundle(directory)) {
        const start = await coldStarts(join(path, 'index.mjs'), nodeOptions);
        const zipped = (await zipDirectory(path)).length;
        const unpacked = sizeOf(path, (file) => !file.endsWith('.map'));
        say(`${name}: ${start.text}`);
        figures.push({
          what: `… of ${name}, fresh process → handler`,
          ...(name === 'render' && { reach: '≤ 150 ms' }),
          measured: `${start.text}; ${mb(unpacked)} unpacked, ${mb(zipped)} zipped with its source map`,
        });
        if (name !== 'render') continue;
        const sources = await coldStarts(join(ROOT, 'lambdas/render/handler.ts'));
        figures.push({
          what: '… of render, unbundled: its sources and `node_modules`',
          reach: 'bundled ≥ 4x faster',
          measured: `${sources.text}; bundled ${(sources.ms / start.ms).toFixed(1)}x, by CPU ${(sources.cpuMs / start.cpuMs).toFixed(1)}x`,
        });
      }
      return figures;
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};
