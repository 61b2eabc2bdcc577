import { chartsOf, manifestKey, PREFIX, parseNumberedKey, publicationKey } from '../shared/contract/keys.ts';
import { Manifest } from '../shared/contract/schemas.ts';
import { type Lake, readJson, toJson } from '../shared/platform/lake.ts';
import type { Log } from '../shared/platform/log.ts';
import type { RunData } from './charts/chart.ts';
import { CHART_NAMES, CHARTS, type ChartName } from './charts/registry.ts';
import { decidedThrough, readDecidedRun } from './decisions.ts';
import { readRun } from './documents.ts';
import { fileOf } from './drawing/specification.ts';
import { themed } from './drawing/theme.ts';
import type { Picture } from './page/data.ts';
import { runPage } from './page.ts';
import { beginTry, excuseTry, watchFaults } from './tries.ts';

export interface Parts {
  readonly lake: Lake;
  readonly log: Log;
  /** True if the files of a run have pseudonyms in place of the ids of users; false by default. */
  readonly hasPseudonyms?: boolean;
  /** Draws the pictures; by default with Vega, which takes seconds. */
  readonly draw?: (data: RunData, write: Write) => Promise<Picture[]>;
}

/** Stores a file of the pictures below the run's charts. */
export type Write = (name: string, body: string | Uint8Array, contentType: string) => Promise<void>;

const pageKey = (run: number): string => `${chartsOf(run)}index.html`;

/**
 * Draws the run that a publication decides, unless its page exists.
 *
 * @throws {Error} If there is no such publication, or as {@link renderRun}.
 */
export async function renderDecided(parts: Parts, publication: number): Promise<void> {
  const { lake } = parts;
  const run = await readDecidedRun(lake, publication);
  if (run === undefined) throw new Error(`Cannot render: ${publicationKey(publication)} is missing`);
  for await (const _ of lake.list(pageKey(run))) return;
  await renderRun(parts, run);
}

/**
 * Draws the charts and the page of a run into `charts/N/`, the page last. Repeating it changes nothing.
 *
 * @throws {Error} If the manifest or a file of the run is missing or malformed; the message names it.
 */
export async function renderRun(
  { lake, log, hasPseudonyms = false, draw = (data, write) => drawAll(data, write) }: Parts,
  run: number,
): Promise<void> {
  const folder = chartsOf(run);
  const manifest = await readJson(lake, manifestKey(run), Manifest);
  if (!manifest) throw new Error(`Cannot render run ${run}: ${manifestKey(run)} is missing`);
  const data = { ...(await readRun(lake, manifest)), hasPseudonyms };
  const pictures = await draw(data, async (name, body, contentType) => {
    await lake.create(`${folder}${name}`, body, contentType);
  });
  const page = runPage({ ...data, pictures });
  await lake.create(`${folder}index.html`, page, 'text/html; charset=utf-8');
  log.measure({ Rendered: 1 });
  log.info(`Rendered ${pictures.length} charts`, { window: run, object: `${folder}index.html` });
}

/**
 * Draws every chart and hands each file to `write`.
 *
 * @param needsPng Says for which charts a PNG is drawn, which takes longest; for all by default.
 */
export async function drawAll(
  data: RunData,
  write: Write,
  needsPng: (name: ChartName) => boolean = () => true,
): Promise<Picture[]> {
  // Vega and Vega-Lite are loaded only here: they are most of the code, and a sweep that finds nothing to draw does not
  // need them.
  const { toPng, toSvg } = await import('./draw.ts');
  const pictures: Picture[] = [];
  for (const name of CHART_NAMES) {
    const spec = CHARTS[name].draw(data);
    const specification = fileOf(name, spec);
    // This comes before drawing, because Vega adds notes to the specification.
    await write(specification.file, toJson(spec), 'application/json');
    const svg = await toSvg(spec);
    await write(`${name}.svg`, themed(svg), 'image/svg+xml');
    if (needsPng(name)) await write(`${name}.png`, await toPng(svg), 'image/png');
    pictures.push({
      name,
      svg,
      caption: CHARTS[name].describe(data),
      alternative: String(spec.description),
      specification,
    });
  }
  return pictures;
}

/**
 * Renders every decided run that has no page, including runs that were passed over because a newer one was decided before
 * they were ready. A run that keeps failing is given up, unless it is the bucket that fails.
 *
 * @throws {AggregateError} If runs failed that are not given up yet. All other runs are rendered.
 */
export async function sweep(parts: Parts): Promise<void> {
  const { lake, log } = parts;
  const done = await runsDone(lake);
  const through = await decidedThrough(lake);
  const problems: unknown[] = [];
  for await (const { key } of lake.list(PREFIX.manifests)) {
    const run = parseNumberedKey(PREFIX.manifests, key);
    if (run === undefined || run > through || done.has(chartsOf(run))) continue;
    try {
      await tryRun(parts, run);
    } catch (error) {
      log.error('Cannot render', { window: run, object: key, error });
      problems.push(error);
    }
  }
  if (problems.length > 0) throw new AggregateError(problems, `Cannot render ${problems.length} runs`);
}

async function tryRun(parts: Parts, run: number): Promise<void> {
  const number = await beginTry(parts, run);
  if (number === undefined) return;
  const watched = watchFaults(parts.lake);
  try {
    await renderRun({ ...parts, lake: watched.lake }, run);
  } catch (error) {
    if (watched.hasFailed()) await excuseTry(parts.lake, run, number);
    throw error;
  }
}

/** Folders of the runs that have a page, which is written last, or that were given up. */
async function runsDone(lake: Lake): Promise<ReadonlySet<string>> {
  const folders = new Set<string>();
  for await (const { key } of lake.list(PREFIX.charts)) {
    const [, folder] = /^(.*\/)(?:index\.html|failed\.json)$/.exec(key) ?? [];
    if (folder !== undefined) folders.add(folder);
  }
  return folders;
}
