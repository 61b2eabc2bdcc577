import { NAMES_USERS } from '../../render/charts/chart.ts';
import { drawAll, renderRun } from '../../render/render.ts';
import { chartsOf } from '../../shared/contract/keys.ts';
import type { Lake } from '../../shared/platform/lake.ts';
import type { Log } from '../../shared/platform/log.ts';

/** An object of `charts/N/`, as it should be. */
export interface DrawnObject {
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly contentType: string;
}

/**
 * Draws the picture of the graph and the page of a run again, from its manifest and summaries as they are now. The same summaries give
 * the same bytes, so that a run without a forgotten user stays as it is. Other pictures show no user and stay, also if a newer version
 * would draw them otherwise.
 *
 * @param read Reads an object; undefined if there is none.
 * @param hasPseudonyms Whether ids are keyed, as render knows it; false by default.
 * @returns The objects that differ from those that are stored; none if the run was not drawn.
 * @throws {Error} If the manifest or a file of the run is missing or malformed; the message names it.
 */
export async function redraw(
  run: number,
  {
    lake,
    read,
    hasPseudonyms = false,
  }: {
    readonly lake: Lake;
    readonly read: (key: string) => Promise<Uint8Array | undefined>;
    readonly hasPseudonyms?: boolean;
  },
): Promise<DrawnObject[]> {
  const folder = chartsOf(run);
  const page = `${folder}index.html`;
  if (!(await read(page))) return [];
  const drawn: DrawnObject[] = [];
  const collecting: Lake = {
    ...lake,
    create: async (key, body, contentType) => {
      if (key === page || key.startsWith(`${folder}${NAMES_USERS}.`))
        drawn.push({ key, bytes: typeof body === 'string' ? Buffer.from(body, 'utf8') : body, contentType });
      return true;
    },
  };
  await renderRun(
    {
      lake: collecting,
      log: SILENT,
      hasPseudonyms,
      draw: (data, write) => drawAll(data, write, (name) => name === NAMES_USERS),
    },
    run,
  );
  const stored = await Promise.all(drawn.map(({ key }) => read(key)));
  return drawn.filter(({ bytes }, index) => {
    const before = stored[index];
    return before !== undefined && !Buffer.from(before).equals(bytes);
  });
}

const SILENT: Log = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  measure: () => undefined,
};
