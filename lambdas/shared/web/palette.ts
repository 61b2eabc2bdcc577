/**
 * The colours of pages, charts and the interactive graph, by purpose: on a light background and on a dark one.
 *
 * Users are light blue and products light green everywhere; both also differ by shape and by a dark outline. Marks that
 * differ by colour alone use pairs of Okabe and Ito ("Color Universal Design", 2008), which colour-blind people can
 * distinguish.
 */

export interface Shade {
  readonly light: string;
  readonly dark: string;
}

const shade = (light: string, dark: string): Shade => ({ light, dark });

/** No two light colours may be equal: a dark picture is the light one with each of them replaced. */
export const PICTURE_COLOURS = {
  paper: shade('#ffffff', '#1a2129'),
  ink: shade('#1c2530', '#e8edf2'),
  soft: shade('#5a6675', '#a3afbc'),
  line: shade('#c3ccd6', '#46525f'),
  grid: shade('#e8ecf0', '#2d3843'),
  edge: shade('#687482', '#8a97a5'),
  user: shade('lightblue', '#9fd0e6'),
  userStroke: shade('#2f6f91', '#d8f0fb'),
  userText: shade('#2c5d78', '#a9d8ee'),
  product: shade('lightgreen', '#8fdc8f'),
  productStroke: shade('#2f7d34', '#d9f7d9'),
  productText: shade('#1f5c24', '#b5ecb5'),
  discovery: shade('#1f6f3f', '#2d8a45'),
  model: shade('#0072b2', '#5cb3ec'),
  served: shade('#111111', '#f5f5f5'),
  popularity: shade('#d55e00', '#ff9248'),
  frequency: shade('#a3527f', '#e59cc6'),
  more: shade('#0072b3', '#5cb3ed'),
  less: shade('#d55e01', '#ff9249'),
  community0: shade('#fde3c0', '#4a3820'),
  community1: shade('#d5e8f7', '#1f3a52'),
  community2: shade('#f7d9e6', '#4a2638'),
  community3: shade('#d3efe4', '#1b4438'),
  community4: shade('#f3efb5', '#454117'),
  community5: shade('#e2ddf5', '#352f56'),
} as const;

/** The colours that pages have in addition to those of their pictures. */
export const PAGE_COLOURS = {
  back: shade('#f4f6f8', '#11161c'),
  border: shade('#d5dce4', '#37434f'),
  link: shade('#0b5cad', '#82bbf5'),
  good: shade('#1b6e3c', '#7fd49b'),
  bad: shade('#a3341f', '#f3a08c'),
  scrollShadow: shade('rgb(28 37 48 / .3)', 'rgb(169 180 192 / .5)'),
} as const;

/** Edges of the interactive graph by their kind: stronger than those of the picture, because thousands are drawn faint. */
export const EDGE_COLOURS = {
  bought: shade('#78828e', '#848f9b'),
  recommended: shade('#c85400', '#f08c3c'),
  similar: shade('#8c46a0', '#cd96e1'),
} as const;

/** The background of the interactive graph: the disc of each community, its outline, and the bands between discs. */
export const GRAPH_COLOURS = {
  disc: shade('#f4f6f8', '#222b34'),
  discLine: shade('#d5dce4', '#414e5b'),
  band: shade('#e3e8ed', '#303b46'),
  userDot: shade('#2f6f91', '#5fa8d3'),
  productDot: shade('#2f7d34', '#4fae63'),
} as const;
