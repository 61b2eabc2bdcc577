/** The script of `charts/N/index.html`: the interactive graph. */
import type { EmbeddedNetwork } from '../render/page/network.ts';
import { readGraph } from './network/graph.ts';
import { NetworkView } from './network/view.ts';

const place = document.getElementById('network');
const data = document.getElementById('network-data')?.textContent;
if (place && data) {
  // The page that contains this script also contains the data, so the data have this type.
  const embedded: EmbeddedNetwork = JSON.parse(data);
  new NetworkView(place, readGraph(embedded));
}
