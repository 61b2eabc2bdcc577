import { element } from '../dom.ts';
import type { Graph } from './graph.ts';

const MOST_RESULTS = 8;

/** A field that finds users and products of the graph by id or name; Enter takes the first. */
export function search({ vertices, byDegree }: Graph, onFound: (vertex: number) => void): HTMLElement {
  const results = element('ul', { class: 'plain', 'aria-label': 'Found in the graph' });
  const status = element('p', { class: 'soft', role: 'status' });
  const field = element('input', {
    type: 'search',
    id: 'network-search',
    autocomplete: 'off',
    input: () => list(),
    keydown: (event) => {
      const [first] = find(field.value);
      if (!(event instanceof KeyboardEvent) || event.key !== 'Enter' || first === undefined) return;
      event.preventDefault();
      take(first);
    },
  });

  function find(text: string): number[] {
    const wanted = text.trim().toLowerCase();
    if (wanted === '') return [];
    const found: number[] = [];
    const rest: number[] = [];
    for (const vertex of byDegree) {
      const [id, label] = [vertices.ids[vertex]?.toLowerCase(), vertices.labels[vertex]?.toLowerCase()];
      if (id === wanted || label === wanted) found.push(vertex);
      else if (rest.length < MOST_RESULTS && (label?.includes(wanted) || id?.includes(wanted)))
        rest.push(vertex);
    }
    return [...found, ...rest].slice(0, MOST_RESULTS);
  }

  function list(): void {
    const found = find(field.value);
    results.replaceChildren(...found.map((vertex) => element('li', {}, choice(vertex))));
    const isEmpty = field.value.trim() !== '' && found.length === 0;
    status.textContent = isEmpty ? 'Not in this part of the graph.' : '';
  }

  const choice = (vertex: number): HTMLElement =>
    element(
      'button',
      { type: 'button', class: 'link', click: () => take(vertex) },
      `${vertices.labels[vertex]} (${vertices.users[vertex] === 1 ? 'user' : 'product'})`,
    );

  function take(vertex: number): void {
    field.value = vertices.labels[vertex] ?? '';
    results.replaceChildren();
    status.textContent = '';
    onFound(vertex);
  }

  return element(
    'div',
    { class: 'wide' },
    element('label', { for: 'network-search' }, 'Find a user or product'),
    field,
    results,
    status,
  );
}
