import type { TopLevelSpec } from 'vega-lite';
import { INNER_WIDTH, TEXT_SIZE } from './config.ts';
import { type ConcatSpec, type Frame, framing, type Plot, VEGA_LITE } from './frame.ts';
import { GAP } from './key.ts';
import { widthOf } from './text.ts';

/**
 * Puts plots one below the other, and a key, if there is one, above them. Vega-Lite fits only a single plot into a
 * given width, so these plots have the fixed width of {@link PANEL} and an axis title of one line.
 */
export const stacked = (
  frame: Frame,
  plots: readonly Plot[],
  entries: readonly KeyEntry[] = [],
): TopLevelSpec =>
  ({
    $schema: VEGA_LITE,
    ...framing(frame),
    spacing: 20,
    vconcat: [keyView(entries), ...plots],
  }) as ConcatSpec;

/** Room on the left of a stacked plot, for its y axis, and on its right, for marks that extend beyond it. */
const [LEFT, RIGHT] = [72, 8];
/** The width of a stacked plot, and the room for the labels of its y axis. */
export const PANEL = { width: INNER_WIDTH - LEFT - RIGHT, axis: { minExtent: 52, maxExtent: 52 } } as const;

/** Makes the title of a stacked plot, aligned with the plot. */
export const panelTitle = (text: string, subtitle?: string) =>
  ({
    text,
    frame: 'group',
    fontSize: TEXT_SIZE,
    offset: 8,
    ...(subtitle !== undefined && { subtitle, subtitleFontSize: TEXT_SIZE }),
  }) as const;

/** Makes a plot without values, which takes only the room of the sentence that says why. */
export const emptyPanel = (title: string, why: string): Plot => ({
  title: panelTitle(title, why),
  width: PANEL.width,
  height: 1,
  data: { values: [] },
  mark: 'point',
});

/** One entry of the key of several plots. */
export interface KeyEntry {
  readonly text: string;
  readonly shape: string;
  readonly colour: string;
}

const KEY_LINE = 24;

/**
 * Makes the key above several plots. It is as wide as the picture and gives the picture its width even without entries.
 * It is made by hand, because Vega-Lite merges colours and shapes into one legend only for a single plot.
 */
function keyView(entries: readonly KeyEntry[]): Plot {
  const first = 8 - LEFT;
  let [left, top] = [first, 0];
  const values = entries.map((entry) => {
    const width = 14 + widthOf(entry.text, TEXT_SIZE) + GAP;
    if (left > first && left + width - GAP > INNER_WIDTH - LEFT) [left, top] = [first, top + KEY_LINE];
    const placed = { ...entry, left, top };
    left += width;
    return placed;
  });
  const place = { type: 'quantitative', scale: null, axis: null } as const;
  return {
    width: PANEL.width,
    height: top + 1,
    data: { values },
    encoding: { x: { field: 'left', ...place }, y: { field: 'top', ...place } },
    layer: [
      {
        data: { values: [{}] },
        mark: { type: 'rule', color: 'transparent', strokeWidth: 0 },
        encoding: { x: { value: -LEFT }, x2: { value: INNER_WIDTH - LEFT }, y: { value: 0 } },
      },
      {
        mark: { type: 'point', filled: true, size: 120 },
        encoding: {
          shape: { field: 'shape', type: 'nominal', scale: null },
          color: { field: 'colour', type: 'nominal', scale: null },
        },
      },
      { mark: { type: 'text', align: 'left', dx: 14 }, encoding: { text: { field: 'text' } } },
    ],
  };
}
