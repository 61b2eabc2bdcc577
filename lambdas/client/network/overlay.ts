import { shortened } from '../../shared/web/text.ts';
import { type Camera, type Point, type Size, toScreen } from './camera.ts';
import { type Community, MAX_BESTSELLERS } from './communities.ts';
import { levelFor } from './detail.ts';
import { type Graph, otherEnd, type Visible } from './graph.ts';
import { type Context, discRadius, drawVertex, radiusOf } from './painter.ts';
import type { Palette } from './palette.ts';
import { TextImages } from './text-images.ts';

export interface OverlayView {
  readonly graph: Graph;
  readonly visible: Visible;
  readonly camera: Camera;
  readonly size: Size;
  readonly markScale: number;
  readonly palette: Palette;
  readonly selected: number | undefined;
  readonly hovered: number | undefined;
}

/** The area of the canvas per label, in square pixels: with more labels there is no room to read them. */
const LABEL_AREA = 24_000;
/** The number of vertices on the screen that may get a label. */
const MAX_CANDIDATES = 600;
/** The number of edges that are drawn from the highlighted vertex. */
const MAX_EDGES = 300;
const FONT = '12px system-ui, "DejaVu Sans", sans-serif';
const TITLE_FONT = 'bold 12px system-ui, "DejaVu Sans", sans-serif';
const MAX_LABEL_LENGTH = 32;
/** Discs with a smaller radius have neither a title nor a label. */
const MIN_TITLED_PX = 20;
/** A disc has one line of text per this many pixels of its radius. */
const RADIUS_PER_LINE_PX = 40;
const LINE_PX = 17;
/** The mean width of a letter, in pixels. */
const LETTER_PX = 8;

const images = new TextImages();

/** Draws the labels and the highlighted vertex over the picture of the graph. They are drawn again in every frame. */
export function drawOverlay(context: Context, view: OverlayView): void {
  const focus = view.hovered ?? view.selected;
  const taken: Box[] = [];
  if (focus === undefined) drawTitles(context, view, taken);
  if (focus === undefined && isOverview(view)) return;
  const neighbours = focus === undefined ? [] : drawNeighbourhood(context, view, focus);
  const most = taken.length + Math.max(8, (view.size.width * view.size.height) / LABEL_AREA);
  for (const vertex of focus === undefined ? labelled(view) : new Set(neighbours))
    if (taken.length < most) drawLabel(context, view, vertex, taken);
}

const positionOf = ({ graph, camera, size }: OverlayView, vertex: number): Point =>
  toScreen(camera, size, { x: graph.vertices.x[vertex] ?? 0, y: graph.vertices.y[vertex] ?? 0 });

const isOnScreen = ({ size }: OverlayView, { x, y }: Point): boolean =>
  x >= 0 && y >= 0 && x <= size.width && y <= size.height;

/** Names each community: its number above the disc and, while the whole graph is shown, its bestsellers on it. */
function drawTitles(context: Context, view: OverlayView, taken: Box[]): void {
  const { graph, visible, camera, size, palette } = view;
  const centred = (text: string, x: number, y: number, font: string, colour: string): void => {
    const width = images.widthOf(context, text, font);
    write(context, { text, font, colour, left: x - width / 2, y, width }, view, taken);
  };
  const titled = graph.communities.filter(
    (community) =>
      discRadius(community, camera) >= MIN_TITLED_PX &&
      (visible.community === undefined || visible.community === community.number),
  );
  for (const community of titled) {
    const { x, y } = toScreen(camera, size, community);
    const radius = discRadius(community, camera);
    centred(titleOf(context, community, radius), x, y - radius - 1, TITLE_FONT, palette.soft);
  }
  if (!isOverview(view)) return;
  for (const community of titled) {
    const { x, y } = toScreen(camera, size, community);
    const radius = discRadius(community, camera);
    const lines = community.bestsellers.slice(0, Math.ceil(radius / RADIUS_PER_LINE_PX));
    const maxLength = Math.min(MAX_LABEL_LENGTH, Math.round((2.2 * radius + 40) / LETTER_PX));
    for (const [index, vertex] of lines.entries())
      centred(
        shortened(graph.vertices.labels[vertex] ?? '', maxLength),
        x,
        y + (index - (lines.length - 1) / 2) * LINE_PX,
        FONT,
        palette.ink,
      );
  }
}

/** Returns the long title if it is no wider than the disc. */
function titleOf(context: Context, { number }: Community, radius: number): string {
  const title = `Community ${number}`;
  return images.widthOf(context, title, TITLE_FONT) < 2 * radius ? title : String(number);
}

