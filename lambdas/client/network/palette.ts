import { EDGE_COLOURS, GRAPH_COLOURS, PICTURE_COLOURS, type Shade } from '../../shared/web/palette.ts';

/** The colours of the interactive graph, those of the charts; users and products also differ by shape. */
export interface Palette {
  readonly back: string;
  readonly ink: string;
  readonly soft: string;
  readonly user: string;
  readonly userLine: string;
  /** Users too small for an outline. */
  readonly userDot: string;
  readonly product: string;
  readonly productLine: string;
  readonly productDot: string;
  /** The discs of the communities, and the bands between them. */
  readonly disc: string;
  readonly discLine: string;
  readonly band: string;
  /** By kind of edge, as `r,g,b`. */
  readonly edges: readonly [bought: string, recommended: string, similar: string];
}

const paletteOn = (ground: keyof Shade): Palette => {
  const { paper, ink, soft, user, userStroke, product, productStroke } = PICTURE_COLOURS;
  const { bought, recommended, similar } = EDGE_COLOURS;
  const { disc, discLine, band, userDot, productDot } = GRAPH_COLOURS;
  return {
    back: paper[ground],
    ink: ink[ground],
    soft: soft[ground],
    user: user[ground],
    userLine: userStroke[ground],
    userDot: userDot[ground],
    product: product[ground],
    productLine: productStroke[ground],
    productDot: productDot[ground],
    disc: disc[ground],
    discLine: discLine[ground],
    band: band[ground],
    edges: [channels(bought[ground]), channels(recommended[ground]), channels(similar[ground])],
  };
};

/** '#78828e' → '120,130,142', to which an opacity can be added. */
const channels = (hex: string): string =>
  [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join(',');

const LIGHT = paletteOn('light');
const DARK = paletteOn('dark');

export const palette = (): Palette => (matchMedia('(prefers-color-scheme: dark)').matches ? DARK : LIGHT);
