import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { NODE_BIN, ROOT, VENV } from '../../local/process/paths.ts';
import { KINDS } from './kinds.ts';

/** What only an account could show is held here by those who make the rules: the CDK CLI, cdk-nag and cfn-lint. */

const run = promisify(execFile);
const directory = mkdtempSync(join(tmpdir(), 'cartograph-synth-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Runs the CLI without asking anybody about credentials, versions or notices. */
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
  }, 90_000);

  test('passes cdk-nag’s rules for solutions and serverless, or says why not beside the resource', () => {
    expect(problem).toBe('');
  });

  test('is synthesized: three streams, both kinds of pollers, own and existing networks', () => {
    const templates = readdirSync(output).filter((name) => name.endsWith('.template.json'));
    expect(templates.map((name) => name.replace('.template.json', '')).sort()).toEqual(
      Object.keys(KINDS).sort(),
    );
  });

  test('passes cfn-lint without an error or a warning', { timeout: 90_000 }, async () => {
    const lint = join(VENV, 'bin', 'cfn-lint');
    expect(existsSync(lint), `${lint} is missing: node local/bootstrap.mjs install`).toBe(true);
    const templates = Object.keys(KINDS).map((name) => join(output, `${name}.template.json`));
    // W3005: CDK names what a resource waits for also where a reference says so already.
    const answer = await run(lint, ['--ignore-checks', 'W3005', '--template', ...templates], {
      env: { PATH: process.env.PATH ?? '', HOME: directory },
    }).catch((error: { stdout: string; stderr: string }) => error);
    expect(answer.stdout + answer.stderr).toBe('');
  });
});

test('the rules do find something: what is said beside a resource is what keeps them silent', async () => {
  const output = join(directory, 'unsaid');
  await expect(cdkSynth('node test/cloud/unsaid-app.ts', output)).rejects.toThrow(/AwsSolutions-S1/);
  const report = Report.parse(JSON.parse(readFileSync(join(output, 'validation-report.json'), 'utf8')));
  expect(report.pluginReports.filter(({ violations }) => violations.length > 0)).toHaveLength(2);
}, 60_000);

test('the app itself is synthesized by the CLI, with its bundles', { timeout: 90_000 }, async () => {
  const output = join(directory, 'app');
  await cdkSynth('node bin/app.ts', output);
  const bundles = readdirSync(output)
    .filter((name) => name.startsWith('asset.') && existsSync(join(output, name, 'index.mjs')))
    .map((name) => readdirSync(join(output, name)));
  // Five stages, the topic, produce.
  expect(bundles).toHaveLength(7);
  for (const files of bundles) expect(files).toContain('index.mjs.map');
  // The programs of the pages stand beside the Lambdas that write those.
  expect(bundles.flatMap((files) => files.filter((name) => name.endsWith('.client.js'))).sort()).toEqual([
    'index-page.client.js',
    'run-page.client.js',
  ]);
});
