import { PICTURE_COLOURS, type Shade } from '../../shared/web/palette.ts';

export type Colour = keyof typeof PICTURE_COLOURS;

const coloursOn = (ground: keyof Shade): Readonly<Record<Colour, string>> =>
  Object.fromEntries(Object.entries(PICTURE_COLOURS).map(([name, shade]) => [name, shade[ground]])) as Record<
    Colour,
    string
  >;

/** The colours that pictures are drawn with, by purpose. */
export const COLOURS = coloursOn('light');

/** The colours that replace them on a dark page. */
export const DARK = coloursOn('dark');

/** Tints of communities, by their order of size. */
export const COMMUNITY_COLOURS = [
  COLOURS.community0,
  COLOURS.community1,
  COLOURS.community2,
  COLOURS.community3,
  COLOURS.community4,
  COLOURS.community5,
] as const;

export const FONT = 'DejaVu Sans, sans-serif';

/**
 * Returns CSS that turns a picture dark. A picture has its light colours as attributes, which every program can read.
 * Rules of a style sheet override attributes, so the same SVG is dark wherever these rules apply.
 *
 * @param scope Selector at the start of each rule, for a page that contains pictures.
 * @example darkRules(':root[data-theme="dark"] figure svg ')
 */
export const darkRules = (scope = ''): string =>
  Object.entries(COLOURS)
    .map(([name, light]) => {
      const dark = DARK[name as Colour];
      return `${scope}[fill="${light}"]{fill:${dark}}${scope}[stroke="${light}"]{stroke:${dark}}`;
    })
    .join('');

/** Adds CSS to an SVG that becomes a file of its own: it is dark if the reader prefers that, and light on paper. */
export const themed = (svg: string): string =>
  svg.replace(
    /<svg[^>]*>/,
    (opening) => `${opening}<style>@media screen and (prefers-color-scheme:dark){${darkRules()}}</style>`,
  );
