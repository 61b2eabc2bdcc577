/**
 * The colours of all pictures, by what they are for. No two may be equal: the dark picture is the light one with each of
 * them replaced.
 *
 * Users are light blue and products light green; both also differ by shape and by a dark outline, and what is compared by
 * colour alone takes the pairs of Okabe and Ito ("Color Universal Design", 2008), which colour-blind people can tell apart.
 */
export const COLOURS = {
  paper: '#ffffff',
  ink: '#1c2530',
  soft: '#5a6675',
  line: '#c3ccd6',
  grid: '#e8ecf0',
  edge: '#687482',
  user: 'lightblue',
  userStroke: '#2f6f91',
  userText: '#2c5d78',
  product: 'lightgreen',
  productStroke: '#2f7d34',
  productText: '#1f5c24',
  discovery: '#1f6f3f',
  model: '#0072b2',
  served: '#111111',
  popularity: '#d55e00',
  frequency: '#a3527f',
  more: '#0072b3',
  less: '#d55e01',
  community0: '#fde3c0',
  community1: '#d5e8f7',
  community2: '#f7d9e6',
  community3: '#d3efe4',
  community4: '#f3efb5',
  community5: '#e2ddf5',
} as const;
export type Colour = keyof typeof COLOURS;

/** What each becomes on a dark page. */
export const DARK: Readonly<Record<Colour, string>> = {
  paper: '#1a2129',
  ink: '#e8edf2',
  soft: '#a3afbc',
  line: '#46525f',
  grid: '#2d3843',
  edge: '#8a97a5',
  user: '#9fd0e6',
  userStroke: '#d8f0fb',
  userText: '#a9d8ee',
  product: '#8fdc8f',
  productStroke: '#d9f7d9',
  productText: '#b5ecb5',
  discovery: '#2d8a45',
  model: '#5cb3ec',
  served: '#f5f5f5',
  popularity: '#ff9248',
  frequency: '#e59cc6',
  more: '#5cb3ed',
  less: '#ff9249',
  community0: '#4a3820',
  community1: '#1f3a52',
  community2: '#4a2638',
  community3: '#1b4438',
  community4: '#454117',
  community5: '#352f56',
};

/** Tints of communities; the seventh begins anew. */
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
 * CSS that turns a picture dark. A picture carries its light colours as attributes, which every program reads; rules of
 * a style sheet stand above attributes, so the same SVG is dark wherever these rules hold.
 *
 * @param scope Selector before each rule, for a page that has pictures in it.
 * @example darkRules(':root[data-theme="dark"] figure svg ')
 */
export const darkRules = (scope = ''): string =>
  Object.entries(COLOURS)
    .map(([name, light]) => {
      const dark = DARK[name as Colour];
      return `${scope}[fill="${light}"]{fill:${dark}}${scope}[stroke="${light}"]{stroke:${dark}}`;
    })
    .join('');

/** The same SVG as a file of its own: dark where its reader prefers that, light on paper. */
export const themed = (svg: string): string =>
  svg.replace(
    /<svg[^>]*>/,
    (opening) => `${opening}<style>@media screen and (prefers-color-scheme:dark){${darkRules()}}</style>`,
  );
