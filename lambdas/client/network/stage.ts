import { type Camera, cameraOnAll, type Size, toScreen } from './camera.ts';
import type { Graph, Shown } from './graph.ts';
import { drawOverlay } from './overlay.ts';
import { type Context, nearnessOf, Painter } from './painter.ts';
import { palette } from './palette.ts';

/** Milliseconds of a frame that go into the next whole picture; the rest is the browser's. */
const BUDGET_MS = 9;
/** How much more than what is seen a whole picture shows on each side, so that a pan finds it drawn. */
const OVERSCAN = 0.2;

/** A whole picture, with the camera that it was taken by. */
interface Plate {
  readonly canvas: HTMLCanvasElement;
  readonly context: Context;
  camera: Camera;
  size: Size;
}

function plate(): Plate {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true, alpha: false });
  if (!context) throw new Error('Cannot show the graph: this browser draws no canvas');
  return { canvas, context, camera: { x: 0, y: 0, scale: 1 }, size: { width: 0, height: 0 } };
}

/**
 * Shows the graph on a canvas. While it moves, the last whole picture is moved; the next one is drawn beside it, a few
 * milliseconds a frame, so that the frames come at the same pace however large the graph is.
 */
export class Stage {
  readonly canvas: HTMLCanvasElement;
  private readonly graph: Graph;
  private readonly painter: Painter;
  private readonly context: Context;
  private front = plate();
  private back = plate();
  private painting: Generator<void> | undefined;
  private hasFront = false;
  private isStale = true;
  private isScheduled = false;
  private own: Camera = { x: 0.5, y: 0.5, scale: 1 };
  size: Size = { width: 1, height: 1 };
  private density = 1;
  private shown: Shown;
  /** Vertices that stand out: the one that is picked, and the one under the pointer. */
  private picked: number | undefined;
  private hovered: number | undefined;

  constructor(graph: Graph, shown: Shown, canvas: HTMLCanvasElement) {
    this.graph = graph;
    this.shown = shown;
    this.canvas = canvas;
    this.painter = new Painter(graph);
    const context = canvas.getContext('2d', { alpha: false });
    if (!context) throw new Error('Cannot show the graph: this browser draws no canvas');
    this.context = context;
  }

  get camera(): Camera {
    return this.own;
  }

  set camera(camera: Camera) {
    this.own = camera;
    this.schedule();
  }

  /** Vertices that are shown and that stand out change what is drawn, and not where. */
  change({
    shown,
    picked,
    hovered,
  }: {
    shown?: Shown;
    picked?: number | null;
    hovered?: number | null;
  }): void {
    if (shown) {
      this.shown = shown;
      this.isStale = true;
    }
    if (picked !== undefined) this.picked = picked ?? undefined;
    if (hovered !== undefined) this.hovered = hovered ?? undefined;
    this.schedule();
  }

  /** Takes the room that the page gives it. */
  resize(): void {
    const { width, height } = this.canvas.getBoundingClientRect();
    if (width === 0 || height === 0) return;
    this.density = Math.min(2, window.devicePixelRatio || 1);
    this.size = { width, height };
    this.canvas.width = Math.round(width * this.density);
    this.canvas.height = Math.round(height * this.density);
    this.repaint();
  }

  /** Draws everything anew, as when the colours have changed. */
  repaint(): void {
    this.isStale = true;
    this.schedule();
  }

  showAll(): void {
    const { x, y } = this.graph.vertices;
    this.camera = cameraOnAll(x, y, this.size);
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    requestAnimationFrame(() => {
      this.isScheduled = false;
      this.frame();
    });
  }

  private frame(): void {
    this.advance();
    const { context, density, size, own: camera } = this;
    const colours = palette();
    context.setTransform(density, 0, 0, density, 0, 0);
    context.fillStyle = colours.back;
    context.fillRect(0, 0, size.width, size.height);
    // Before the first picture is whole, as much of it as there is.
    this.show(this.hasFront ? this.front : this.back);
    drawOverlay(context, {
      graph: this.graph,
      shown: this.shown,
      camera,
      size,
      nearness: nearnessOf(camera, size, this.graph.vertices.length),
      palette: colours,
      picked: this.picked,
      hovered: this.hovered,
    });
    if (this.painting) this.schedule();
  }

  private show({ canvas, camera, size }: Plate): void {
    if (size.width === 0) return;
    const corner = toScreen(this.own, this.size, {
      x: camera.x - size.width / 2 / camera.scale,
      y: camera.y - size.height / 2 / camera.scale,
    });
    const ratio = this.own.scale / camera.scale;
    this.context.imageSmoothingEnabled = ratio !== 1;
    this.context.imageSmoothingQuality = 'low';
    this.context.drawImage(canvas, corner.x, corner.y, size.width * ratio, size.height * ratio);
  }

  /** Works on the next whole picture, and puts it in front when it is done. */
  private advance(): void {
    if (!this.painting && this.isBehind()) this.begin();
    const until = performance.now() + BUDGET_MS;
    while (this.painting && performance.now() < until)
      if (this.painting.next().done) {
        [this.front, this.back] = [this.back, this.front];
        this.hasFront = true;
        this.painting = undefined;
        if (this.isBehind()) this.begin();
      }
  }

  private isBehind(): boolean {
    const { x, y, scale } = this.front.camera;
    return this.isStale || !this.hasFront || x !== this.own.x || y !== this.own.y || scale !== this.own.scale;
  }

  private begin(): void {
    const { back, own: camera, density } = this;
    const size = {
      width: Math.ceil(this.size.width * (1 + 2 * OVERSCAN)),
      height: Math.ceil(this.size.height * (1 + 2 * OVERSCAN)),
    };
    const [width, height] = [Math.round(size.width * density), Math.round(size.height * density)];
    if (back.canvas.width !== width) back.canvas.width = width;
    if (back.canvas.height !== height) back.canvas.height = height;
    Object.assign(back, { camera, size });
    this.isStale = false;
    this.painting = this.painter.paint(back.context, {
      camera,
      size,
      nearness: nearnessOf(camera, this.size, this.graph.vertices.length),
      density,
      shown: this.shown,
      palette: palette(),
    });
  }
}
