import { element } from '../dom.ts';
import type { Graph } from './graph.ts';

const MAX_RESULTS = 8;

/**
 * Builds the field that finds users and products of the graph by id or name; Enter goes to the first result. A user with a pseudonym
 * is found by the whole of it.
 */
export function search(
  { vertices, byDegree, hasPseudonyms }: Graph,
  onFound: (vertex: number) => void,
): HTMLElement {
  const results = element('ul', { class: 'plain', 'aria-label': 'Search results in the graph' });
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
      choose(first);
    },
  });

  function find(text: string): number[] {
    const wanted = text.trim().toLowerCase();
    if (wanted === '') return [];
    const exact: number[] = [];
    const partial: number[] = [];
    for (const vertex of byDegree) {
      const [id, label] = [vertices.ids[vertex]?.toLowerCase(), vertices.labels[vertex]?.toLowerCase()];
      if (id === wanted || label === wanted) exact.push(vertex);
      else if (hasPseudonyms && vertices.users[vertex] === 1) continue;
      else if (partial.length < MAX_RESULTS && (label?.includes(wanted) || id?.includes(wanted)))
        partial.push(vertex);
    }
    return [...exact, ...partial].slice(0, MAX_RESULTS);
  }

  function list(): void {
    const found = find(field.value);
    results.replaceChildren(...found.map((vertex) => element('li', {}, resultButton(vertex))));
    const isEmpty = field.value.trim() !== '' && found.length === 0;
    status.textContent = isEmpty ? 'Not found in this part of the graph.' : '';
  }

  const resultButton = (vertex: number): HTMLElement =>
    element(
      'button',
      { type: 'button', class: 'link', click: () => choose(vertex) },
      `${vertices.labels[vertex]} (${vertices.users[vertex] === 1 ? 'user' : 'product'})`,
    );

  function choose(vertex: number): void {
    field.value = vertices.labels[vertex] ?? '';
    results.replaceChildren();
    status.textContent = '';
    onFound(vertex);
  }

  return element(
    'div',
    { class: 'wide' },
    element(
      'label',
      { for: 'network-search' },
      hasPseudonyms ? 'Find a product, or a user by the whole pseudonym' : 'Find a user or product',
    ),
    field,
    results,
    status,
  );
}
