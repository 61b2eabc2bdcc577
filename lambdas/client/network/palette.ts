import { EDGE_COLOURS, PICTURE_COLOURS, type Shade } from '../../shared/web/palette.ts';

/** Colours of the walkable graph, those of the pictures: users and products also differ by shape. */
export interface Palette {
  readonly back: string;
  readonly ink: string;
  readonly user: string;
  readonly userLine: string;
  readonly product: string;
  readonly productLine: string;
  /** By kind of edge, as `r,g,b`. */
  readonly edges: readonly [bought: string, recommended: string, similar: string];
}

const paletteOn = (ground: keyof Shade): Palette => {
  const { paper, ink, user, userStroke, product, productStroke } = PICTURE_COLOURS;
  const { bought, recommended, similar } = EDGE_COLOURS;
  return {
    back: paper[ground],
    ink: ink[ground],
    user: user[ground],
    userLine: userStroke[ground],
    product: product[ground],
    productLine: productStroke[ground],
    edges: [channels(bought[ground]), channels(recommended[ground]), channels(similar[ground])],
  };
};

/** '#78828e' → '120,130,142', to which an opacity can be added. */
const channels = (hex: string): string =>
  [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join(',');

const LIGHT = paletteOn('light');
const DARK = paletteOn('dark');

export const palette = (): Palette => (matchMedia('(prefers-color-scheme: dark)').matches ? DARK : LIGHT);
