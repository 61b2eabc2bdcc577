import { count, element } from '../dom.ts';
import { EDGE_KINDS, type Graph, otherEnd, type Shown } from './graph.ts';

/** Neighbours of one kind in the list. */
const MOST_NEIGHBOURS = 12;

/** How the other end is related, by kind of edge. */
const TITLES = {
  user: ['Bought', 'Is recommended', 'Similar'],
  product: ['Bought by', 'Recommended to', 'Similar products'],
} as const;

/** What is known of a vertex, with its neighbours as buttons to walk on by. */
export function details(
  graph: Graph,
  shown: Shown,
  vertex: number,
  walkTo: (vertex: number) => void,
): HTMLElement {
  const { vertices, communityNames } = graph;
  const kind = vertices.users[vertex] === 1 ? 'user' : 'product';
  const id = vertices.ids[vertex] ?? '';
  const label = vertices.labels[vertex] ?? '';
  const community = vertices.communities[vertex] ?? -1;
  const named = communityNames.get(community);
  const facts = [
    `${kind} ${id}`,
    `${count(vertices.degrees[vertex] ?? 0)} links`,
    kind === 'user'
      ? `${count(vertices.sales[vertex] ?? 0)} purchases`
      : `sold ${count(vertices.sales[vertex] ?? 0)} times`,
    ...(community < 0 ? [] : [`community ${community}${named ? ` (${named})` : ''}`]),
  ];
  return element(
    'div',
    {},
    element('h3', {}, label),
    element('p', { class: 'soft' }, facts.join(' · ')),
    element(
      'div',
      { class: 'pair' },
      ...EDGE_KINDS.flatMap((_, edgeKind) => neighbours({ graph, shown, vertex, edgeKind, kind, walkTo })),
    ),
    element(
      'p',
      {},
      element('a', { href: `../index.html#${kind}=${encodeURIComponent(id)}` }, `Look up ${label}`),
      ' in the explorer of the served run, where this page is served.',
    ),
  );
}

function neighbours({
  graph,
  shown,
  vertex,
  edgeKind,
  kind,
  walkTo,
}: {
  graph: Graph;
  shown: Shown;
  vertex: number;
  edgeKind: number;
  kind: 'user' | 'product';
  walkTo: (vertex: number) => void;
}): HTMLElement[] {
  const edges = graph
    .edgesOf(vertex)
    .filter((edge) => graph.edges.kinds[edge] === edgeKind && shown.edges[edge] === 1);
  if (edges.length === 0) return [];
  const more = edges.length - MOST_NEIGHBOURS;
  const items = edges.slice(0, MOST_NEIGHBOURS).map((edge) => {
    const end = otherEnd(graph, edge, vertex);
    const strength = Math.round(((graph.edges.strengths[edge] ?? 0) / 255) * 100);
    return element(
      'li',
      {},
      element(
        'button',
        { type: 'button', class: 'link', click: () => walkTo(end) },
        graph.vertices.labels[end] ?? '',
      ),
      ` ${strength}\u00a0%`,
    );
  });
  return [
    element(
      'div',
      {},
      element('h4', {}, TITLES[kind][edgeKind] ?? ''),
      element('ul', {}, ...items),
      ...(more > 0 ? [element('p', { class: 'soft' }, `and ${count(more)} more`)] : []),
    ),
  ];
}
