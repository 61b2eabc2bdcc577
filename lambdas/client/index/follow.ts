import type { Current } from '../../shared/contract/schemas.ts';
import { fetchCurrent, fetchText, Missing } from './bucket.ts';
import { describeDrawn, showDrawn } from './pictures.ts';

const PERIOD_MS = 4_000;
const MOST_MS = 60_000;

export interface Followed {
  /** At first, and whenever another run is served. */
  readonly onServed: (run: number) => void;
}

/**
 * Follows the pointer while the page is seen, and takes over what publish has written into the page since: the served
 * run, the pictures, the decisions. Parts of the page are replaced, never the page: a search goes on, focus stays.
 */
export function follow(status: HTMLElement, { onServed }: Followed): void {
  let served: number | null = null;
  let waitMs = PERIOD_MS;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const look = async (): Promise<void> => {
    clearTimeout(timer);
    if (document.visibilityState === 'hidden') return;
    try {
      const current = await fetchCurrent();
      if (stateOf(document) !== stateText(current)) announce(status, await takeOver(current));
      else if (waitMs > PERIOD_MS) announce(status, 'Connected again.');
      const pictures = [...document.querySelectorAll<HTMLImageElement>('#pictures img')];
      showDrawn(pictures);
      void describeDrawn(pictures);
      waitMs = PERIOD_MS;
      if (current.run !== null && current.run !== served) {
        served = current.run;
        onServed(current.run);
      }
    } catch (error) {
      if (!(error instanceof Missing)) {
        waitMs = Math.min(MOST_MS, 2 * waitMs);
        announce(status, `The bucket cannot be read; next try in ${waitMs / 1000} s.`);
      }
    }
    clearTimeout(timer);
    timer = setTimeout(look, waitMs);
  };
  document.addEventListener('visibilitychange', () => void look());
  announce(status, 'This page follows new runs by itself.');
  void look();
}

/** Says it once; the region is read out when its text changes. */
function announce(status: HTMLElement, text: string): void {
  if (text !== '' && status.textContent !== text) status.textContent = text;
}

/** What a page was written for: `PUBLICATION RUN`. */
const stateOf = (page: Document): string | undefined => page.getElementById('live')?.dataset.state;
const stateText = ({ publication, run }: Current): string => `${publication} ${run ?? 'none'}`;

/** Replaces the parts that publish wrote. @returns what there is to say; nothing while publish is still writing */
async function takeOver(current: Current): Promise<string> {
  const fresh = new DOMParser().parseFromString(await fetchText('index.html'), 'text/html');
  if (stateOf(fresh) !== stateText(current)) return '';
  const before = stateOf(document)?.split(' ')[1];
  for (const id of ['live', 'pictures', 'decisions-table']) {
    const [old, next] = [document.getElementById(id), fresh.getElementById(id)];
    if (old && next) old.replaceWith(document.adoptNode(next));
  }
  document.title = fresh.title;
  const decision = document.querySelector('#decisions-table [data-decision]')?.textContent ?? '';
  return before === String(current.run ?? 'none')
    ? `Decided: ${decision}`
    : `Run ${current.run} is served now. ${decision}`;
}
