import type { Network } from '../../shared/contract/summaries.ts';
import { count, type Html, html, island } from '../../shared/web/html.ts';
import { shortened } from '../../shared/web/text.ts';
import { type Point, placeVertices } from '../charts/layout.ts';
import type { PageData } from './data.ts';

/** Longest label that is embedded, letters. */
const LABEL_LETTERS = 80;
/** The room in which vertices are placed; a place is stored in steps of 1/65535 of its longer side. */
export const ROOM = { width: 4000, height: 3000 };
const STEPS = 65_535;

/** How `lambdas/client/network` gets the graph: little-endian arrays in base64, texts as JSON. */
export interface EmbeddedNetwork {
  /** With the letter of its kind in front: u… or p…. */
  readonly ids: readonly string[];
  /** Empty where it is the id. */
  readonly labels: readonly string[];
  /** Uint16, x then y of each vertex. */
  readonly places: string;
  /** Int32; -1: none. */
  readonly communities: string;
  /** Uint32. */
  readonly degrees: string;
  readonly sales: string;
  /** Uint16, indices of vertices. */
  readonly sources: string;
  readonly targets: string;
  /** Uint8: 0 bought, 1 recommended, 2 similar. */
  readonly kinds: string;
  /** Uint8, of 255. */
  readonly strengths: string;
  /** The largest communities, largest first, with what they sell. */
  readonly communityNames: readonly (readonly [number, string])[];
}

/** The whole graph to walk through, or as much of it as a browser moves smoothly. */
export function network({ network: of, facts }: PageData): Html {
  const { vertices, edges, chosen, leftOut } = of;
  if (vertices.ids.length === 0) return html`<p>There is nothing to walk through yet.</p>`;
  return html`<p class="soft">${sentence(chosen)} ${count(vertices.ids.length)} vertices and ${count(edges.sources.length)} edges${leftOut.vertices + leftOut.edges > 0 ? `; left out: ${count(leftOut.vertices)} vertices, ${count(leftOut.edges)} edges` : ''}.</p>
<div id="network"><noscript><p>To walk through the graph the page needs JavaScript. Its files are below.</p></noscript></div>
${island('network-data', embed(of, facts.communities.largest))}`;
}

/** Runs write it with or without its full stop. */
const sentence = (text: string): string => (text.endsWith('.') ? text : `${text}.`);

type Communities = PageData['facts']['communities']['largest'];

/** Places the vertices and packs all columns. */
function embed(of: Network, communities: Communities): EmbeddedNetwork {
  const { sources, targets } = of.edges;
  const pairs = sources.map((source, index) => [source, targets[index] ?? 0] as const);
  return pack(of, communities, placeVertices(of.vertices.ids.length, pairs, ROOM));
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
      label === vertices.ids[index]?.slice(2) ? '' : shortened(label, LABEL_LETTERS),
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

export const hasNetwork = ({ network: of }: PageData): boolean => of.vertices.ids.length > 0;
