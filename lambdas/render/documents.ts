import type { z } from 'zod';
import { Metrics } from '../shared/contract/quality.ts';
import type { Manifest } from '../shared/contract/schemas.ts';
import {
  DegreeSummary,
  Diff,
  GraphFacts,
  GraphSummary,
  Network,
  ProductSummary,
  SalesSummary,
  UserSummary,
} from '../shared/contract/summaries.ts';
import { type Lake, readJson } from '../shared/platform/lake.ts';
import { readRunCosts } from '../shared/platform/run-costs.ts';
import { readOutcomes, SHOWN_RUNS } from './decisions.ts';
import type { PageData } from './page/data.ts';

/**
 * Reads the data of the pictures and the page of a run.
 *
 * @throws {Error} If the manifest does not name a document, or the document is missing or malformed; the message names it.
 */
export async function readRun(lake: Lake, manifest: Manifest): Promise<Omit<PageData, 'pictures'>> {
  const read = <Schema extends z.ZodType>(name: string, schema: Schema): Promise<z.infer<Schema>> =>
    readDocument(lake, manifest, name, schema);
  const [metrics, graph, degrees, products, facts, diff, sales, network, { users }, runs, costs] =
    await Promise.all([
      read('metrics.json', Metrics),
      read('summary/graph.json', GraphSummary),
      read('summary/degrees.json', DegreeSummary),
      read('summary/products.json', ProductSummary),
      read('graph.json', GraphFacts),
      read('diff.json', Diff),
      read('summary/sales.json', SalesSummary),
      read('summary/network.json', Network),
      read('summary/users.json', UserSummary),
      readOutcomes(lake, manifest),
      readRunCosts(lake, { before: manifest.run, most: SHOWN_RUNS }),
    ]);
  return { manifest, metrics, graph, degrees, products, facts, diff, sales, network, users, runs, costs };
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
