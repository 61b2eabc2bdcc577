import type { z } from 'zod';
import { type Lake, readJson } from '../shared/lake.ts';
import { Metrics } from '../shared/quality.ts';
import type { Manifest } from '../shared/schemas.ts';
import { Diff, GraphFacts, Network, SalesSummary, UserSummary } from '../shared/summaries.ts';
import type { PageData } from './page/data.ts';

/** What the page of a run is made of beside what its pictures are drawn from. */
export async function readPageDocuments(
  lake: Lake,
  manifest: Manifest,
): Promise<Pick<PageData, 'metrics' | 'users' | 'facts' | 'diff' | 'sales' | 'network'>> {
  const optional = <Schema extends z.ZodType>(name: string, schema: Schema) =>
    readFile(lake, manifest, name, schema);
  const [metrics, users, facts, diff, sales, network] = await Promise.all([
    optional('metrics.json', Metrics),
    optional('summary/users.json', UserSummary),
    optional('graph.json', GraphFacts),
    optional('diff.json', Diff),
    optional('summary/sales.json', SalesSummary),
    optional('summary/network.json', Network),
  ]);
  if (!metrics) throw new Error(`Cannot render run ${manifest.run}: its manifest names no metrics.json`);
  if (!users) throw new Error(`Cannot render run ${manifest.run}: its manifest names no summary/users.json`);
  return { metrics, users: users.users, facts, diff, sales, network };
}

/** @returns undefined if the manifest names no such file: the run is of a version that did not write it */
async function readFile<Schema extends z.ZodType>(
  lake: Lake,
  manifest: Manifest,
  name: string,
  schema: Schema,
): Promise<z.infer<Schema> | undefined> {
  const file = manifest.files.find((candidate) => candidate.name === name);
  if (!file) return undefined;
  const document = await readJson(lake, file.key, schema);
  if (document === undefined) throw new Error(`Cannot render run ${manifest.run}: ${file.key} is missing`);
  return document;
}
