import type { Spec } from 'vega';
import type { Manifest } from '../../shared/schemas.ts';
import type { DegreeSummary, GraphSummary, ProductSummary } from '../../shared/summaries.ts';

/** What charts are drawn from. */
export interface RunData {
  readonly manifest: Manifest;
  readonly graph: GraphSummary;
  readonly degrees: DegreeSummary;
  readonly products: ProductSummary;
}

/** A picture that answers one question. */
export interface Chart {
  /** What the picture shows, for those who cannot see it, and as its caption. */
  describe(run: RunData): string;
  /** The picture: a function of the run and of nothing else. */
  draw(run: RunData): Spec;
}

/** Colours of the two kinds: the light ones fill, the dark ones outline. */
export const COLOURS = {
  user: { fill: 'lightblue', stroke: '#3b7ea1' },
  product: { fill: 'lightgreen', stroke: '#3c8d40' },
} as const;

export const FONT = 'DejaVu Sans, sans-serif';

/** What stands below every title: run, newest sale, size. */
export const subtitle = ({ manifest }: RunData): string =>
  `Run ${manifest.run} · newest sale ${new Date(manifest.asOfMs).toISOString().slice(0, 10)} · ${counted(manifest.inputs.interactions, 'sale')}, ${counted(manifest.counts.users, 'user')}, ${counted(manifest.counts.products, 'product')}`;

export const counted = (count: number, noun: string): string =>
  `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;

/** What XML has not, not even escaped: one such character in a name, and the picture cannot be drawn. */
const NOT_IN_XML = /[\p{Cc}\p{Cs}\ufffe\uffff]/gu;

/**
 * A name as pictures show it: on one line (a line separator would end a string in an expression of Vega), without what
 * XML has not, and cut; users see the whole of it in the tables.
 */
export const shortened = (text: string, length = 28): string => {
  const letters = [...text.replace(/\s/g, ' ').replace(NOT_IN_XML, '\ufffd').trim()];
  return letters.length <= length
    ? letters.join('')
    : `${letters
        .slice(0, length - 1)
        .join('')
        .trimEnd()}…`;
};

/** Title and what stands below it, alike on all charts. */
export const heading = (text: string, lines: readonly string[]): Spec['title'] => ({
  text,
  subtitle: lines.flatMap(wrapped),
  anchor: 'start',
  frame: 'group',
  font: FONT,
  fontSize: 20,
  subtitleFont: FONT,
  subtitleFontSize: 13,
  subtitleColor: '#5a6675',
  subtitlePadding: 6,
  offset: 18,
});

const LINE_LENGTH = 90;

/** Breaks a long line between words: a title does not do that, and would make the picture wider. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= LINE_LENGTH)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
