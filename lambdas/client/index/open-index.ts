import type { AskUser } from './ask-user.ts';
import { Explorer } from './explorer.ts';
import { followPublications } from './live-updates.ts';

/**
 * Opens the index page: it shows new runs as they are published and looks up users and products.
 *
 * @param askUser Asks for a user by id; absent where the files of a run have the ids.
 */
export function openIndex(askUser?: AskUser): void {
  const status = document.getElementById('status');
  const place = document.getElementById('explorer');
  if (status && location.protocol === 'file:')
    status.textContent =
      'This page was opened from disk, so it cannot show new runs or look up users and products. It can when the bucket is served.';
  else if (status && place) {
    const explorer = new Explorer(place, askUser);
    followPublications(status, { onServed: (run) => explorer.serve(run) });
  }
}
