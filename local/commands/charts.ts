import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { INDEX_KEY } from '../../lambdas/shared/contract/keys.ts';
import { s3Lake } from '../../lambdas/shared/platform/lake.ts';
import { onSignals } from '../process/signals.ts';
import { type ChartsSource, copyCharts, presignCharts, URL_SECONDS } from '../results/copy-charts.ts';
import { startPages } from '../results/pages.ts';
import { readEndpoints } from '../stack/endpoints.ts';
import { readStack } from '../stack/target.ts';
import { callerPath } from '../terminal/caller-path.ts';
import { commandLine as npmCommandLine, parseCommandLine } from '../terminal/command-line.ts';
import { stackOption, text, wholeNumber } from '../terminal/options.ts';

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, string>>> = { darwin: 'open', win32: 'explorer' };

export const commandLine = () =>
  npmCommandLine('charts', 'show the charts of the served run')
    .addOption(stackOption())
    .addOption(text('--to <DIR>', 'copy the pages to this directory (default: a temporary one)'))
    .option('--open', 'open the page in the default browser')
    .option('--url', 'print addresses that anybody can open for an hour, instead of copying')
    .option('--serve', 'serve all pages, explorer and new runs included, to this machine until Ctrl-C')
    .addOption(
      wholeNumber('--port <N>', 'with --serve: the port to listen on (default: a free one)', {
        least: 1,
        most: 65_535,
      }),
    );

/** @throws {Error} If an option is invalid, or two contradict each other. */
export function parseChartsOptions(args: readonly string[]) {
  const options = parseCommandLine(commandLine(), args).opts();
  const { stack, to, url, serve, port, open } = options;
  if (url && (to !== undefined || open))
    throw new Error('--url contradicts --to and --open: it copies nothing');
  if (serve && (url || to !== undefined))
    throw new Error(
      '--serve contradicts --url and --to: it copies nothing, and only this machine can open its address',
    );
  if (port !== undefined && !serve) throw new Error('--port needs --serve: only --serve listens on a port');
  if (stack === undefined && (url || serve || to !== undefined))
    throw new Error('--url, --serve and --to need --stack: without a stack, npm start serves the charts');
  return options;
}

/** `npm run charts`: shows the charts of the run that is served now. The objects of a stack stay private. */
export async function run(args: readonly string[]): Promise<void> {
  const { stack, to, url, serve, port, open } = parseChartsOptions(args);
  if (stack === undefined) return show(readEndpoints().pagesUrl, open);
  const { client: config, bucket } = await readStack(stack);
  const source = { client: new S3Client(config), bucket };
  if (url) {
    const [page, ...pictures] = await presignCharts(source);
    console.log(`Anybody can open these addresses for ${URL_SECONDS / 60} minutes:\n${page}\n`);
    return console.log(pictures.join('\n'));
  }
  if (serve) return serveUntilStopped(source, port, open);
  const directory = to === undefined ? mkdtempSync(join(tmpdir(), 'cartograph-charts-')) : callerPath(to);
  return show(await copyCharts(source, directory), open);
}

/** Serves the pages of the private bucket to this machine until Ctrl-C, with the caller's AWS permissions. */
async function serveUntilStopped(
  source: ChartsSource,
  port: number | undefined,
  open: true | undefined,
): Promise<void> {
  if (!(await s3Lake(source.bucket, source.client).read(INDEX_KEY)))
    throw new Error('Cannot show charts: no run is decided yet');
  const pages = await startPages(source, port === undefined ? {} : { port });
  await show(pages.url, open);
  console.log('Serving the bucket, new runs included, to this machine only. Press Ctrl-C to stop.');
  await new Promise<void>((resolve) => onSignals(resolve));
  await pages.stop();
}

/** Prints where the charts are, and opens them on request. Sets the exit code to 1 if they cannot be opened. */
async function show(pathOrUrl: string, open: true | undefined): Promise<void> {
  console.log(`Charts    ${pathOrUrl}`);
  if (!open) return;
  const opener = OPENERS[process.platform] ?? 'xdg-open';
  const program = spawn(opener, [pathOrUrl], { stdio: 'ignore', detached: true });
  program.unref();
  try {
    await once(program, 'spawn');
  } catch {
    console.error(`✗ Cannot open the page: there is no ${opener}; open it by hand`);
    process.exitCode = 1;
  }
}
