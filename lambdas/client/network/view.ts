import { count, element } from '../dom.ts';
import { type Point, toScreen } from './camera.ts';
import { details } from './details.ts';
import { colourSwatches, filters } from './filters.ts';
import { listen, zoomBy } from './gestures.ts';
import { apply, type Filter, type Graph } from './graph.ts';
import { nearnessOf, radiusOf } from './painter.ts';
import { search } from './search.ts';
import { Stage } from './stage.ts';

/** Pixels around a vertex in which it is meant. */
const REACH_PX = 9;

const HINT =
  'Drag to move, pinch to zoom; click the graph, then the wheel zooms. Keys: arrows move, + and − zoom, 0 shows all, Enter picks what is in the middle. Percentages: relative to the strongest link of its kind.';

/** The graph with all that one does to it. */
export class NetworkView {
  private readonly graph: Graph;
  private readonly stage: Stage;
  private readonly panel = element('div', { 'aria-live': 'polite', class: 'panel' });
  private shown;
  private picked: number | undefined;

  constructor(place: HTMLElement, graph: Graph) {
    this.graph = graph;
    this.shown = apply(graph, {
      users: true,
      products: true,
      kinds: [true, true, true],
      community: undefined,
    });
    const canvas = element('canvas', {
      tabindex: 0,
      role: 'application',
      'aria-roledescription': 'graph',
      'aria-label': `The graph: ${count(graph.vertices.length)} vertices, ${count(graph.edges.length)} edges`,
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
    this.stage = new Stage(graph, this.shown, canvas);
    place.append(
      this.controls(),
      canvas,
      element('p', { id: 'network-hint', class: 'soft noprint' }, HINT),
      this.panel,
    );
    listen(this.stage, {
      onHover: (at) => this.stage.change({ hovered: (at && this.nearest(at)) ?? null }),
      onPick: (at) => this.pick(this.nearest(at)),
    });
    new ResizeObserver(() => this.resize()).observe(canvas);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      colourSwatches(place);
      this.stage.repaint();
    });
    colourSwatches(place);
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
        search(this.graph, (vertex) => this.walkTo(vertex)),
        element(
          'div',
          {},
          button('+', 'Zoom in', () => zoomBy(this.stage, 1)),
          ' ',
          button('−', 'Zoom out', () => zoomBy(this.stage, -1)),
          ' ',
          button('Show all', 'Show the graph as a whole', () => this.reset()),
        ),
      ),
      filters(this.graph, (filter) => this.filter(filter)),
    );
  }

  private isSized = false;

  /** The first size shows the whole graph; later ones keep the place. */
  private resize(): void {
    this.stage.resize();
    if (!this.isSized && this.stage.size.width > 1) {
      this.isSized = true;
      this.stage.showAll();
    }
  }

  private reset(): void {
    this.pick(undefined);
    this.stage.showAll();
  }

  /** What is picked is told anew, or let go where it is no longer shown. */
  private filter(filter: Filter): void {
    this.shown = apply(this.graph, filter);
    this.stage.change({ shown: this.shown });
    const { picked } = this;
    if (picked !== undefined) this.pick(this.shown.vertices[picked] === 1 ? picked : undefined);
  }

  private pick(vertex: number | undefined): void {
    this.picked = vertex;
    this.stage.change({ picked: vertex ?? null, hovered: null });
    this.panel.replaceChildren(
      ...(vertex === undefined ? [] : [details(this.graph, this.shown, vertex, (next) => this.walkTo(next))]),
    );
  }

  /** Picks a vertex and brings it into the middle, near enough to see it. */
  private walkTo(vertex: number): void {
    const { x, y } = this.graph.vertices;
    const { camera, size } = this.stage;
    this.stage.camera = {
      x: x[vertex] ?? 0,
      y: y[vertex] ?? 0,
      scale: Math.max(camera.scale, 2.5 * size.width),
    };
    this.pick(vertex);
  }

  /** The vertex that a point means; one that covers it before one that is only near. */
  private nearest(at: Point): number | undefined {
    const { vertices } = this.graph;
    const { camera, size } = this.stage;
    const nearness = nearnessOf(camera, size, vertices.length);
    let [best, least] = [-1, REACH_PX];
    for (let vertex = 0; vertex < vertices.length; vertex++) {
      if (this.shown.vertices[vertex] === 0) continue;
      const place = toScreen(camera, size, { x: vertices.x[vertex] ?? 0, y: vertices.y[vertex] ?? 0 });
      const away =
        Math.hypot(place.x - at.x, place.y - at.y) - radiusOf(vertices.degrees[vertex] ?? 0, nearness);
      if (away < least) [best, least] = [vertex, away];
    }
    return best < 0 ? undefined : best;
  }
}
