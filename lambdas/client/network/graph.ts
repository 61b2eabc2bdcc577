import type { EmbeddedNetwork } from '../../render/page/network.ts';
import { withoutBidi } from '../../shared/web/bidi.ts';

export const EDGE_KINDS = ['bought', 'recommended', 'similar'] as const;

/** The graph as it is drawn: a column per property, by the index of a vertex or edge. */
export interface Graph {
  readonly vertices: {
    readonly length: number;
    readonly ids: readonly string[];
    readonly labels: readonly string[];
    /** 1: a user, 0: a product. */
    readonly users: Uint8Array;
    /** Places, in units of the whole picture's longer side. */
    readonly x: Float32Array;
    readonly y: Float32Array;
    /** -1: none. */
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
    /** Of 255. */
    readonly strengths: Uint8Array;
  };
  readonly communityNames: ReadonlyMap<number, string>;
  /** Vertices, highest degree first. */
  readonly byDegree: Uint32Array;
  /** Indices of the edges of a vertex, strongest first. */
  edgesOf(vertex: number): readonly number[];
}

export function readGraph(embedded: EmbeddedNetwork): Graph {
  const places = new Uint16Array(bytes(embedded.places));
  const { length } = embedded.ids;
  const along = (offset: 0 | 1): Float32Array =>
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
  const touching = edgesByVertex(length, edges);
  return {
    vertices: {
      length,
      ids: embedded.ids.map((id) => id.slice(1)),
      labels: embedded.labels.map((label, index) =>
        withoutBidi(label || (embedded.ids[index]?.slice(1) ?? '')),
      ),
      users: Uint8Array.from(embedded.ids, (id) => (id.startsWith('u') ? 1 : 0)),
      x: along(0),
      y: along(1),
      communities: new Int32Array(bytes(embedded.communities)),
      degrees,
      sales: new Uint32Array(bytes(embedded.sales)),
    },
    edges,
    communityNames: new Map(embedded.communityNames),
    byDegree: Uint32Array.from({ length }, (_, index) => index).sort(
      (a, b) => (degrees[b] ?? 0) - (degrees[a] ?? 0) || a - b,
    ),
    edgesOf: (vertex) => touching[vertex] ?? [],
  };
}

const bytes = (base64: string): ArrayBuffer =>
  Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer;

function edgesByVertex(length: number, { sources, targets, strengths }: Graph['edges']): number[][] {
  const touching = Array.from({ length }, (): number[] => []);
  for (let edge = 0; edge < sources.length; edge++) {
    touching[sources[edge] ?? 0]?.push(edge);
    touching[targets[edge] ?? 0]?.push(edge);
  }
  for (const edges of touching) edges.sort((a, b) => (strengths[b] ?? 0) - (strengths[a] ?? 0) || a - b);
  return touching;
}

/** The other end of an edge. */
export function otherEnd({ edges }: Graph, edge: number, vertex: number): number {
  const source = edges.sources[edge] ?? 0;
  return source === vertex ? (edges.targets[edge] ?? 0) : source;
}

/** What a person has chosen to see. */
export interface Filter {
  readonly users: boolean;
  readonly products: boolean;
  /** By {@link EDGE_KINDS}. */
  readonly kinds: readonly boolean[];
  /** Undefined: all. */
  readonly community: number | undefined;
}

/** What of the graph is shown: 1 or 0 by vertex and by edge; an edge needs both its ends. */
export interface Shown {
  readonly vertices: Uint8Array;
  readonly edges: Uint8Array;
}

export function apply({ vertices, edges }: Graph, { users, products, kinds, community }: Filter): Shown {
  const shownVertices = Uint8Array.from({ length: vertices.length }, (_, index) => {
    const hasKind = vertices.users[index] === 1 ? users : products;
    return hasKind && (community === undefined || vertices.communities[index] === community) ? 1 : 0;
  });
  const shownEdges = Uint8Array.from({ length: edges.length }, (_, edge) =>
    kinds[edges.kinds[edge] ?? 0] &&
    shownVertices[edges.sources[edge] ?? 0] === 1 &&
    shownVertices[edges.targets[edge] ?? 0] === 1
      ? 1
      : 0,
  );
  return { vertices: shownVertices, edges: shownEdges };
}
