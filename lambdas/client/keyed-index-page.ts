/** The script of `charts/index.html` where the files of a run have pseudonyms: it asks the API for users by their ids. */
import type { ExplorerSettings } from '../shared/web/explorer-settings.ts';
import { openIndex } from './index/open-index.ts';
import { askUserOf } from './index/signed-users.ts';

// The page that contains this script also contains the settings, so they have this type.
const settings: ExplorerSettings = JSON.parse(
  document.getElementById('explorer-settings')?.textContent ?? '',
);
void askUserOf(settings).then(openIndex);
