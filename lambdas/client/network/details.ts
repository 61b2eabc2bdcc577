import { count, element } from '../dom.ts';
import { EDGE_KINDS, type Graph, otherEnd, type Visible } from './graph.ts';

/** The number of neighbours that are listed of each kind. */
const MAX_NEIGHBOURS = 12;

/** Titles of the neighbours by the kind of the vertex, then by kind of edge. */
const TITLES = {
  user: ['Bought', 'Recommended', 'Similar'],
  product: ['Bought by', 'Recommended to', 'Similar products'],
} as const;

/** Shows the facts about a vertex, and its neighbours as buttons that go to them. */
export function details(
  graph: Graph,
  visible: Visible,
  vertex: number,
  goTo: (vertex: number) => void,
): HTMLElement {
  const { vertices, communities } = graph;
  const kind = vertices.users[vertex] === 1 ? 'user' : 'product';
  const id = vertices.ids[vertex] ?? '';
  const label = vertices.labels[vertex] ?? '';
  const community = communities.find(({ number }) => number === vertices.communities[vertex]);
  const facts = [
    `${kind} ${id}`,
    `${count(vertices.degrees[vertex] ?? 0)} links`,
    kind === 'user'
      ? `${count(vertices.sales[vertex] ?? 0)} purchases`
      : `sold ${count(vertices.sales[vertex] ?? 0)} times`,
    ...(community ? [`community ${community.number}${community.name && ` (${community.name})`}`] : []),
  ];
  return element(
    'div',
    {},
    element('h3', {}, label),
    element('p', { class: 'soft' }, facts.join(' · ')),
    element(
      'div',
      { class: 'pair' },
      ...EDGE_KINDS.flatMap((_, edgeKind) => neighbours({ graph, visible, vertex, edgeKind, kind, goTo })),
    ),
    element(
      'p',
      {},
      element('a', { href: `../index.html#${kind}=${encodeURIComponent(id)}` }, `Look up ${label}`),
      ' in the explorer of the served run. The link works where the bucket is served.',
    ),
  );
}

function neighbours({
  graph,
  visible,
  vertex,
  edgeKind,
  kind,
  goTo,
}: {
  graph: Graph;
  visible: Visible;
  vertex: number;
  edgeKind: number;
  kind: 'user' | 'product';
  goTo: (vertex: number) => void;
}): HTMLElement[] {
  // Two products may be similar to each other, with an edge in each direction; the stronger one counts.
  const strengths = new Map<number, number>();
  for (const edge of graph.edgesOf(vertex)) {
    const neighbour = otherEnd(graph, edge, vertex);
    if (graph.edges.kinds[edge] === edgeKind && visible.edges[edge] === 1 && !strengths.has(neighbour))
      strengths.set(neighbour, graph.edges.strengths[edge] ?? 0);
  }
  if (strengths.size === 0) return [];
  const more = strengths.size - MAX_NEIGHBOURS;
  const items = [...strengths].slice(0, MAX_NEIGHBOURS).map(([neighbour, ofStrongest]) => {
    const strength = Math.round((ofStrongest / 255) * 100);
    return element(
      'li',
      {},
      element(
        'button',
        { type: 'button', class: 'link', click: () => goTo(neighbour) },
        graph.vertices.labels[neighbour] ?? '',
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
