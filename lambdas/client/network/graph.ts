import type { EmbeddedNetwork } from '../../render/page/network.ts';
import { withoutBidi } from '../../shared/web/bidi.ts';
import { type Community, communitiesOf, type Members, spacingOf } from './communities.ts';
import { detailLevels } from './detail.ts';

export const EDGE_KINDS = ['bought', 'recommended', 'similar'] as const;

/** The graph as it is drawn: a column per property, indexed by vertex or edge. */
export interface Graph {
  readonly vertices: {
    readonly length: number;
    readonly ids: readonly string[];
    readonly labels: readonly string[];
    /** 1 for a user, 0 for a product. */
    readonly users: Uint8Array;
    /** Positions, in units of the longer side of the whole picture. */
    readonly x: Float32Array;
    readonly y: Float32Array;
    /** -1 for a vertex without community. */
    readonly communities: Int32Array;
    readonly degrees: Uint32Array;
    readonly sales: Uint32Array;
  };
  readonly edges: {
    readonly length: number;
    readonly sources: Uint16Array;
    readonly targets: Uint16Array;
    /** Index into {@link EDGE_KINDS}. */
    readonly kinds: Uint8Array;
    /** 255 is the strongest edge of the kind. */
    readonly strengths: Uint8Array;
    /** The detail level from which the edge is drawn; see {@link detailLevels}. */
    readonly levels: Uint8Array;
  };
  /** Largest first. */
  readonly communities: readonly Community[];
  /** The mean distance between neighbouring vertices. */
  readonly spacing: number;
  /** True if the ids of users are pseudonyms. */
  readonly hasPseudonyms: boolean;
  /** Vertices, highest degree first. */
  readonly byDegree: Uint32Array;
  /** Indices of the edges of a vertex, strongest first. */
  edgesOf(vertex: number): readonly number[];
}

/**
 * Unpacks the graph of the page.
 *
 * @param isPortrait Whether the canvas is higher than wide; the picture is then turned to use its height.
 */
export function readGraph(embedded: EmbeddedNetwork, isPortrait: boolean): Graph {
  const places = new Uint16Array(bytes(embedded.places));
  const { length } = embedded.ids;
  const coordinates = (offset: 0 | 1): Float32Array =>
    Float32Array.from({ length }, (_, index) => (places[2 * index + offset] ?? 0) / 65_535);
  const degrees = new Uint32Array(bytes(embedded.degrees));
  const sources = new Uint16Array(bytes(embedded.sources));
  const edges = {
    length: sources.length,
    sources,
    targets: new Uint16Array(bytes(embedded.targets)),
    kinds: new Uint8Array(bytes(embedded.kinds)),
    strengths: new Uint8Array(bytes(embedded.strengths)),
  };
  const byVertex = edgesByVertex(length, edges);
  const members: Members = {
    x: coordinates(isPortrait ? 1 : 0),
    y: coordinates(isPortrait ? 0 : 1),
    users: Uint8Array.from(embedded.ids, (id) => (id.startsWith('u') ? 1 : 0)),
    communities: new Int32Array(bytes(embedded.communities)),
    sales: new Uint32Array(bytes(embedded.sales)),
  };
  const communities = communitiesOf(members, new Map(embedded.communityNames));
  return {
    vertices: {
      ...members,
      length,
      ids: embedded.ids.map((id) => id.slice(1)),
      labels: embedded.labels.map((label, index) =>
        withoutBidi(label || (embedded.ids[index]?.slice(1) ?? '')),
      ),
      degrees,
    },
    edges: { ...edges, levels: detailLevels(byVertex, edges, members.communities) },
    communities,
    spacing: spacingOf(communities, length),
    hasPseudonyms: embedded.hasPseudonyms ?? false,
    byDegree: Uint32Array.from({ length }, (_, index) => index).sort(
      (a, b) => (degrees[b] ?? 0) - (degrees[a] ?? 0) || a - b,
    ),
    edgesOf: (vertex) => byVertex[vertex] ?? [],
  };
}

const bytes = (base64: string): ArrayBuffer =>
  Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer;

function edgesByVertex(
  length: number,
  { sources, targets, strengths }: Pick<Graph['edges'], 'sources' | 'targets' | 'strengths'>,
): number[][] {
  const byVertex = Array.from({ length }, (): number[] => []);
  for (let edge = 0; edge < sources.length; edge++) {
    byVertex[sources[edge] ?? 0]?.push(edge);
    byVertex[targets[edge] ?? 0]?.push(edge);
  }
  for (const edges of byVertex) edges.sort((a, b) => (strengths[b] ?? 0) - (strengths[a] ?? 0) || a - b);
  return byVertex;
}

/** Returns the vertex at the other end of an edge. */
export function otherEnd({ edges }: Graph, edge: number, vertex: number): number {
  const source = edges.sources[edge] ?? 0;
  return source === vertex ? (edges.targets[edge] ?? 0) : source;
}

/** The reader's choice of vertices and edges. */
export interface Filter {
  readonly users: boolean;
  readonly products: boolean;
  /** By {@link EDGE_KINDS}. */
  readonly kinds: readonly boolean[];
  /** Undefined for all communities. */
  readonly community: number | undefined;
}

/** The vertices and edges that pass the filter: 1 or 0 by index. An edge passes only with both its ends. */
export interface Visible {
  readonly vertices: Uint8Array;
  readonly edges: Uint8Array;
  readonly community: number | undefined;
}

export function apply({ vertices, edges }: Graph, { users, products, kinds, community }: Filter): Visible {
  const visibleVertices = Uint8Array.from({ length: vertices.length }, (_, index) => {
    const hasKind = vertices.users[index] === 1 ? users : products;
    return hasKind && (community === undefined || vertices.communities[index] === community) ? 1 : 0;
  });
  const visibleEdges = Uint8Array.from({ length: edges.length }, (_, edge) =>
    kinds[edges.kinds[edge] ?? 0] &&
    visibleVertices[edges.sources[edge] ?? 0] === 1 &&
    visibleVertices[edges.targets[edge] ?? 0] === 1
      ? 1
      : 0,
  );
  return { vertices: visibleVertices, edges: visibleEdges, community };
}
