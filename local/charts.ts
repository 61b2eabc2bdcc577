import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { command } from './command.ts';
import { copyCharts, presignCharts, URL_SECONDS } from './copy-charts.ts';
import { readEndpoints } from './endpoints.ts';
import { CHARTS_OPTIONS, helpText, parseOptions } from './options.ts';
import { readStack } from './target.ts';

/** Where the person is: npm runs scripts in the project's folder. */
const FROM = process.env.INIT_CWD ?? process.cwd();

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, string>>> = { darwin: 'open', win32: 'explorer' };

/** `npm run charts`: the charts of the run that is served now. The objects of a stack stay private. */
await command(async (args) => {
  const { stack, to, url, open, help } = parseOptions(CHARTS_OPTIONS, args);
  if (help) return console.log(helpText('npm run charts: the charts of the served run', CHARTS_OPTIONS));
  if (url && (to !== undefined || open))
    throw new Error('--url contradicts --to and --open: nothing is copied');
  if (stack === undefined) {
    if (url || to !== undefined)
      throw new Error('--url and --to need --stack: on this machine charts have an address');
    return show(readEndpoints().pagesUrl, open);
  }
  const { client: config, bucket } = await readStack(stack);
  const source = { client: new S3Client(config), bucket };
  if (url) {
    const [page, ...pictures] = await presignCharts(source);
    console.log(`For ${URL_SECONDS / 60} minutes, for whoever has the address:\n${page}\n`);
    return console.log(pictures.join('\n'));
  }
  const directory = to === undefined ? mkdtempSync(join(tmpdir(), 'cartograph-charts-')) : resolve(FROM, to);
  return show(await copyCharts(source, directory), open);
});

/** Prints where the charts are, and opens them if asked to. */
function show(where: string, open: true | undefined): void {
  console.log(`Charts    ${where}`);
  if (!open) return;
  const opener = OPENERS[process.platform] ?? 'xdg-open';
  spawn(opener, [where], { stdio: 'ignore', detached: true })
    .once('error', () => console.error(`✗ Cannot open it: there is no ${opener}; open the page by hand`))
    .unref();
}
