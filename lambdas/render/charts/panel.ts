import type { Axis, GroupMark, Mark, Scale } from 'vega';
import { TEXT_SIZE, textMark } from './frame.ts';
import { COLOURS } from './theme.ts';

/** A plot within a picture of several. */
export interface Panel {
  readonly title: string;
  /** Where its plot begins; the title stands above. */
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly scales: Scale[];
  readonly axes: Axis[];
  readonly marks: Mark[];
  /** Instead of axes and marks: why there are none. */
  readonly empty?: string | undefined;
}

/** Above a panel's plot, for its title. */
export const PANEL_TITLE = 26;

/** A group of Vega with its own scales and axes. */
export const panel = ({ title, top, width, height, scales, axes, marks, empty }: Panel): GroupMark => ({
  type: 'group',
  encode: {
    enter: {
      x: { value: 0 },
      y: { value: top },
      width: { value: width },
      height: { value: height },
    },
  },
  scales,
  axes: empty === undefined ? axes : [],
  marks: [
    textMark({
      x: { value: 0 },
      y: { value: -13 },
      text: { value: title },
      fontWeight: { value: 'bold' },
      fontSize: { value: TEXT_SIZE },
    }),
    ...(empty === undefined ? marks : [nothing(empty)]),
  ],
});

/** Where there is nothing to draw, one sentence. */
export const nothing = (text: string): Mark =>
  textMark({ x: { value: 0 }, y: { value: 20 }, text: { value: text }, fill: { value: COLOURS.soft } });
