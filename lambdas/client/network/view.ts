import type { EmbeddedNetwork } from '../../render/page/network.ts';
import { count, element } from '../dom.ts';
import { type Point, toScreen } from './camera.ts';
import { details } from './details.ts';
import { colourSwatches, filters } from './filters.ts';
import { addGestures, zoomBy } from './gestures.ts';
import { apply, type Filter, type Graph, readGraph, type Visible } from './graph.ts';
import { GraphCanvas } from './graph-canvas.ts';
import { markScaleOf, radiusOf } from './painter.ts';
import { search } from './search.ts';

/** A pointer this near to a vertex, in pixels, points at it. */
const REACH_PX = 9;
/** The zoom, relative to the width of the canvas, at which a vertex that is gone to can be seen. */
const VERTEX_ZOOM = 2.5;

const HINTS = [
  'Each disc is a community. At first only the strongest links within each community are drawn; zoom in, or select a user or product, to see the others. Grey bands join communities with many links between them.',
  'Drag to move, pinch to zoom; after a click the wheel zooms. Keys: arrows move, + and − zoom, 0 shows all, Enter selects what is in the middle. Percentages are relative to the strongest link of the same kind.',
];

const ALL: Filter = { users: true, products: true, kinds: [true, true, true], community: undefined };

/** The interactive graph: the canvas with its search, filters and details. */
export class NetworkView {
  private readonly graph: Graph;
  private readonly canvas: GraphCanvas;
  private readonly panel = element('div', { 'aria-live': 'polite', class: 'panel' });
  private visible: Visible;
  private selected: number | undefined;

  constructor(container: HTMLElement, embedded: EmbeddedNetwork) {
    const canvas = canvasElement();
    container.append(canvas);
    const { width, height } = canvas.getBoundingClientRect();
    this.graph = readGraph(embedded, height > width);
    this.visible = apply(this.graph, ALL);
    canvas.ariaLabel = `Graph of ${count(this.graph.vertices.length)} users and products with ${count(this.graph.edges.length)} links`;
    this.canvas = new GraphCanvas(this.graph, this.visible, canvas);
    container.prepend(this.controls());
    container.append(
      element(
        'div',
        { id: 'network-hint', class: 'soft noprint' },
        ...HINTS.map((hint) => element('p', {}, hint)),
      ),
      this.panel,
    );
    addGestures(this.canvas, {
      onHover: (at) => this.canvas.change({ hovered: (at && this.nearest(at)) ?? null }),
      onSelect: (at) => this.select(this.nearest(at)),
    });
    new ResizeObserver(() => this.resize()).observe(canvas);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      colourSwatches(container);
      this.canvas.repaint();
    });
    colourSwatches(container);
  }

  private controls(): HTMLElement {
    const button = (name: string, title: string, click: () => void) =>
      element(
        'button',
        { type: 'button', title, ...(name.length === 1 && { 'aria-label': title }), click },
        name,
      );
    return element(
      'div',
      { class: 'noprint' },
      element(
        'div',
        { class: 'controls' },
        search(this.graph, (vertex) => this.goTo(vertex)),
        element(
          'div',
          {},
          button('+', 'Zoom in', () => zoomBy(this.canvas, 1)),
          ' ',
          button('−', 'Zoom out', () => zoomBy(this.canvas, -1)),
          ' ',
          button('Show all', 'Show the whole graph', () => this.reset()),
        ),
      ),
      filters(this.graph, (filter) => this.filter(filter)),
    );
  }

  private isSized = false;

  /** Shows the whole graph when the canvas gets its first size; later sizes keep the camera. */
  private resize(): void {
    this.canvas.resize();
    if (!this.isSized && this.canvas.size.width > 1) {
      this.isSized = true;
      this.canvas.showAll();
    }
  }

  private reset(): void {
    this.select(undefined);
    this.canvas.showAll();
  }

  /** Applies the filter. Another community is brought into view; a selection that becomes invisible is cleared. */
  private filter(filter: Filter): void {
    const isOtherCommunity = filter.community !== this.visible.community;
    this.visible = apply(this.graph, filter);
    this.canvas.change({ visible: this.visible });
    if (isOtherCommunity) this.canvas.showAll();
    const { selected } = this;
    if (selected !== undefined) this.select(this.visible.vertices[selected] === 1 ? selected : undefined);
  }

  private select(vertex: number | undefined): void {
    this.selected = vertex;
    this.canvas.change({ selected: vertex ?? null, hovered: null });
    this.panel.replaceChildren(
      ...(vertex === undefined ? [] : [details(this.graph, this.visible, vertex, (next) => this.goTo(next))]),
    );
  }

  /** Selects a vertex and brings it into the middle, zoomed in far enough to see it. */
  private goTo(vertex: number): void {
    const { x, y } = this.graph.vertices;
    const { camera, size } = this.canvas;
    this.canvas.camera = {
      x: x[vertex] ?? 0,
      y: y[vertex] ?? 0,
      scale: Math.max(camera.scale, VERTEX_ZOOM * size.width),
    };
    this.select(vertex);
  }

  /** Returns the vertex at a point; one that covers the point has precedence over one that is only near. */
  private nearest(at: Point): number | undefined {
    const { vertices } = this.graph;
    const { camera, size } = this.canvas;
    const markScale = markScaleOf(camera, this.graph);
    let [best, least] = [-1, REACH_PX];
    for (let vertex = 0; vertex < vertices.length; vertex++) {
      if (this.visible.vertices[vertex] === 0) continue;
      const position = toScreen(camera, size, { x: vertices.x[vertex] ?? 0, y: vertices.y[vertex] ?? 0 });
      const distance =
        Math.hypot(position.x - at.x, position.y - at.y) - radiusOf(vertices.degrees[vertex] ?? 0, markScale);
      if (distance < least) [best, least] = [vertex, distance];
    }
    return best < 0 ? undefined : best;
  }
}

function canvasElement(): HTMLCanvasElement {
  const canvas = element('canvas', {
    tabindex: 0,
    role: 'application',
    'aria-roledescription': 'graph',
    'aria-describedby': 'network-hint',
  });
  Object.assign(canvas.style, {
    display: 'block',
    width: '100%',
    height: 'min(70vh, 42rem)',
    touchAction: 'none',
    cursor: 'grab',
    border: '1px solid var(--line)',
    borderRadius: '8px',
  });
  return canvas;
}
