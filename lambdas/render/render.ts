import type { z } from 'zod';
import {
  chartsFailedKey,
  chartsOf,
  manifestKey,
  numberInKey,
  PREFIX,
  parseNumberedKey,
} from '../shared/keys.ts';
import { type Lake, readJson, toJson } from '../shared/lake.ts';
import type { Log } from '../shared/log.ts';
import { Metrics } from '../shared/quality.ts';
import { Manifest } from '../shared/schemas.ts';
import {
  DegreeSummary,
  Diff,
  GraphFacts,
  GraphSummary,
  ProductSummary,
  SalesSummary,
  UserSummary,
} from '../shared/summaries.ts';
import type { RunData } from './charts/chart.ts';
import { CHART_NAMES, CHARTS } from './charts/registry.ts';
import { themed } from './charts/theme.ts';
import { type Picture, runPage } from './page.ts';

export interface Parts {
  readonly lake: Lake;
  readonly log: Log;
}

/** Sweeps that may fail on one run before it is left alone. */
export const MAX_TRIES = 5;

/**
 * Draws the charts and the page of a run into `charts/N/`; the page last. Doing it again writes the same and changes
 * nothing.
 *
 * @throws {Error} If the manifest or a file of the run is missing or not what it should be; the message names it.
 */
export async function renderRun({ lake, log }: Parts, run: number): Promise<void> {
  const folder = chartsOf(run);
  const manifest = await readJson(lake, manifestKey(run), Manifest);
  if (!manifest) throw new Error(`Cannot render run ${run}: ${manifestKey(run)} is missing`);
  const data = await readRun(lake, manifest);
  const { users } = await readDocument(lake, manifest, 'summary/users.json', UserSummary);
  const pictures = await drawAll(data, async (name, body, contentType) => {
    await lake.create(`${folder}${name}`, body, contentType);
  });
  await lake.create(
    `${folder}index.html`,
    runPage({ manifest, metrics: data.metrics, users, pictures }),
    'text/html; charset=utf-8',
  );
  log.measure({ Rendered: 1 });
  log.info(`Rendered ${pictures.length} charts`, { window: run, object: `${folder}index.html` });
}

/** What the charts are drawn from; of the runs, this one alone. */
const readRun = async (lake: Lake, manifest: Manifest): Promise<RunData> => ({
  manifest,
  metrics: await readDocument(lake, manifest, 'metrics.json', Metrics),
  graph: await readDocument(lake, manifest, 'summary/graph.json', GraphSummary),
  degrees: await readDocument(lake, manifest, 'summary/degrees.json', DegreeSummary),
  products: await readDocument(lake, manifest, 'summary/products.json', ProductSummary),
  facts: await readDocument(lake, manifest, 'graph.json', GraphFacts),
  diff: await readDocument(lake, manifest, 'diff.json', Diff),
  sales: await readDocument(lake, manifest, 'summary/sales.json', SalesSummary),
  runs: [{ ...manifest, decision: null, reason: null }],
});

/** Draws every chart and hands each file to `write`. */
async function drawAll(
  data: RunData,
  write: (name: string, body: string | Uint8Array, contentType: string) => Promise<void>,
): Promise<Picture[]> {
  // Vega is read here and not before: it is most of the code, and a sweep that finds nothing needs none of it.
  const { toPng, toSvg } = await import('./draw.ts');
  const pictures: Picture[] = [];
  for (const name of CHART_NAMES) {
    const spec = CHARTS[name].draw(data);
    // Before it is drawn: Vega keeps its own notes in the specification.
    await write(`${name}.vg.json`, toJson(spec), 'application/json');
    const svg = await toSvg(spec);
    await write(`${name}.svg`, themed(svg), 'image/svg+xml');
    await write(`${name}.png`, await toPng(svg), 'image/png');
    pictures.push({ name, svg, caption: CHARTS[name].describe(data) });
  }
  return pictures;
}

/**
 * Renders every run that has no page. A run that fails again and again is given up, so that it costs nothing for ever;
 * its tries are counted by objects, for the bucket is the only state.
 *
 * @throws {AggregateError} If runs failed that are not given up yet; all others are rendered.
 */
export async function sweep({ lake, log }: Parts): Promise<void> {
  const rendered = new Set(await lake.folders(PREFIX.charts));
  const problems: unknown[] = [];
  for await (const { key } of lake.list(PREFIX.manifests)) {
    const run = parseNumberedKey(PREFIX.manifests, key);
    if (run === undefined) continue;
    if (rendered.has(chartsOf(run)) && (await lake.read(`${chartsOf(run)}index.html`))) continue;
    try {
      if (await mayTry({ lake, log }, run)) await renderRun({ lake, log }, run);
    } catch (error) {
      log.error('Cannot render', { window: run, object: key, error });
      problems.push(error);
    }
  }
  if (problems.length > 0) throw new AggregateError(problems, `Cannot render ${problems.length} runs`);
}

async function mayTry({ lake, log }: Parts, run: number): Promise<boolean> {
  const tries = `${chartsOf(run)}tries/`;
  let count = 0;
  for await (const _ of lake.list(tries)) count += 1;
  if (count < MAX_TRIES)
    return lake.create(`${tries}${numberInKey(count + 1)}.json`, toJson({ run }), 'application/json');
  if (await lake.create(chartsFailedKey(run), toJson({ run, tries: count }), 'application/json'))
    log.error(`Gave up rendering after ${MAX_TRIES} tries`, { window: run, object: manifestKey(run) });
  return false;
}

async function readDocument<Schema extends z.ZodType>(
  lake: Lake,
  manifest: Manifest,
  name: string,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const file = manifest.files.find((candidate) => candidate.name === name);
  if (!file) throw new Error(`Cannot render run ${manifest.run}: its manifest names no ${name}`);
  const document = await readJson(lake, file.key, schema);
  if (document === undefined) throw new Error(`Cannot render run ${manifest.run}: ${file.key} is missing`);
  return document;
}
