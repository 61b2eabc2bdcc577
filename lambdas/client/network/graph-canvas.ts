import { type Camera, cameraOnAll, type Size, toScreen } from './camera.ts';
import { levelFor } from './detail.ts';
import type { Graph, Visible } from './graph.ts';
import { drawOverlay } from './overlay.ts';
import { type Context, markScaleOf, Painter } from './painter.ts';
import { palette } from './palette.ts';

/** Milliseconds of each frame that go into the next picture; the rest is for the browser. */
const BUDGET_MS = 9;
/** A picture is larger than the canvas by this share on each side, so that a pan does not soon reach its edge. */
const OVERSCAN = 0.2;

/** A picture of the graph, with the camera that it was drawn for. */
interface Picture {
  readonly canvas: HTMLCanvasElement;
  readonly context: Context;
  camera: Camera;
  size: Size;
}

function emptyPicture(): Picture {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true, alpha: false });
  if (!context) throw new Error('Cannot show the graph: this browser cannot draw on a canvas');
  return { canvas, context, camera: { x: 0, y: 0, scale: 1 }, size: { width: 0, height: 0 } };
}

/**
 * Shows the graph on a canvas. While the camera moves, the last complete picture is moved with it; the next picture is
 * drawn off screen, a few milliseconds per frame. So the frame rate does not depend on the size of the graph.
 */
export class GraphCanvas {
  readonly canvas: HTMLCanvasElement;
  private readonly graph: Graph;
  private readonly painter: Painter;
  private readonly context: Context;
  private complete = emptyPicture();
  private next = emptyPicture();
  private painting: Generator<void> | undefined;
  private hasPicture = false;
  private isStale = true;
  private isScheduled = false;
  private currentCamera: Camera = { x: 0.5, y: 0.5, scale: 1 };
  size: Size = { width: 1, height: 1 };
  private density = 1;
  private visible: Visible;
  private selected: number | undefined;
  private hovered: number | undefined;

  constructor(graph: Graph, visible: Visible, canvas: HTMLCanvasElement) {
    this.graph = graph;
    this.visible = visible;
    this.canvas = canvas;
    this.painter = new Painter(graph);
    const context = canvas.getContext('2d', { alpha: false });
    if (!context) throw new Error('Cannot show the graph: this browser cannot draw on a canvas');
    this.context = context;
  }

  get camera(): Camera {
    return this.currentCamera;
  }

  set camera(camera: Camera) {
    this.currentCamera = camera;
    this.schedule();
  }

  /** Changes which vertices are visible or highlighted; null highlights none. */
  change({
    visible,
    selected,
    hovered,
  }: {
    visible?: Visible;
    selected?: number | null;
    hovered?: number | null;
  }): void {
    if (visible) {
      this.visible = visible;
      this.isStale = true;
    }
    if (selected !== undefined) this.selected = selected ?? undefined;
    if (hovered !== undefined) this.hovered = hovered ?? undefined;
    this.schedule();
  }

  /** Adopts the size that the page gives the canvas. */
  resize(): void {
    const { width, height } = this.canvas.getBoundingClientRect();
    if (width === 0 || height === 0) return;
    this.density = Math.min(2, window.devicePixelRatio || 1);
    this.size = { width, height };
    this.canvas.width = Math.round(width * this.density);
    this.canvas.height = Math.round(height * this.density);
    this.isStale = true;
    // A canvas that changes its size is empty, and would be shown so until the next frame.
    if (this.hasPicture) this.frame();
    else this.schedule();
  }

  /** Draws everything again, for example in other colours. */
  repaint(): void {
    this.isStale = true;
    this.schedule();
  }

  /** Shows the whole graph, or the whole community if one is chosen. */
  showAll(): void {
    const { x, y, communities } = this.graph.vertices;
    const { community } = this.visible;
    const isShown = (_: number, vertex: number): boolean =>
      community === undefined || communities[vertex] === community;
    this.camera = cameraOnAll(x.filter(isShown), y.filter(isShown), this.size);
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
    const { context, density, size, currentCamera: camera } = this;
    const colours = palette();
    context.setTransform(density, 0, 0, density, 0, 0);
    context.fillStyle = colours.back;
    context.fillRect(0, 0, size.width, size.height);
    // The first picture is shown while it is being drawn.
    this.show(this.hasPicture ? this.complete : this.next);
    drawOverlay(context, {
      graph: this.graph,
      visible: this.visible,
      camera,
      size,
      markScale: markScaleOf(camera, this.graph),
      palette: colours,
      selected: this.selected,
      hovered: this.hovered,
    });
    if (this.painting) this.schedule();
  }

  private show({ canvas, camera, size }: Picture): void {
    if (size.width === 0) return;
    const corner = toScreen(this.currentCamera, this.size, {
      x: camera.x - size.width / 2 / camera.scale,
      y: camera.y - size.height / 2 / camera.scale,
    });
    const ratio = this.currentCamera.scale / camera.scale;
    this.context.imageSmoothingEnabled = ratio !== 1;
    this.context.imageSmoothingQuality = 'low';
    this.context.drawImage(canvas, corner.x, corner.y, size.width * ratio, size.height * ratio);
  }

  /** Works on the next picture, and shows it when it is complete. */
  private advance(): void {
    if (!this.painting && this.needsPicture()) this.begin();
    const until = performance.now() + BUDGET_MS;
    while (this.painting && performance.now() < until)
      if (this.painting.next().done) {
        [this.complete, this.next] = [this.next, this.complete];
        this.hasPicture = true;
        this.painting = undefined;
        if (this.needsPicture()) this.begin();
      }
  }

  private needsPicture(): boolean {
    const { x, y, scale } = this.complete.camera;
    const current = this.currentCamera;
    return this.isStale || !this.hasPicture || x !== current.x || y !== current.y || scale !== current.scale;
  }

  private begin(): void {
    const { next, currentCamera: camera, density } = this;
    const size = {
      width: Math.ceil(this.size.width * (1 + 2 * OVERSCAN)),
      height: Math.ceil(this.size.height * (1 + 2 * OVERSCAN)),
    };
    const [width, height] = [Math.round(size.width * density), Math.round(size.height * density)];
    if (next.canvas.width !== width) next.canvas.width = width;
    if (next.canvas.height !== height) next.canvas.height = height;
    Object.assign(next, { camera, size });
    this.isStale = false;
    this.painting = this.painter.paint(next.context, {
      camera,
      size,
      markScale: markScaleOf(camera, this.graph),
      level: levelFor(camera, this.size),
      density,
      visible: this.visible,
      palette: palette(),
    });
  }
}
