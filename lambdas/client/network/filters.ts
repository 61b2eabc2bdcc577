import { count, element } from '../dom.ts';
import { EDGE_KINDS, type Filter, type Graph } from './graph.ts';
import { palette } from './palette.ts';

/** The number of communities in the selection box. */
const MAX_COMMUNITIES = 60;

/** Builds the controls that choose the visible kinds of vertices and edges, and one community. */
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
    ...graph.communities
      .slice(0, MAX_COMMUNITIES)
      .map(({ number, name, size }) =>
        element('option', { value: number }, `${number}${name && `: ${name}`} (${count(size)})`),
      ),
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
    group('Shown', [labelled(users), labelled(products)]),
    group('Links', kinds.map(withSwatch)),
    element('div', {}, element('label', { for: 'network-community' }, 'Community'), element('br'), community),
  );
}

/** Sets the colours of the swatches beside the kinds of edges; the dark palette has other colours. */
export function colourSwatches(container: HTMLElement): void {
  const { edges } = palette();
  for (const swatch of container.querySelectorAll<HTMLElement>('.swatch'))
    swatch.style.borderColor = `rgb(${edges[Number(swatch.dataset.kind)]})`;
}
