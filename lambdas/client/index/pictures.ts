/** The pictures of the index page. Render draws them after publish has written the page, so they may come later. */

const isLoaded = ({ complete, naturalWidth }: HTMLImageElement): boolean => complete && naturalWidth > 0;

/** Loads the pictures again that were missing. */
export function retryMissing(pictures: readonly HTMLImageElement[]): void {
  for (const picture of pictures)
    if (picture.complete && !isLoaded(picture)) {
      const [path = ''] = (picture.getAttribute('src') ?? '').split('?');
      picture.src = `${path}?${Date.now()}`;
    }
}

/**
 * Sets the alternative text of each loaded picture, once, to the description that render wrote into its SVG; publish did
 * not know it when it wrote the page. Where the SVG cannot be read, the text stays until the next call.
 */
export const addDescriptions = (pictures: readonly HTMLImageElement[]): Promise<unknown> =>
  Promise.allSettled(
    pictures
      .filter((picture) => isLoaded(picture) && picture.dataset.described !== picture.src)
      .map(addDescription),
  );

async function addDescription(picture: HTMLImageElement): Promise<void> {
  const { src } = picture;
  // The browser has just loaded the file, and a drawn file never changes.
  const response = await fetch(src, { cache: 'force-cache' });
  if (!response.ok) throw new Error(`Cannot describe ${src}: the bucket answered ${response.status}`);
  const description = descriptionOf(await response.text());
  if (description !== null) picture.alt = `${picture.dataset.title}: ${description}`;
  picture.dataset.described = src;
}

const descriptionOf = (svg: string): string | null =>
  new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement.getAttribute('aria-label');
