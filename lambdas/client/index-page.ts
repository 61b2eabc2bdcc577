/** The program of `charts/index.html`: it follows new runs, and shows every user and product. */
import { Explorer } from './index/explorer.ts';
import { follow } from './index/follow.ts';

const status = document.getElementById('status');
const place = document.getElementById('explorer');
if (status && location.protocol === 'file:')
  status.textContent =
    'Opened from disk: this page cannot follow new runs or look up users and products. Where the bucket is served, it does.';
else if (status && place) {
  const explorer = new Explorer(place);
  follow(status, { onServed: (run) => explorer.serve(run) });
}