/** @returns the vertex and its neighbours, those with strong edges first */
function drawNeighbourhood(context: Context, view: OverlayView, focus: number): readonly number[] {
  const { graph, visible, size, palette } = view;
  context.globalAlpha = 0.72;
  context.fillStyle = palette.back;
  context.fillRect(0, 0, size.width, size.height);
  context.globalAlpha = 1;
  const edges = graph
    .edgesOf(focus)
    .filter((edge) => visible.edges[edge] === 1)
    .slice(0, MAX_EDGES);
  const centre = positionOf(view, focus);
  for (const edge of edges) {
    const end = positionOf(view, otherEnd(graph, edge, focus));
    const strength = (graph.edges.strengths[edge] ?? 0) / 255;
    context.strokeStyle = `rgba(${palette.edges[graph.edges.kinds[edge] ?? 0]},${(0.55 + 0.45 * strength).toFixed(2)})`;
    context.lineWidth = 0.8 + 2.2 * strength;
    context.beginPath();
    context.moveTo(centre.x, centre.y);
    context.lineTo(end.x, end.y);
    context.stroke();
  }
  const vertices = [focus, ...new Set(edges.map((edge) => otherEnd(graph, edge, focus)))];
  for (const vertex of vertices.toReversed()) drawHighlighted(context, view, vertex, vertex === focus);
  return vertices;
}

function drawHighlighted(context: Context, view: OverlayView, vertex: number, isFocus: boolean): void {
  const { graph, markScale, palette } = view;
  const { x, y } = positionOf(view, vertex);
  const radius = Math.max(3, radiusOf(graph.vertices.degrees[vertex] ?? 0, markScale));
  drawVertex(context, { x, y, radius, isUser: graph.vertices.users[vertex] === 1, palette });
  if (!isFocus) return;
  context.strokeStyle = palette.ink;
  context.lineWidth = 2;
  context.beginPath();
  context.arc(x, y, radius * 1.3 + 3, 0, 2 * Math.PI);
  context.stroke();
}

/** Yields the vertices on the screen that should have a label: the bestsellers of each community, then high degrees. */
function* labelled(view: OverlayView): Generator<number> {
  const { graph, visible } = view;
  const shouldLabel = (vertex: number): boolean =>
    visible.vertices[vertex] === 1 && isOnScreen(view, positionOf(view, vertex));
  const yielded = new Set<number>();
  for (let rank = 0; rank < MAX_BESTSELLERS; rank++)
    for (const { bestsellers } of graph.communities) {
      const vertex = bestsellers[rank];
      if (vertex === undefined || !shouldLabel(vertex)) continue;
      yielded.add(vertex);
      yield vertex;
    }
  let candidates = 0;
  for (const vertex of graph.byDegree) {
    if (yielded.has(vertex) || !shouldLabel(vertex)) continue;
    yield vertex;
    if (++candidates === MAX_CANDIDATES) return;
  }
}

/** Returns whether the camera shows the discs as a whole rather than single vertices. */
const isOverview = ({ graph, visible, camera, size }: OverlayView): boolean =>
  graph.communities.length > 1 && visible.community === undefined && levelFor(camera, size) === 0;

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

interface Line {
  readonly text: string;
  readonly font: string;
  readonly colour: string;
  readonly left: number;
  readonly y: number;
  readonly width: number;
}

/** Writes the label of a vertex beside it. */
function drawLabel(context: Context, view: OverlayView, vertex: number, taken: Box[]): void {
  const { graph, markScale, palette, size } = view;
  const { x, y } = positionOf(view, vertex);
  const text = shortened(graph.vertices.labels[vertex] ?? '', MAX_LABEL_LENGTH);
  const gap = radiusOf(graph.vertices.degrees[vertex] ?? 0, markScale) + 4;
  const width = images.widthOf(context, text, FONT);
  const left = x + gap + width > size.width ? x - gap - width : x + gap;
  write(context, { text, font: FONT, colour: palette.ink, left, y, width }, view, taken);
}

/** Writes a line of text if it covers no other text and fits on the canvas. */
function write(
  context: Context,
  { text, font, colour, left, y, width }: Line,
  { palette, size }: OverlayView,
  taken: Box[],
): void {
  const box = { left: left - 2, right: left + width + 2, top: y - 8, bottom: y + 8 };
  if (box.left < 0 || box.top < 0 || box.right > size.width || box.bottom > size.height) return;
  if (taken.some((other) => overlap(box, other))) return;
  taken.push(box);
  images.draw(context, text, { font, colour, halo: palette.back }, left, y);
}

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
