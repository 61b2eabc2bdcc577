import type { Network } from '../../shared/contract/summaries.ts';
import { count, type Html, html, island } from '../../shared/web/html.ts';
import { shortened } from '../../shared/web/text.ts';
import { placeByCommunity } from '../graph/community-layout.ts';
import { type Point, placeVertices } from '../graph/layout.ts';
import type { PageData } from './data.ts';

/** The longest label that is embedded, in characters. */
const MAX_LABEL_LENGTH = 80;
/** The area in which vertices are placed, in pixels; a coordinate is stored in steps of 1/65535 of its longer side. */
export const ROOM = { width: 5400, height: 3000 };
const STEPS = 65_535;

/** The graph as `lambdas/client/network` reads it: little-endian arrays in base64, texts as JSON. */
export interface EmbeddedNetwork {
  /** The letter of the kind, then the id: u… or p…. */
  readonly ids: readonly string[];
  /** Empty where the label is the id. */
  readonly labels: readonly string[];
  /** Uint16, x and y of each vertex in turn. */
  readonly places: string;
  /** Int32; -1 for a vertex without community. */
  readonly communities: string;
  /** Uint32. */
  readonly degrees: string;
  readonly sales: string;
  /** Uint16, indices of vertices. */
  readonly sources: string;
  readonly targets: string;
  /** Uint8: 0 bought, 1 recommended, 2 similar. */
  readonly kinds: string;
  /** Uint8; 255 is the strongest edge of the kind. */
  readonly strengths: string;
  /** The largest communities, largest first, each with its bestsellers as a name. */
  readonly communityNames: readonly (readonly [number, string])[];
  /** True if the ids of users are pseudonyms. */
  readonly hasPseudonyms?: true;
}

/** The interactive graph: the whole graph, or as much of it as a browser can move smoothly. */
export function network({ network: graph, facts, hasPseudonyms }: PageData): Html {
  const { vertices, edges, chosen, leftOut } = graph;
  if (vertices.ids.length === 0) return html`<p>There is no graph yet.</p>`;
  return html`<p class="soft">${sentence(chosen)} ${size('Shown', vertices.ids.length, edges.sources.length)}${leftOut.vertices + leftOut.edges > 0 ? size('; left out', leftOut.vertices, leftOut.edges) : ''}.</p>
<div id="network"><noscript><p>The interactive graph needs JavaScript. The files of the graph are linked below.</p></noscript></div>
${island('network-data', { ...embed(graph, facts.communities.largest), ...(hasPseudonyms && { hasPseudonyms }) } satisfies EmbeddedNetwork)}`;
}

const size = (title: string, vertices: number, edges: number): string =>
  `${title}: ${count(vertices)} users and products, ${count(edges)} links`;

/** Ends the text with a full stop; some runs wrote it without. */
const sentence = (text: string): string => (text.endsWith('.') ? text : `${text}.`);

type Communities = PageData['facts']['communities']['largest'];

/** Computes the positions of the vertices, by community if there are several, and packs all columns. */
function embed(graph: Network, communities: Communities): EmbeddedNetwork {
  const { sources, targets } = graph.edges;
  const { communities: ofVertex } = graph.vertices;
  if (new Set(ofVertex).size > 1)
    return pack(graph, communities, placeByCommunity({ communities: ofVertex, sources, targets }, ROOM));
  const pairs = sources.map((source, index) => [source, targets[index] ?? 0] as const);
  return pack(graph, communities, placeVertices(graph.vertices.ids.length, pairs, ROOM));
}

/** @param points One per vertex, within {@link ROOM}. */
export function pack(
  { vertices, edges }: Network,
  communities: Communities,
  points: readonly Point[],
): EmbeddedNetwork {
  const toStep = (value: number): number =>
    Math.max(0, Math.min(STEPS, Math.round((value / ROOM.width) * STEPS)));
  return {
    ids: vertices.ids.map((id) => `${id[0]}${id.slice(2)}`),
    labels: vertices.labels.map((label, index) =>
      label === vertices.ids[index]?.slice(2) ? '' : shortened(label, MAX_LABEL_LENGTH),
    ),
    places: base64(Uint16Array.from(points.flatMap(({ x, y }) => [toStep(x), toStep(y)]))),
    communities: base64(Int32Array.from(vertices.communities)),
    degrees: base64(Uint32Array.from(vertices.degrees)),
    sales: base64(Uint32Array.from(vertices.sales)),
    sources: base64(Uint16Array.from(edges.sources)),
    targets: base64(Uint16Array.from(edges.targets)),
    kinds: base64(Uint8Array.from(edges.kinds)),
    strengths: base64(Uint8Array.from(edges.strengths, (strength) => Math.round(255 * strength))),
    communityNames: communities.map(({ community, top }) => [
      community,
      top
        .slice(0, 2)
        .map(({ name, product }) => shortened(name ?? product, 24))
        .join(', '),
    ]),
  };
}

const base64 = (values: Uint8Array | Uint16Array | Uint32Array | Int32Array): string =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');

export const hasNetwork = ({ network: graph }: PageData): boolean => graph.vertices.ids.length > 0;
