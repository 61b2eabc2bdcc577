import { element } from '../dom.ts';
import { EDGE_KINDS, type Filter, type Graph } from './graph.ts';
import { palette } from './palette.ts';

/** Communities to choose from. */
const MOST_COMMUNITIES = 60;

/** What is shown: kinds of vertices, kinds of edges, one community. */
export function filters(graph: Graph, onChange: (filter: Filter) => void): HTMLElement {
  const change = (): void => onChange(read());
  const box = (text: string): HTMLInputElement =>
    element('input', { type: 'checkbox', checked: true, change, 'data-name': text });
  const labelled = (input: HTMLInputElement) => element('label', {}, input, input.dataset.name ?? '');
  const withSwatch = (input: HTMLInputElement, kind: number) => {
    const label = labelled(input);
    label.append(element('span', { class: 'swatch', 'data-kind': kind }));
    return label;
  };
  const [users, products] = [box('users (discs)'), box('products (squares)')];
  const kinds = EDGE_KINDS.map((kind) => box(kind));
  const community = element(
    'select',
    { id: 'network-community', change },
    element('option', { value: '' }, 'all'),
    ...communities(graph).map(([number, size]) => {
      const name = graph.communityNames.get(number);
      return element('option', { value: number }, `${number}${name ? `: ${name}` : ''} (${size})`);
    }),
  );
  Object.assign(community.style, { maxWidth: 'min(100%, 22rem)' });
  const read = (): Filter => ({
    users: users.checked,
    products: products.checked,
    kinds: kinds.map(({ checked }) => checked),
    community: community.value === '' ? undefined : Number(community.value),
  });
  const group = (legend: string, labels: readonly HTMLElement[]) =>
    element('fieldset', {}, element('legend', {}, legend), ...labels);
  return element(
    'div',
    { class: 'controls' },
    group('Vertices', [labelled(users), labelled(products)]),
    group('Edges', kinds.map(withSwatch)),
    element('div', {}, element('label', { for: 'network-community' }, 'Community'), element('br'), community),
  );
}

/** Communities with their vertices in this graph, largest first. */
function communities({ vertices }: Graph): [number, number][] {
  const sizes = new Map<number, number>();
  for (const community of vertices.communities)
    if (community >= 0) sizes.set(community, (sizes.get(community) ?? 0) + 1);
  return [...sizes].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, MOST_COMMUNITIES);
}

/** The colours of the edges beside their names; they are others in the dark. */
export function colourSwatches(place: HTMLElement): void {
  const { edges } = palette();
  for (const swatch of place.querySelectorAll<HTMLElement>('.swatch'))
    swatch.style.borderColor = `rgb(${edges[Number(swatch.dataset.kind)]})`;
}
