import type { Current } from '../../shared/contract/schemas.ts';
import { fetchCurrent, fetchText, NotFound } from './bucket.ts';
import { addDescriptions, retryMissing } from './pictures.ts';

const PERIOD_MS = 4_000;
const MAX_WAIT_MS = 60_000;

export interface PublicationListener {
  /** Called with the first served run, and whenever another run is served. */
  readonly onServed: (run: number) => void;
}

/**
 * Polls `current.json` while the page is visible and copies the parts that publish has rewritten into the open page: the
 * served run, the pictures, the decisions and the costs. The page itself is never reloaded, so a search continues and the focus is kept.
 */
export function followPublications(status: HTMLElement, { onServed }: PublicationListener): void {
  let served: number | null = null;
  let waitMs = PERIOD_MS;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const poll = async (): Promise<void> => {
    clearTimeout(timer);
    if (document.visibilityState === 'hidden') return;
    try {
      const current = await fetchCurrent();
      if (stateOf(document) !== stateText(current)) announce(status, await update(current));
      else if (waitMs > PERIOD_MS) announce(status, 'Connected again.');
      const pictures = [...document.querySelectorAll<HTMLImageElement>('#pictures img')];
      retryMissing(pictures);
      void addDescriptions(pictures);
      waitMs = PERIOD_MS;
      if (current.run !== null && current.run !== served) {
        served = current.run;
        onServed(current.run);
      }
    } catch (error) {
      if (!(error instanceof NotFound)) {
        waitMs = Math.min(MAX_WAIT_MS, 2 * waitMs);
        announce(status, `The bucket cannot be read. Next attempt in ${waitMs / 1000} s.`);
      }
    }
    clearTimeout(timer);
    timer = setTimeout(poll, waitMs);
  };
  document.addEventListener('visibilitychange', () => void poll());
  announce(status, 'This page updates when a new run is published.');
  void poll();
}

/** Sets the text only if it is new: screen readers read the status out whenever it changes. */
function announce(status: HTMLElement, text: string): void {
  if (text !== '' && status.textContent !== text) status.textContent = text;
}

/** Returns the pointer that a page was written for: `PUBLICATION RUN`. */
const stateOf = (page: Document): string | undefined => page.getElementById('live')?.dataset.state;
const stateText = ({ publication, run }: Current): string => `${publication} ${run ?? 'none'}`;

/**
 * Replaces the parts of the page that publish wrote.
 *
 * @returns the message to announce; empty while publish has not yet rewritten the page
 */
async function update(current: Current): Promise<string> {
  const newPage = new DOMParser().parseFromString(await fetchText('index.html'), 'text/html');
  if (stateOf(newPage) !== stateText(current)) return '';
  const runBefore = stateOf(document)?.split(' ')[1];
  for (const id of ['live', 'pictures', 'decisions-table', 'costs']) {
    const [old, next] = [document.getElementById(id), newPage.getElementById(id)];
    if (old && next) old.replaceWith(document.adoptNode(next));
  }
  document.title = newPage.title;
  const decision = document.querySelector('#decisions-table [data-decision]')?.textContent ?? '';
  return runBefore === String(current.run ?? 'none')
    ? `New decision: ${decision}`
    : `Run ${current.run} is now served. ${decision}`;
}
