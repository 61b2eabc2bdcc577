/** Pictures of the index; render draws them after publish has written the page. */

const isDrawn = ({ complete, naturalWidth }: HTMLImageElement): boolean => complete && naturalWidth > 0;

/** Pictures that were not there yet are tried again. */
export function showDrawn(pictures: readonly HTMLImageElement[]): void {
  for (const picture of pictures)
    if (picture.complete && !isDrawn(picture)) {
      const [path = ''] = (picture.getAttribute('src') ?? '').split('?');
      picture.src = `${path}?${Date.now()}`;
    }
}

/**
 * Gives each picture that is there the text that its renderer wrote into it, once; publish, which wrote the page, could
 * not know it. Where it cannot be read the text of the page stays until the next call.
 */
export const describeDrawn = (pictures: readonly HTMLImageElement[]): Promise<unknown> =>
  Promise.allSettled(
    pictures.filter((picture) => isDrawn(picture) && picture.dataset.told !== picture.src).map(describe),
  );

async function describe(picture: HTMLImageElement): Promise<void> {
  const { src } = picture;
  // The browser has just loaded it; what is drawn never changes.
  const answer = await fetch(src, { cache: 'force-cache' });
  if (!answer.ok) throw new Error(`Cannot describe ${src}: the bucket answers ${answer.status}`);
  const text = descriptionOf(await answer.text());
  if (text !== null) picture.alt = `${picture.dataset.title}: ${text}`;
  picture.dataset.told = src;
}

const descriptionOf = (svg: string): string | null =>
  new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement.getAttribute('aria-label');
