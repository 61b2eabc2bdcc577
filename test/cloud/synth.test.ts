import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { NODE_BIN, ROOT, VENV } from '../../local/process/paths.ts';
import { KINDS } from './kinds.ts';

/** Validates the templates without an AWS account, with the CDK CLI, cdk-nag and cfn-lint. */

const run = promisify(execFile);
const directory = mkdtempSync(join(tmpdir(), 'cartograph-synth-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Runs `cdk synth` without credentials, version checks or notices. */
const cdkSynth = (app: string, output: string) =>
  run(join(NODE_BIN, 'cdk'), ['synth', '--quiet', '--no-notices', '--app', app, '--output', output], {
    cwd: ROOT,
    env: {
      PATH: `${NODE_BIN}:${process.env.PATH}`,
      HOME: directory,
      NO_COLOR: '1',
      CI: '1',
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
  });

/** https://docs.aws.amazon.com/cdk/v2/guide/policy-validation-synthesis.html */
const Report = z.object({
  pluginReports: z.array(
    z.object({
      pluginName: z.string().optional(),
      summary: z.object({ pluginName: z.string().optional() }).loose().optional(),
      violations: z.array(z.unknown()),
    }),
  ),
});

describe('every kind of deployment', () => {
  const output = join(directory, 'kinds');
  let problem = '';

  beforeAll(async () => {
    await cdkSynth('node test/cloud/app.ts', output).catch((error: { stdout?: string; stderr?: string }) => {
      problem = `${error.stdout}${error.stderr}`;
    });
  }, 300_000);

  test('passes cdk-nag’s rules for solutions and serverless, except for acknowledged findings', () => {
    expect(problem).toBe('');
  });

  test('can be synthesized: three kinds of streams, both kinds of pollers, new and existing networks', () => {
    const templates = readdirSync(output).filter((name) => name.endsWith('.template.json'));
    expect(templates.map((name) => name.replace('.template.json', '')).sort()).toEqual(
      Object.keys(KINDS).sort(),
    );
  });

  test('passes cfn-lint without an error or a warning', { timeout: 300_000 }, async () => {
    const lint = join(VENV, 'bin', 'cfn-lint');
    expect(existsSync(lint), `${lint} is missing: node local/bootstrap.mjs install`).toBe(true);
    const templates = Object.keys(KINDS).map((name) => join(output, `${name}.template.json`));
    // W3005 reports redundant dependencies, which CDK adds even where a reference implies them.
    const result = await run(lint, ['--ignore-checks', 'W3005', '--template', ...templates], {
      env: { PATH: process.env.PATH ?? '', HOME: directory },
    }).catch((error: { stdout: string; stderr: string }) => error);
    expect(result.stdout + result.stderr).toBe('');
  });
});

test('the rules report findings that are not acknowledged', async () => {
  const output = join(directory, 'unacknowledged');
  await expect(cdkSynth('node test/cloud/unacknowledged-app.ts', output)).rejects.toThrow(/AwsSolutions-S1/);
  const report = Report.parse(JSON.parse(readFileSync(join(output, 'validation-report.json'), 'utf8')));
  expect(report.pluginReports.filter(({ violations }) => violations.length > 0)).toHaveLength(2);
}, 180_000);

test('the CLI synthesizes the app itself, with its bundles', { timeout: 300_000 }, async () => {
  const output = join(directory, 'app');
  await cdkSynth('node bin/app.ts', output);
  const bundles = readdirSync(output)
    .filter((name) => name.startsWith('asset.') && existsSync(join(output, name, 'index.mjs')))
    .map((name) => readdirSync(join(output, name)));
  // There is one bundle for each of the ten stages, for forget, for the topic and for produce.
  expect(bundles).toHaveLength(13);
  for (const files of bundles) expect(files).toContain('index.mjs.map');
  // The bundle of a stage that writes a page contains the browser program of that page.
  expect(bundles.flatMap((files) => files.filter((name) => name.endsWith('.client.js'))).sort()).toEqual([
    'index-page.client.js',
    'keyed-index-page.client.js',
    // forget draws pages of runs too.
    'run-page.client.js',
    'run-page.client.js',
  ]);
});
