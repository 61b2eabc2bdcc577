/** The script of `charts/N/index.html`: the interactive graph. */
import type { EmbeddedNetwork } from '../render/page/network.ts';
import { NetworkView } from './network/view.ts';

const container = document.getElementById('network');
const data = document.getElementById('network-data')?.textContent;
if (container && data) {
  // The page that contains this script also contains the data, so the data have this type.
  const embedded: EmbeddedNetwork = JSON.parse(data);
  new NetworkView(container, embedded);
}
