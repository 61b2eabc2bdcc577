import { expect, test } from 'vitest';
import { attributeOf, graphMlRows, rewriteGraphMl } from '../../../../lambdas/forget/files/graph-ml.ts';
import { changedBytes, erasing } from './erasing.ts';

const node = (id: string, label: string): string =>
  `<node id="${attributeOf(id)}"><data key="v2">${label}</data></node>\n`;
const edge = (source: string, target: string): string =>
  `<edge source="${attributeOf(source)}" target="${attributeOf(target)}"><data key="e2">bought</data></edge>\n`;
const HEAD = '<?xml version="1.0"?>\n<graphml>\n<graph id="run-1">\n';
const TAIL = '</graph>\n</graphml>\n';
const ODD = 'x&<\n"\u0001\t>😀';

const graph = (...rows: readonly string[]): Buffer => Buffer.from(HEAD + rows.join('') + TAIL);
const ROWS = [
  node('p:1', 'Lamp'),
  node('u:1', '1'),
  node('u:11', '11'),
  node(`u:${ODD}`, 'x&amp;&lt;\n&quot;1'),
  edge('p:1', 'p:2'),
  edge('u:1', 'p:1'),
  edge('u:11', 'p:1'),
  edge(`u:${ODD}`, 'p:1'),
];

test('a user and the edges of the user are left out; the product of the same id and longer ids stay', () => {
  const rewritten = rewriteGraphMl(graph(...ROWS), erasing(['1']));
  expect(changedBytes(rewritten)).toEqual(graph(...ROWS.filter((_, at) => at !== 1 && at !== 5)));
  expect(rewritten).toMatchObject({ removedRows: 2 });
});

test('a user whose id needs escapes is found, with a label that has a line break', () => {
  expect(changedBytes(rewriteGraphMl(graph(...ROWS), erasing([ODD])))).toEqual(
    graph(...ROWS.filter((_, at) => at !== 3 && at !== 7)),
  );
});

test('a graph without the user is unchanged', () => {
  expect(rewriteGraphMl(graph(...ROWS), erasing(['2']))).toEqual({ changed: false });
});

test('rows are nodes and edges; a graph that is cut off is refused', () => {
  expect(graphMlRows(graph(...ROWS))).toBe(ROWS.length);
  expect(() => rewriteGraphMl(Buffer.from(`${HEAD}<node id="u:1">`), erasing(['1']))).toThrow('does not end');
});

test('ids are written as the job writes them', () => {
  expect(attributeOf('u:a"&<>\t\n\r\u0001\ufffe😀')).toBe(
    'u:a&quot;&amp;&lt;&gt;&#9;&#10;&#13;\ufffd0001\ufffdfffe😀',
  );
});
