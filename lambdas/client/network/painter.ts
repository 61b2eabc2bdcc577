import type { Camera, Size } from './camera.ts';
import type { Graph, Shown } from './graph.ts';
import type { Palette } from './palette.ts';

export type Context = CanvasRenderingContext2D;

/** Strengths of edges that are told apart. */
const LEVELS = 4;
/** Edges and vertices between two looks at the clock. */
const EDGES_AT_ONCE = 250;
const VERTICES_AT_ONCE = 250;
/** Shorter edges, in pixels, say nothing. */
const SHORTEST = 1.5;

/** Radius of a vertex on the screen: by its degree, and growing slowly as one comes nearer. */
export const radiusOf = (degree: number, nearness: number): number =>
  Math.min(26, (1.1 + 0.55 * Math.log2(1 + degree)) * nearness);

/** How large things are drawn: 1 when a graph of some thousand vertices is shown whole, more for small ones and nearby. */
export const nearnessOf = ({ scale }: Camera, { width }: Size, vertices: number): number => {
  const room = Math.min(1.9, Math.max(0.75, Math.cbrt(3_000 / vertices)));
  return Math.min(6, room * Math.max(0.6, Math.sqrt(scale / width)));
};

/** Draws the graph in pieces, so that nobody waits for it. */
export class Painter {
  private readonly graph: Graph;
  /** Edges by kind and strength: those of one style stand together, weak ones first. */
  private readonly order: Uint32Array;

  constructor(graph: Graph) {
    this.graph = graph;
    const { edges } = graph;
    this.order = Uint32Array.from({ length: edges.length }, (_, edge) => edge).sort(
      (a, b) => this.style(a) - this.style(b) || a - b,
    );
  }

  /** Level first, so that strong edges of every kind lie above weak ones. */
  private style(edge: number): number {
    const { strengths, kinds } = this.graph.edges;
    const level = Math.min(LEVELS - 1, Math.floor(((strengths[edge] ?? 0) / 256) * LEVELS));
    return level * 3 + (kinds[edge] ?? 0);
  }

  /** @returns a drawing under way; each step is a piece of a few milliseconds */
  *paint(context: Context, view: PaintView): Generator<void> {
    context.setTransform(view.density, 0, 0, view.density, 0, 0);
    context.fillStyle = view.palette.back;
    context.fillRect(0, 0, view.size.width, view.size.height);
    yield* this.edges(context, view);
    yield* this.vertices(context, view);
  }

  private *edges(context: Context, { camera, size, nearness, shown, palette }: PaintView): Generator<void> {
    const { sources, targets } = this.graph.edges;
    const { x, y } = this.graph.vertices;
    const [dx, dy] = [size.width / 2 - camera.x * camera.scale, size.height / 2 - camera.y * camera.scale];
    let [style, waiting] = [-1, 0];
    // The more edges in sight, the fainter each.
    const crowd = Math.max(0.1, Math.min(1, (8_000 * camera.scale) / size.width / this.order.length));
    for (const edge of this.order) {
      if (shown.edges[edge] === 0) continue;
      const [source, target] = [sources[edge] ?? 0, targets[edge] ?? 0];
      const [ax, ay] = [(x[source] ?? 0) * camera.scale + dx, (y[source] ?? 0) * camera.scale + dy];
      const [bx, by] = [(x[target] ?? 0) * camera.scale + dx, (y[target] ?? 0) * camera.scale + dy];
      if ((ax < 0 && bx < 0) || (ay < 0 && by < 0)) continue;
      if ((ax > size.width && bx > size.width) || (ay > size.height && by > size.height)) continue;
      if (Math.abs(ax - bx) + Math.abs(ay - by) < SHORTEST) continue;
      const own = this.style(edge);
      if (own !== style || waiting === EDGES_AT_ONCE) {
        if (waiting > 0) {
          context.stroke();
          settle(context);
          yield;
        }
        style = own;
        waiting = 0;
        const level = Math.floor(own / 3);
        context.strokeStyle = `rgba(${palette.edges[own % 3]},${((0.25 + 0.2 * level) * crowd).toFixed(3)})`;
        context.lineWidth = (0.6 + 0.35 * level) * Math.max(1, nearness * 0.7);
        context.beginPath();
      }
      context.moveTo(ax, ay);
      context.lineTo(bx, by);
      waiting++;
    }
    if (waiting > 0) context.stroke();
  }

  private *vertices(
    context: Context,
    { camera, size, nearness, shown, palette }: PaintView,
  ): Generator<void> {
    const { byDegree, vertices } = this.graph;
    const { x, y, users, degrees } = vertices;
    const [dx, dy] = [size.width / 2 - camera.x * camera.scale, size.height / 2 - camera.y * camera.scale];
    let drawn = 0;
    // The large ones last: they lie on top.
    for (let place = byDegree.length - 1; place >= 0; place--) {
      const vertex = byDegree[place] ?? 0;
      if (shown.vertices[vertex] === 0) continue;
      const [px, py] = [(x[vertex] ?? 0) * camera.scale + dx, (y[vertex] ?? 0) * camera.scale + dy];
      if (px < -30 || py < -30 || px > size.width + 30 || py > size.height + 30) continue;
      drawVertex(context, {
        x: px,
        y: py,
        radius: radiusOf(degrees[vertex] ?? 0, nearness),
        isUser: users[vertex] === 1,
        palette,
      });
      if (++drawn % VERTICES_AT_ONCE !== 0) continue;
      settle(context);
      yield;
    }
    settle(context);
  }
}

export interface PaintView {
  readonly camera: Camera;
  readonly size: Size;
  readonly nearness: number;
  /** Pixels of the canvas per pixel of the page. */
  readonly density: number;
  readonly shown: Shown;
  readonly palette: Palette;
}

/** Browsers note what is to be drawn and draw it later, all at once; reading a pixel makes them do it now. */
const settle = (context: Context): void => {
  context.getImageData(0, 0, 1, 1);
};

interface Mark {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly isUser: boolean;
  readonly palette: Palette;
}

/** A user is a disc, a product a square. */
export function drawVertex(context: Context, { x, y, radius, isUser, palette }: Mark): void {
  context.fillStyle = isUser ? palette.user : palette.product;
  context.strokeStyle = isUser ? palette.userLine : palette.productLine;
  context.lineWidth = Math.min(1.5, radius / 3);
  if (radius < 2.2) {
    context.fillStyle = context.strokeStyle;
    context.fillRect(x - radius, y - radius, 2 * radius, 2 * radius);
  } else if (isUser) {
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
