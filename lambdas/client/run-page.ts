/** The program of `charts/N/index.html`: the graph to walk through. */
import type { EmbeddedNetwork } from '../render/page/network.ts';
import { readGraph } from './network/graph.ts';
import { NetworkView } from './network/view.ts';

const place = document.getElementById('network');
const data = document.getElementById('network-data')?.textContent;
if (place && data) {
  // The same page holds both, so it is what the type says.
  const embedded: EmbeddedNetwork = JSON.parse(data);
  new NetworkView(place, readGraph(embedded));
}
