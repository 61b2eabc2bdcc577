import type { Camera, Size } from './camera.ts';
import { type Band, bandsBetween, type Community } from './communities.ts';
import { MAX_LEVEL, MAX_UNTHINNED } from './detail.ts';
import type { Graph, Visible } from './graph.ts';
import type { Palette } from './palette.ts';

export type Context = CanvasRenderingContext2D;

/** Edges are drawn in this many styles by strength. */
const STYLES = 4;
/** The painter pauses after this many pixels of edges or this many vertices, so that it can stop for the next frame. */
const EDGE_PX_PER_STEP = 12_000;
const VERTICES_PER_STEP = 100;
/** Edges that are shorter on the screen, in pixels, are left out. */
const MIN_LENGTH_PX = 1.5;
/** Marks with a smaller radius are squares without an outline. */
const MIN_OUTLINED_PX = 1.6;
/** The width of a band that has all links, in units of the graph. */
const BAND_WIDTH = 0.6;

/** Returns the radius of a vertex on the screen, in pixels. */
export const radiusOf = (degree: number, markScale: number): number =>
  Math.min(26, (1.1 + 0.55 * Math.log2(1 + degree)) * markScale);

/** Returns a factor for the size of marks, by the distance between neighbours on the screen, so that they do not overlap. */
export const markScaleOf = ({ scale }: Camera, { spacing }: Graph): number =>
  Math.min(6, 0.14 * (spacing * scale) ** 0.8);

/** Draws the graph in small steps, so that the page stays responsive. */
export class Painter {
  private readonly graph: Graph;
  /** Edges in the order in which they are drawn: weak ones first, with edges of the same style together. */
  private readonly order: Uint32Array;
  /** The number of edges up to each detail level. */
  private readonly edgesByLevel: readonly number[];
  private bands: { readonly visible: Visible; readonly list: readonly Band[] } | undefined;

  constructor(graph: Graph) {
    this.graph = graph;
    const { edges } = graph;
    this.order = Uint32Array.from({ length: edges.length }, (_, edge) => edge).sort(
      (a, b) => this.style(a) - this.style(b) || a - b,
    );
    const counts = Array.from({ length: MAX_LEVEL + 1 }, () => 0);
    for (const first of edges.levels)
      for (let level = first; level <= MAX_LEVEL; level++) counts[level] = (counts[level] ?? 0) + 1;
    this.edgesByLevel = counts;
  }

  /** Returns a number by strength, then by kind, so that strong edges of every kind are drawn over weak ones. */
  private style(edge: number): number {
    const { strengths, kinds } = this.graph.edges;
    const strength = Math.min(STYLES - 1, Math.floor(((strengths[edge] ?? 0) / 256) * STYLES));
    return strength * 3 + (kinds[edge] ?? 0);
  }

  /** Starts a picture; each step of the generator takes a few milliseconds. */
  *paint(context: Context, view: PaintView): Generator<void> {
    context.setTransform(view.density, 0, 0, view.density, 0, 0);
    context.fillStyle = view.palette.back;
    context.fillRect(0, 0, view.size.width, view.size.height);
    this.communities(context, view);
    flush(context);
    yield;
    yield* this.edges(context, view);
    yield* this.vertices(context, view);
  }

  /** Draws a disc below each community, and grey bands between communities with many links between them. */
  private communities(context: Context, { camera, size, visible, palette, level }: PaintView): void {
    const toScreen = ({ x, y }: Community): [number, number] => [
      (x - camera.x) * camera.scale + size.width / 2,
      (y - camera.y) * camera.scale + size.height / 2,
    ];
    if (level < MAX_LEVEL) {
      context.strokeStyle = palette.band;
      context.lineCap = 'butt';
      for (const { from, to, share } of this.bandsOf(visible)) {
        context.lineWidth = Math.max(1, BAND_WIDTH * share * camera.scale);
        context.beginPath();
        context.moveTo(...toScreen(from));
        context.lineTo(...toScreen(to));
        context.stroke();
      }
    }
    context.fillStyle = palette.disc;
    context.strokeStyle = palette.discLine;
    context.lineWidth = 1;
    for (const community of this.graph.communities) {
      if (visible.community !== undefined && visible.community !== community.number) continue;
      const [x, y] = toScreen(community);
      const radius = discRadius(community, camera);
      if (x + radius < 0 || y + radius < 0 || x - radius > size.width || y - radius > size.height) continue;
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.fill();
      context.stroke();
    }
  }

  private bandsOf(visible: Visible): readonly Band[] {
    if (this.bands?.visible !== visible) {
      const { communities, vertices, edges } = this.graph;
      this.bands = { visible, list: bandsBetween(communities, vertices.communities, edges, visible.edges) };
    }
    return this.bands.list;
  }

