import { highest } from '../../shared/contract/numbers.ts';
import { INNER_WIDTH, TEXT_SIZE } from './config.ts';
import { widthOf } from './text.ts';

/** The gap between two entries of a key, in pixels. */
export const GAP = 24;

/**
 * Returns the number of columns with which a legend fits into the picture. It is computed here, because Vega lets a
 * horizontal legend run out of the picture.
 *
 * @returns As many columns as there is room for, each as wide as its widest entry.
 */
export function columnsOf(entries: readonly string[]): number {
  const widths = entries.map((text) => 18 + widthOf(text, TEXT_SIZE) + GAP);
  const widthIn = (columns: number): number => {
    let width = 0;
    for (let column = 0; column < columns; column++)
      width += highest(widths.filter((_, index) => index % columns === column));
    return width;
  };
  let columns = entries.length;
  while (columns > 1 && widthIn(columns) > INNER_WIDTH) columns--;
  return columns;
}
