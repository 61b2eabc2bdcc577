import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { ZodType, type z } from 'zod';
import { words } from '../../lambdas/client/index/search-key.ts';
import * as answerModel from '../../lambdas/shared/contract/answer-model.ts';
import * as explorer from '../../lambdas/shared/contract/explorer.ts';
import { Metrics } from '../../lambdas/shared/contract/quality.ts';
import { Ranker } from '../../lambdas/shared/contract/ranker.ts';
import type { Manifest } from '../../lambdas/shared/contract/schemas.ts';
import * as summaries from '../../lambdas/shared/contract/summaries.ts';
import type { Block } from '../../lambdas/shared/web/block-table.ts';
import {
  describedDocuments,
  describedTables,
  describedTensors,
  graphMlAttributes,
  isCalled,
  parquetColumns,
} from './described-files.ts';
import { json, jsonLines, keyOf, manifestOf, rowsOf } from './lake-files.ts';

/** What must hold of the graph, and of docs/files.md, in any run. @param lake with run 1, when the tests run. */
export function testGraphFiles(lake: string): void {
  test('docs/files.md names every file of the run and no other; every document fits the schema that it names', () => {
    const { files } = manifestOf(lake);
    const schemas: Record<string, unknown> = { Metrics, Ranker, ...summaries, ...explorer, ...answerModel };
    const documents = describedDocuments();
    const described = [
      ...describedTables().flatMap(({ names }) => names),
      ...documents.map(({ name }) => name),
    ];
    expect(described.filter((name) => !files.some((file) => isCalled(name, file.name)))).toEqual([]);
    expect(
      files.map(({ name }) => name).filter((name) => !described.some((each) => isCalled(each, name))),
    ).toEqual([]);
    for (const { name, key } of files.filter((file) => /\.json(\.gz)?$/.test(file.name))) {
      const schema = schemas[documents.find((document) => isCalled(document.name, name))?.schema ?? ''];
      if (!(schema instanceof ZodType)) throw new Error(`docs/files.md names no schema of ${name}`);
      for (const document of name.endsWith('.gz') ? jsonLines(lake, key) : [json(lake, key)])
        schema.parse(document);
    }
  });

  test('docs/files.md names every column of every table, in order, with its type', () => {
    const { files } = manifestOf(lake);
    for (const { names, columns } of describedTables())
      for (const { name, key } of files.filter((file) => names.some((each) => isCalled(each, file.name)))) {
        const bytes = readFileSync(join(lake, key));
        if (name.endsWith('.parquet'))
          expect({ name, columns: parquetColumns(bytes) }).toEqual({ name, columns });
        if (name.endsWith('.csv'))
          expect({ name, columns: bytes.toString().split('\n', 1)[0]?.split(',') }).toEqual({
            name,
            columns: columns.map((column) => column.name),
          });
      }
  });

  test('docs/files.md names every tensor of the model, with its type and shape', () => {
    const manifest = manifestOf(lake);
    const document = answerModel.AnswerModel.parse(json(lake, keyOf(manifest, 'model/answer.json')));
    const lengths: Record<string, number> = {
      products: document.products,
      rank: document.rank,
      spans: document.spans.length,
      productColumns: document.productColumns.length,
    };
    const bytes = readFileSync(join(lake, keyOf(manifest, 'model/answer.safetensors')));
    const header = JSON.parse(bytes.toString('utf8', 8, 8 + Number(bytes.readBigUInt64LE())));
    const described = describedTensors();
    for (const { name, type, shape } of described) {
      const { dtype, shape: found } = header[name] ?? {
        dtype: type,
        shape: shape.map((each) => lengths[each]),
      };
      // A length in quotes has no name in the document.
      const expected = shape.map((each, at) => (each.startsWith('"') ? found[at] : lengths[each]));
      expect({ name, dtype, shape: found }).toEqual({ name, dtype: type, shape: expected });
    }
    const names = described.map(({ name }) => name);
    expect(Object.keys(header).filter((name) => !names.includes(name))).toEqual([]);
    const optional = ['als.eigenValues', 'als.eigenVectors'];
    expect(names.filter((name) => !(name in header) && !optional.includes(name))).toEqual([]);
  });

  test('GraphML has every column of both tables as an attribute, and every vertex and edge', () => {
    const manifest = manifestOf(lake);
    const text = readFileSync(join(lake, keyOf(manifest, 'graph/graph.graphml')), 'utf8');
    const columnsOf = (table: string): string[] =>
      describedTables()
        .find(({ names }) => names.includes(table))
        ?.columns.map(({ name }) => name) ?? [];
    expect(graphMlAttributes(text, 'node')).toEqual(columnsOf('graph/vertices.csv').slice(1));
    expect(graphMlAttributes(text, 'edge')).toEqual(columnsOf('graph/edges.csv').slice(2));
    expect(text.match(/<node /g)?.length).toBe(manifest.counts.vertices);
    expect(text.match(/<edge /g)?.length).toBe(manifest.counts.edges);
  });

  test('degrees and sales of the vertices are those that the edges add up to; the mean PageRank is 1', () => {
    const manifest = manifestOf(lake);
    const edges = rowsOf(lake, keyOf(manifest, 'graph/edges.csv'));
    const vertices = rowsOf(lake, keyOf(manifest, 'graph/vertices.csv'));
    const sums = new Map(vertices.map(({ id = '' }) => [id, { in: 0, out: 0, sales: 0 }]));
    for (const { source = '', target = '', count } of edges) {
      const [from, to] = [sums.get(source), sums.get(target)];
      if (!from || !to) throw new Error(`${source} or ${target} is no vertex`);
      from.out += 1;
      to.in += 1;
      from.sales += Number(count);
      to.sales += Number(count);
    }
    expect(edges.length).toBe(manifest.counts.edges);
    for (const vertex of vertices) {
      const sum = sums.get(vertex.id ?? '');
      expect([vertex.in_degree, vertex.out_degree, vertex.sales].map(Number)).toEqual([
        sum?.in,
        sum?.out,
        sum?.sales,
      ]);
      expect(Number(vertex.degree)).toBe(Number(vertex.in_degree) + Number(vertex.out_degree));
    }
    const ranks = vertices.map(({ pagerank }) => Number(pagerank));
    expect(ranks.reduce((sum, rank) => sum + rank, 0) / ranks.length).toBeCloseTo(1, 5);
  });

  test('edges between communities are counted by kind, as the tables have them', () => {
    const manifest = manifestOf(lake);
    const communityOf = new Map(
      rowsOf(lake, keyOf(manifest, 'graph/vertices.csv')).map(({ id = '', community = '' }) => [
        id,
        community,
      ]),
    );
    const counted = (kind: string, list = '') => {
      const placed = rowsOf(lake, keyOf(manifest, 'graph/edges.csv'))
        .filter((edge) => edge.kind === kind && edge.list === list)
        .map(({ source = '', target = '' }) => [communityOf.get(source), communityOf.get(target)])
        .filter((ends) => !ends.includes(''));
      // Every beginning with every end.
      const ends = (at: 0 | 1) => Map.groupBy(placed, (edge) => edge[at]);
      const staying = [...ends(0)].reduce(
        (sum, [community, edges]) => sum + edges.length * (ends(1).get(community)?.length ?? 0),
        0,
      );
      return {
        edges: placed.length,
        crossing: placed.filter(([from, to]) => from !== to).length,
        byChance: expect.closeTo(placed.length - staying / placed.length, 4),
      };
    };
    const { communities } = summaries.GraphFacts.parse(json(lake, keyOf(manifest, 'graph.json')));
    expect(communities.edges).toEqual({
      bought: counted('bought'),
      recommendedAny: counted('recommended', 'any'),
      recommendedNew: counted('recommended', 'new'),
      similar: counted('similar'),
    });
    for (const { edges, crossing } of Object.values(communities.edges)) {
      expect(edges).toBeGreaterThan(100);
      expect(crossing).toBeGreaterThan(0);
    }
  });

  test('how recommendations spread is stated exactly: the ten most recommended products, and those that take half', () => {
    const manifest = manifestOf(lake);
    const lists = new Map<string, number>();
    for (const { product = '', list } of rowsOf(lake, keyOf(manifest, 'recommendations.csv')))
      if (list === 'any') lists.set(product, (lists.get(product) ?? 0) + 1);
    const most = [...lists.values()].sort((a, b) => b - a);
    const sum = (counts: readonly number[]): number => counts.reduce((total, each) => total + each, 0);
    const takers = most.findIndex((_, index) => 2 * sum(most.slice(0, index + 1)) >= sum(most)) + 1;
    const { exposure } = summaries.GraphFacts.parse(json(lake, keyOf(manifest, 'graph.json')));
    expect(exposure.recommendations).toBe(sum(most));
    expect(exposure.top10Share).toBeCloseTo(sum(most.slice(0, 10)) / sum(most), 6);
    expect(exposure.half?.products).toBe(takers);
    expect(exposure.half?.share).toBeCloseTo(sum(most.slice(0, takers)) / sum(most), 6);
  });

  test('pictures hold no more than they promise, and only edges between the vertices that they show', () => {
    const manifest = manifestOf(lake);
    const { shown } = summaries.GraphSummary.parse(json(lake, keyOf(manifest, 'summary/graph.json')));
    const ids = new Set(shown.vertices.map(({ id }) => id));
    expect(ids.size).toBeLessThanOrEqual(100);
    expect(ids.size).toBeGreaterThan(40);
    expect(new Set(shown.edges.flatMap(({ source, target }) => [source, target]))).toEqual(ids);
    // Planted tastes: more than one community, or nothing would be seen of them.
    expect(new Set(shown.vertices.map(({ community }) => community)).size).toBeGreaterThan(1);
    const { vertices, edges, leftOut } = summaries.Network.parse(
      json(lake, keyOf(manifest, 'summary/network.json')),
    );
    expect(vertices.ids.length + leftOut.vertices).toBe(manifest.counts.vertices);
    expect(edges.kinds.length + leftOut.edges).toBe(manifest.counts.edges);
    expect(Math.max(...edges.sources, ...edges.targets)).toBeLessThan(vertices.ids.length);
    expect(Math.min(...edges.strengths)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...edges.strengths)).toBe(1);
  });

  test('the explorer holds every user and product where its index says, the lists of the run, and reasons out of the history', () => {
    const manifest = manifestOf(lake);
    const index = explorer.ExplorerIndex.parse(json(lake, keyOf(manifest, 'explorer/index.json')));
    const listed = new Map<string, string[]>();
    for (const { user = '', product = '', list = '' } of rowsOf(lake, keyOf(manifest, 'recommendations.csv')))
      listed.set(`${user} ${list}`, [...(listed.get(`${user} ${list}`) ?? []), product]);
    const users = rowsIn(lake, manifest, index.users, explorer.ExplorerUsers);
    for (const { key: user, value, names } of users) {
      const { history, any, new: fresh } = value;
      expect(any.map(({ product }) => product)).toEqual(listed.get(`${user} any`) ?? []);
      expect(fresh.map(({ product }) => product)).toEqual(listed.get(`${user} new`) ?? []);
      const bought = new Set(history.map(({ product }) => product));
      for (const { product, because } of [...any, ...fresh]) {
        expect(names.has(product)).toBe(true);
        if (history.length < 50) expect(because.every((reason) => bought.has(reason.product))).toBe(true);
        if (bought.has(product)) expect(because[0]?.product).toBe(product);
        // Each is rounded to hundredths.
        expect(because.reduce((sum, { share }) => sum + share, 0)).toBeLessThan(1.0151);
      }
    }
    const vertices = rowsOf(lake, keyOf(manifest, 'graph/vertices.csv'));
    const idsOf = (kind: string) =>
      vertices.filter((vertex) => vertex.kind === kind).map(({ id = '' }) => id.slice('u:'.length));
    expect(users.map(({ key }) => key)).toEqual(idsOf('user').toSorted());
    const products = rowsIn(lake, manifest, index.products, explorer.ExplorerProducts);
    expect(products.map(({ key }) => key)).toEqual(idsOf('product').toSorted());
    const labels = new Map(vertices.map(({ id, label }) => [id, label]));
    expect(products.map(({ key, names }) => names.get(key))).toEqual(
      products.map(({ key }) => labels.get(`p:${key}`)),
    );
    const names = rowsIn(lake, manifest, index.names, explorer.ExplorerNames);
    expect(new Set(names.map(({ value }) => value))).toEqual(new Set(products.map(({ key }) => key)));
    for (const { key, value } of names) {
      const [search = '', at, product] = key.split('\t');
      const name = words(labels.get(`p:${value}`) ?? '').join(' ');
      expect(product).toBe(value);
      expect(at === '0' ? name.startsWith(search) : ` ${name}`.includes(` ${search}`), key).toBe(true);
    }
  });
}

/** All rows of a table, in order, each block read by its range of bytes as the page reads it. */
function rowsIn<Value>(
  lake: string,
  manifest: Manifest,
  table: explorer.ExplorerTable,
  schema: z.ZodType<Block<Value>>,
) {
  const rows: { key: string; value: Value; names: ReadonlyMap<string, string> }[] = [];
  for (const { file, from, sizes } of table) {
    const bytes = readFileSync(join(lake, keyOf(manifest, file)));
    let offset = 0;
    for (const [at, size] of sizes.entries()) {
      const member = gunzipSync(bytes.subarray(offset, offset + size)).toString();
      const block = schema.parse(JSON.parse(member));
      const [first = ''] = block.rows[0] ?? [];
      expect((from[at] ?? '') <= first && (rows.at(-1)?.key ?? '') < (from[at] ?? '')).toBe(true);
      for (const [key, value] of block.rows) {
        expect((rows.at(-1)?.key ?? '') < key, key).toBe(true);
        rows.push({ key, value, names: new Map(block.names) });
      }
      offset += size;
    }
    expect(offset).toBe(bytes.length);
  }
  return rows;
}
