import { grouped } from '../../shared/contract/numbers.ts';
import { Network } from '../../shared/contract/summaries.ts';
import { indexEdits } from './block-index.ts';
import { EXPLORER_USERS, HISTORIES } from './blocks.ts';
import {
  applyEdits,
  arrayAt,
  type Edit,
  itemTexts,
  type JsonArray,
  keepItems,
  nodeAt,
  parseJsonText,
  replaceItems,
  textOf,
} from './json-text.ts';
import { type Forgotten, type Rewritten, type RunContext, UNCHANGED } from './kind.ts';

/** The JSON documents of a run that name users. Everything but the users keeps its text. */

/** The changes of a document. */
export interface Edits {
  readonly edits: readonly Edit[];
  readonly removedRows: number;
}

/** Rewrites a document. */
export async function rewriteDocument(
  bytes: Uint8Array,
  editsOf: (document: string) => Edits | Promise<Edits>,
): Promise<Rewritten> {
  const document = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const { edits, removedRows } = await editsOf(document);
  if (edits.length === 0) return UNCHANGED;
  return {
    changed: true,
    bytes: Buffer.from(applyEdits(document, edits), 'utf8'),
    removedRows: Math.max(1, removedRows),
  };
}

/** `summary/users.json`: a few users as examples. */
export function usersEdits(document: string, forgotten: Forgotten): Edits {
  const users = arrayAt(parseJsonText(document), 'users');
  const isForgotten = users.items.map((item) => {
    const user = textOf(document, nodeAt(item, 'user'));
    return user !== undefined && forgotten.isForgotten(user);
  });
  return leaveOut(document, users, isForgotten);
}

/**
 * `summary/graph.json`: the vertices and edges of the picture. Products that no line leads to any more are left out with the users, and
 * the sentence about the choice gets the new numbers. The numbers of the whole graph are those of the run.
 */
export function graphEdits(document: string, forgotten: Forgotten): Edits {
  const root = parseJsonText(document);
  const [vertices, edges] = [arrayAt(root, 'shown', 'vertices'), arrayAt(root, 'shown', 'edges')];
  const ids = vertices.items.map((item) => textOf(document, nodeAt(item, 'id')) ?? '');
  const ends = edges.items.map((item) =>
    ['source', 'target'].map((end) => textOf(document, nodeAt(item, end)) ?? ''),
  );
  const isForgottenEdge = ends.map((pair) => pair.some((id) => isForgottenVertex(id, forgotten)));
  if (!ids.some((id) => isForgottenVertex(id, forgotten)) && !isForgottenEdge.includes(true)) return NO_EDITS;
  const [linkedBefore, linked] = [
    new Set(ends.flat()),
    new Set(ends.flatMap((pair, edge) => (isForgottenEdge[edge] ? [] : pair))),
  ];
  const isOut = ids.map(
    (id) => isForgottenVertex(id, forgotten) || (linkedBefore.has(id) && !linked.has(id)),
  );
  const shown = (prefix: string): number =>
    ids.filter((id, index) => !isOut[index] && id.startsWith(prefix)).length;
  const removed = [leaveOut(document, vertices, isOut), leaveOut(document, edges, isForgottenEdge)];
  return {
    edits: [
      ...removed.flatMap(({ edits }) => edits),
      ...chosenEdits(document, (chosen) => graphSentence(chosen, shown('p:'), shown('u:'))),
    ],
    removedRows: removed.reduce((sum, { removedRows }) => sum + removedRows, 0),
  };
}

/** @example graphSentence('The 30 products that …, and 70 users who …', 29, 68) // 'The 29 products that …, and 68 users who …' */
const graphSentence = (chosen: string, products: number, users: number): string =>
  chosen
    .replace(/^The \d+ products/, `The ${products} products`)
    .replace(/ and \d+ users /, ` and ${users} users `);

const isForgottenVertex = (id: string, forgotten: Forgotten): boolean =>
  id.startsWith(USER_PREFIX) && forgotten.isForgotten(id.slice(USER_PREFIX.length));

/** Typed ids of users in the graph begin with it. */
export const USER_PREFIX = 'u:';

const [VERTEX_COLUMNS, EDGE_COLUMNS] = [
  ['ids', 'labels', 'communities', 'degrees', 'sales'],
  ['kinds', 'strengths'],
] as const;

/**
 * `summary/network.json`: the interactive graph, which is stored by column, with edges as positions of vertices. Vertices without an
 * edge are left out, as the job leaves them out.
 */
