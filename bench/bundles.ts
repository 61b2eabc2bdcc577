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
  workers: { architecture: 'ARM64', vcpu: 16, memoryGb: 56, storageGb: 0 },
};
/** The environment variables that loading the handlers requires; in a deployment the constructs set them. */
const ENVIRONMENT: Readonly<Record<string, string>> = {
  AWS_REGION: 'us-east-1',
  [ENV.lakeBucket]: 'lake',
  [ENV.fieldMap]: '{}',
  [ENV.partialAnswers]: 'false',
  [ENV.threshold]: '{}',
  [ENV.model]: '{}',
  [ENV.launch]: JSON.stringify(launch),
  [ENV.usage]: '{}',
  [ENV.brokers]: 'broker:9098',
  [ENV.topic]: 'sales',
  [ENV.recentTable]: 'recent',
  [ENV.recentDays]: '90',
  [ENV.auth]: 'iam',
  [ENV.catalogueMaxAgeSeconds]: '60',
  [ENV.privacy]: '{}',
  [ENV.ownQueue]: 'http://127.0.0.1:9/queue',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
  AWS_MAX_ATTEMPTS: '1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
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
  /** The name of the folder under `lambdas/`. */
  readonly name: string;
  readonly directory: string;
  readonly nodeOptions: string;
}

/** Creates the bundles that a deployment uploads, one for each `lambdas/NAME/handler.ts`. */
async function createBundles(directory: string): Promise<Bundle[]> {
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

/** The start of a new process, until the handler of a module can be called. */
interface ColdStart {
  readonly ms: number;
  /** CPU time of all threads, which is comparable even if the machine is busy. */
  readonly cpuMs: number;
}

const PRINT_TIMES =
  "const c=process.cpuUsage();console.log('ready',performance.now(),(c.user+c.system)/1000)";

/** @param module Path of the module to load; if undefined, only Node starts. */
async function coldStart(module: string | undefined, nodeOptions = ''): Promise<ColdStart> {
  const load = `const{handler}=await import(${JSON.stringify(pathToFileURL(module ?? '').href)});if(typeof handler!=='function')throw new Error('no handler');`;
  const script = `${module === undefined ? '' : load}${PRINT_TIMES}`;
  const { output } = await timed(join(NODE_BIN, 'node'), ['--input-type=module', '--eval', script], {
    env: { PATH: process.env.PATH, NODE_OPTIONS: nodeOptions, ...ENVIRONMENT },
  });
  const [, ms, cpuMs] = /ready ([\d.]+) ([\d.]+)/.exec(output) ?? [];
  return { ms: Number(ms), cpuMs: Number(cpuMs) };
}

/** Starts the process several times; returns the medians, and their text for the table. */
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
  title: `each Lambda's bundle: size, and new process → handler ready, ${ROUNDS} times; render also without bundling`,
  async run(report) {
    const directory = mkdtempSync(join(tmpdir(), 'cartograph-bundles-'));
    try {
      const figures: Figure[] = [];
      figures.push({ subject: 'cold start of Node without a program', measured: (await coldStarts()).text });
      for (const { name, directory: path, nodeOptions } of await createBundles(directory)) {
        const start = await coldStarts(join(path, 'index.mjs'), nodeOptions);
        const zipped = (await zipDirectory(path)).length;
        const unpacked = sizeOf(path, (file) => !file.endsWith('.map'));
        report(`${name}: ${start.text}`);
        figures.push({
          subject: `… of ${name}, new process → handler ready`,
          ...(name === 'render' && { target: '≤ 150 ms' }),
          measured: `${start.text}; ${mb(unpacked)} unpacked, ${mb(zipped)} zipped with source map`,
        });
        if (name !== 'render') continue;
        const sources = await coldStarts(join(ROOT, 'lambdas/render/handler.ts'));
        figures.push({
          subject: '… of render, not bundled: from its sources and `node_modules`',
          target: 'bundled ≥ 4x faster',
          measured: `${sources.text}; bundled ${(sources.ms / start.ms).toFixed(1)}x, by CPU ${(sources.cpuMs / start.cpuMs).toFixed(1)}x`,
        });
      }
      return figures;
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};