  private *edges(
    context: Context,
    { camera, size, markScale, visible, palette, level }: PaintView,
  ): Generator<void> {
    const { sources, targets, levels } = this.graph.edges;
    const { x, y } = this.graph.vertices;
    const [dx, dy] = [size.width / 2 - camera.x * camera.scale, size.height / 2 - camera.y * camera.scale];
    let [style, waiting] = [-1, 0];
    // The more edges there are, the fainter each edge is.
    const opacity = Math.max(
      0.1,
      Math.min(
        this.order.length > MAX_UNTHINNED ? 0.5 : 1,
        (8_000 * camera.scale) / size.width / (this.edgesByLevel[level] ?? 1),
      ),
    );
    for (const edge of this.order) {
      if (visible.edges[edge] === 0 || (levels[edge] ?? 0) > level) continue;
      const [source, target] = [sources[edge] ?? 0, targets[edge] ?? 0];
      const [ax, ay] = [(x[source] ?? 0) * camera.scale + dx, (y[source] ?? 0) * camera.scale + dy];
      const [bx, by] = [(x[target] ?? 0) * camera.scale + dx, (y[target] ?? 0) * camera.scale + dy];
      if (!isInside(ax, ay, size) && !isInside(bx, by, size)) continue;
      const lengthPx = Math.abs(ax - bx) + Math.abs(ay - by);
      if (lengthPx < MIN_LENGTH_PX) continue;
      const own = this.style(edge);
      if (own !== style || waiting > EDGE_PX_PER_STEP) {
        if (waiting > 0) {
          context.stroke();
          flush(context);
          yield;
        }
        style = own;
        waiting = 0;
        const strength = Math.floor(own / 3);
        context.strokeStyle = `rgba(${palette.edges[own % 3]},${((0.25 + 0.2 * strength) * opacity).toFixed(3)})`;
        context.lineWidth = (0.6 + 0.35 * strength) * Math.min(2, Math.max(1, markScale * 0.7));
        context.beginPath();
      }
      context.moveTo(ax, ay);
      context.lineTo(bx, by);
      // An edge costs time to draw even if it is short.
      waiting += 40 + Math.min(lengthPx, size.width);
    }
    if (waiting > 0) context.stroke();
  }

  private *vertices(
    context: Context,
    { camera, size, markScale, visible, palette }: PaintView,
  ): Generator<void> {
    const { byDegree, vertices } = this.graph;
    const { x, y, users, degrees } = vertices;
    const [dx, dy] = [size.width / 2 - camera.x * camera.scale, size.height / 2 - camera.y * camera.scale];
    let drawn = 0;
    // Large vertices are drawn last, over small ones.
    for (let index = byDegree.length - 1; index >= 0; index--) {
      const vertex = byDegree[index] ?? 0;
      if (visible.vertices[vertex] === 0) continue;
      const [px, py] = [(x[vertex] ?? 0) * camera.scale + dx, (y[vertex] ?? 0) * camera.scale + dy];
      if (px < -30 || py < -30 || px > size.width + 30 || py > size.height + 30) continue;
      drawVertex(context, {
        x: px,
        y: py,
        radius: radiusOf(degrees[vertex] ?? 0, markScale),
        isUser: users[vertex] === 1,
        palette,
      });
      if (++drawn % VERTICES_PER_STEP !== 0) continue;
      flush(context);
      yield;
    }
    flush(context);
  }
}

export interface PaintView {
  readonly camera: Camera;
  readonly size: Size;
  readonly markScale: number;
  /** The detail level, which decides which edges are drawn. */
  readonly level: number;
  /** Pixels of the canvas per pixel of the page. */
  readonly density: number;
  readonly visible: Visible;
  readonly palette: Palette;
}

/** Returns the radius of a community's disc on the screen, in pixels. */
export const discRadius = ({ radius }: Community, { scale }: Camera): number => radius * scale + 4;

/** Edges between two vertices off the screen are left out: when zoomed in, they would cover everything. */
const isInside = (x: number, y: number, { width, height }: Size): boolean =>
  x >= 0 && y >= 0 && x <= width && y <= height;

/** Reads a pixel, which makes the browser draw now; otherwise it collects all commands and draws them at once, later. */
const flush = (context: Context): void => {
  context.getImageData(0, 0, 1, 1);
};

interface Mark {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly isUser: boolean;
  readonly palette: Palette;
}

/** Draws a user as a disc and a product as a square. */
export function drawVertex(context: Context, { x, y, radius, isUser, palette }: Mark): void {
  if (radius < MIN_OUTLINED_PX) {
    context.fillStyle = isUser ? palette.userDot : palette.productDot;
    const side = Math.max(1, 2 * radius);
    context.fillRect(x - side / 2, y - side / 2, side, side);
    return;
  }
  context.fillStyle = isUser ? palette.user : palette.product;
  context.strokeStyle = isUser ? palette.userLine : palette.productLine;
  context.lineWidth = Math.min(1.5, radius / 3);
  if (isUser) {
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
  } else {
    const half = radius * 0.9;
    context.fillRect(x - half, y - half, 2 * half, 2 * half);
    context.strokeRect(x - half, y - half, 2 * half, 2 * half);
  }
}