export function networkEdits(document: string, forgotten: Forgotten): Edits {
  const root = parseJsonText(document);
  const { vertices, edges } = Network.parse(JSON.parse(document));
  const isForgotten = vertices.ids.map((id) => isForgottenVertex(id, forgotten));
  if (!isForgotten.includes(true)) return NO_EDITS;
  const isGone = edges.sources.map(
    (source, edge) => isForgotten[source] === true || isForgotten[edges.targets[edge] ?? -1] === true,
  );
  const ends = edges.sources.map((source, edge) => [source, edges.targets[edge] ?? 0]);
  const [linkedBefore, linked] = [
    new Set(ends.flat()),
    new Set(ends.flatMap((pair, edge) => (isGone[edge] ? [] : pair))),
  ];
  const isKept = vertices.ids.map(
    (_, index) => !isForgotten[index] && (linked.has(index) || !linkedBefore.has(index)),
  );
  let next = 0;
  const places = isKept.map((kept) => (kept ? String(next++) : ''));
  const column = (group: 'vertices' | 'edges', name: string): JsonArray => arrayAt(root, group, name);
  const renumbered = (name: 'sources' | 'targets'): Edit =>
    replaceItems(
      document,
      column('edges', name),
      edges[name].flatMap((vertex, edge) => (isGone[edge] ? [] : [places[vertex] ?? ''])),
    );
  const goneOf = (kind: number): number =>
    edges.kinds.filter((each, edge) => each === kind && isGone[edge]).length;
  return {
    edits: [
      ...VERTEX_COLUMNS.map((name) =>
        keepItems(document, column('vertices', name), (index) => isKept[index] === true),
      ),
      ...EDGE_COLUMNS.map((name) =>
        keepItems(document, column('edges', name), (index) => isGone[index] !== true),
      ),
      renumbered('sources'),
      renumbered('targets'),
      ...chosenEdits(document, (chosen) => networkSentence(chosen, next, goneOf)),
    ],
    removedRows: isKept.filter((kept) => !kept).length + isGone.filter(Boolean).length,
  };
}

/** The nouns by which the sentence about the choice counts the kinds of edges, in the order of their numbers. */
const KIND_NOUNS = ['purchases', 'recommendations', 'similar products'] as const;

/**
 * Replaces the numbers of what is shown.
 *
 * @example networkSentence('All 42 users and products; all their edges', 41, () => 1) // 'All 41 users and products; all their edges'
 */
function networkSentence(chosen: string, vertices: number, goneOf: (kind: number) => number): string {
  let sentence = chosen.replace(/^(All )?[\d,]+/, (_, all = '') => `${all}${grouped(vertices)}`);
  for (const [kind, noun] of KIND_NOUNS.entries())
    sentence = sentence.replace(
      new RegExp(`([\\d,]*\\d)((?: of [\\d,]+)? ${noun})`),
      (_, shown: string, rest: string) =>
        `${grouped(Number(shown.replaceAll(',', '')) - goneOf(kind))}${rest}`,
    );
  return sentence;
}

/** `explorer/index.json`: suggested users, and the first keys of blocks. */
export async function explorerIndexEdits(
  document: string,
  forgotten: Forgotten,
  run: RunContext,
): Promise<Edits> {
  const picks = arrayAt(parseJsonText(document), 'picks', 'users');
  const isForgotten = itemTexts(document, picks).map((text) => forgotten.isForgotten(JSON.parse(text)));
  const suggested = leaveOut(document, picks, isForgotten);
  const separators = await indexEdits(document, forgotten, { path: ['users'], run, kind: EXPLORER_USERS });
  return {
    edits: [...suggested.edits, ...separators],
    removedRows: suggested.removedRows + separators.length,
  };
}

/** `model/answer.json`: the first keys of blocks. */
export async function answerEdits(document: string, forgotten: Forgotten, run: RunContext): Promise<Edits> {
  const edits = await indexEdits(document, forgotten, { path: ['histories'], run, kind: HISTORIES });
  return { edits, removedRows: edits.length };
}

const NO_EDITS: Edits = { edits: [], removedRows: 0 };

function leaveOut(document: string, array: JsonArray, isOut: readonly boolean[]): Edits {
  const removedRows = isOut.filter(Boolean).length;
  return removedRows === 0
    ? NO_EDITS
    : { edits: [keepItems(document, array, (index) => !isOut[index])], removedRows };
}

/** Changes the sentence `chosen`, if the document has it. */
function chosenEdits(document: string, change: (chosen: string) => string): Edit[] {
  const node = nodeAt(parseJsonText(document), 'chosen');
  const chosen = textOf(document, node);
  if (!node || chosen === undefined || change(chosen) === chosen) return [];
  return [{ start: node.start, end: node.end, text: JSON.stringify(change(chosen)) }];
}
