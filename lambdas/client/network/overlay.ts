import { shortened } from '../../shared/web/text.ts';
import { type Camera, type Point, type Size, toScreen } from './camera.ts';
import { type Graph, otherEnd, type Shown } from './graph.ts';
import { type Context, drawVertex, radiusOf } from './painter.ts';
import type { Palette } from './palette.ts';

export interface OverlayView {
  readonly graph: Graph;
  readonly shown: Shown;
  readonly camera: Camera;
  readonly size: Size;
  readonly nearness: number;
  readonly palette: Palette;
  readonly picked: number | undefined;
  readonly hovered: number | undefined;
}

/** Names at once; more cover each other. */
const MOST_LABELS = 26;
/** Vertices that are looked at for a name, largest first. */
const MOST_CANDIDATES = 600;
/** Edges of the vertex that stands out. */
const MOST_EDGES = 300;
const FONT = '12px system-ui, "DejaVu Sans", sans-serif';
const LABEL_LETTERS = 32;

/** What lies above the picture of the whole graph and moves with it: names, and what stands out. */
export function drawOverlay(context: Context, view: OverlayView): void {
  const focus = view.hovered ?? view.picked;
  const named = new Set<number>();
  if (focus !== undefined) for (const vertex of drawNeighbourhood(context, view, focus)) named.add(vertex);
  context.font = FONT;
  context.textBaseline = 'middle';
  const taken: Box[] = [];
  for (const vertex of [...named, ...(focus === undefined ? largest(view) : [])])
    if (taken.length < MOST_LABELS) drawLabel(context, view, vertex, taken);
}

const place = ({ graph, camera, size }: OverlayView, vertex: number): Point =>
  toScreen(camera, size, { x: graph.vertices.x[vertex] ?? 0, y: graph.vertices.y[vertex] ?? 0 });

/** @returns the vertex and its neighbours, those of strong edges first */
function drawNeighbourhood(context: Context, view: OverlayView, focus: number): readonly number[] {
  const { graph, shown, size, palette } = view;
  context.globalAlpha = 0.72;
  context.fillStyle = palette.back;
  context.fillRect(0, 0, size.width, size.height);
  context.globalAlpha = 1;
  const edges = graph
    .edgesOf(focus)
    .filter((edge) => shown.edges[edge] === 1)
    .slice(0, MOST_EDGES);
  const centre = place(view, focus);
  for (const edge of edges) {
    const end = place(view, otherEnd(graph, edge, focus));
    const strength = (graph.edges.strengths[edge] ?? 0) / 255;
    context.strokeStyle = `rgba(${palette.edges[graph.edges.kinds[edge] ?? 0]},${(0.55 + 0.45 * strength).toFixed(2)})`;
    context.lineWidth = 0.8 + 2.2 * strength;
    context.beginPath();
    context.moveTo(centre.x, centre.y);
    context.lineTo(end.x, end.y);
    context.stroke();
  }
  const vertices = [focus, ...new Set(edges.map((edge) => otherEnd(graph, edge, focus)))];
  for (const vertex of vertices.toReversed()) drawOne(context, view, vertex, vertex === focus);
  return vertices;
}

function drawOne(context: Context, view: OverlayView, vertex: number, isFocus: boolean): void {
  const { graph, nearness, palette } = view;
  const { x, y } = place(view, vertex);
  const radius = Math.max(3, radiusOf(graph.vertices.degrees[vertex] ?? 0, nearness));
  drawVertex(context, { x, y, radius, isUser: graph.vertices.users[vertex] === 1, palette });
  if (!isFocus) return;
  context.strokeStyle = palette.ink;
  context.lineWidth = 2;
  context.beginPath();
  context.arc(x, y, radius * 1.3 + 3, 0, 2 * Math.PI);
  context.stroke();
}

/** Vertices in sight, highest degree first. */
function* largest(view: OverlayView): Generator<number> {
  const { graph, shown, size } = view;
  let candidates = 0;
  for (const vertex of graph.byDegree) {
    if (shown.vertices[vertex] === 0) continue;
    const { x, y } = place(view, vertex);
    if (x < 0 || y < 0 || x > size.width || y > size.height) continue;
    yield vertex;
    if (++candidates === MOST_CANDIDATES) return;
  }
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Writes a name where it covers no other one and leads over no border. */
function drawLabel(context: Context, view: OverlayView, vertex: number, taken: Box[]): void {
  const { graph, nearness, palette, size } = view;
  const { x, y } = place(view, vertex);
  const text = shortened(graph.vertices.labels[vertex] ?? '', LABEL_LETTERS);
  const gap = radiusOf(graph.vertices.degrees[vertex] ?? 0, nearness) + 4;
  const width = widthOf(context, text);
  const left = x + gap + width > size.width ? x - gap - width : x + gap;
  const box = { left: left - 2, right: left + width + 2, top: y - 8, bottom: y + 8 };
  if (box.left < 0 || box.top < 0 || box.right > size.width || box.bottom > size.height) return;
  if (taken.some((other) => overlap(box, other))) return;
  taken.push(box);
  context.lineJoin = 'round';
  context.lineWidth = 3;
  context.strokeStyle = palette.back;
  context.strokeText(text, left, y);
  context.fillStyle = palette.ink;
  context.fillText(text, left, y);
}

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** Measuring is slow, and the same names are written frame after frame. */
const widths = new Map<string, number>();

function widthOf(context: Context, text: string): number {
  const known = widths.get(text) ?? context.measureText(text).width;
  widths.set(text, known);
  return known;
}
