/** The script of `charts/index.html`: it shows new runs as they are published and looks up users and products. */
import { Explorer } from './index/explorer.ts';
import { followPublications } from './index/live-updates.ts';

const status = document.getElementById('status');
const place = document.getElementById('explorer');
if (status && location.protocol === 'file:')
  status.textContent =
    'This page was opened from disk, so it cannot show new runs or look up users and products. It can when the bucket is served.';
else if (status && place) {
  const explorer = new Explorer(place);
  followPublications(status, { onServed: (run) => explorer.serve(run) });
}
